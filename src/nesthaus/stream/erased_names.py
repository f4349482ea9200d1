"""Tombstones as the live counters ask for them: in Redis or Valkey, so that every API process knows
one as soon as it is written."""

from collections.abc import Collection
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from nesthaus.domain.tombstones import Tombstones, digests_of

# One tag with what is written after asking.
STONES_KEY = "nest:{live}:erased"
_KEYS_KEY = "nest:{live}:erased:keys"
_STEP = 1_000


async def publish(redis: Redis, tombstones: Tombstones) -> None:
    """Adds them to those that are there."""
    if not tombstones.stones:
        return
    await redis.sadd(_KEYS_KEY, *(each.key for each in tombstones.keys))
    stones = [each.digest for each in tombstones.stones]
    for first in range(0, len(stones), _STEP):
        await redis.sadd(STONES_KEY, *stones[first : first + _STEP])


async def erased_names(watching: Pipeline, session_ids: Collection[str]) -> set[str]:
    """Those of these sessions that were erased. What `watching` then writes fails where another is
    erased meanwhile."""
    await watching.watch(STONES_KEY)
    keys: Any = await watching.smembers(_KEYS_KEY)
    if not keys or not session_ids:
        return set()
    names = [(each, digest) for each in session_ids for digest in digests_of(each, keys)]
    erased: set[str] = set()
    for first in range(0, len(names), _STEP):
        part = names[first : first + _STEP]
        digests = [digest for _, digest in part]
        known: Any = await watching.smismember(STONES_KEY, digests)  # pyright: ignore[reportUnknownMemberType]
        erased |= {name for (name, _), is_known in zip(part, known, strict=True) if is_known}
    return erased
