"""Takes what belongs to one session out of Redis or Valkey, and keeps it out of the live counters.

Every function raises StreamAway, and may be called again.
"""

import json
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from nesthaus.domain.events import Delivery
from nesthaus.domain.tombstones import Tombstones
from nesthaus.stream.connection import StreamAway, shard_key
from nesthaus.stream.erased_names import publish
from nesthaus.stream.live import RECENT_KEY, SESSIONS_KEY
from nesthaus.stream.traces import rest_of, told_of

ANSWERS = "nest:answer:"
_STEP = 1_000


async def waiting_of(redis: Redis, shards: int, session_id: str) -> list[Delivery]:
    """What the stream holds of it."""
    found: list[Delivery] = []
    async for _, _, payload in _entries(redis, shards):
        told = told_of(payload, session_id)
        if told is not None:
            found.append(told)
    return found


async def forget_entries(redis: Redis, shards: int, session_id: str) -> int:
    """How many entries told of it. What they told of others stays."""
    count = 0
    async for key, identifier, payload in _entries(redis, shards):
        rest = rest_of(payload, session_id)
        if rest is payload:
            continue
        count += 1
        with _away_on_failure():
            pipe = redis.pipeline(transaction=True)
            if rest is not None:
                pipe.xadd(key, {"e": rest})
            pipe.xdel(key, identifier)
            await pipe.execute()
    return count


async def publish_tombstones(redis: Redis, tombstones: Tombstones) -> None:
    """As the live counters ask for them; the server may have lost them."""
    with _away_on_failure():
        await publish(redis, tombstones)


async def forget_live(redis: Redis, session_id: str, tombstones: Tombstones) -> None:
    """Also what processes have noted and not sent yet: they ask for the tombstones first."""
    with _away_on_failure():
        await publish(redis, tombstones)
        await redis.zrem(SESSIONS_KEY, session_id)
        told: Any = await redis.lrange(RECENT_KEY, 0, -1)
        for each in told:
            if json.loads(each)["sessionId"] == session_id:
                await redis.lrem(RECENT_KEY, 0, each)


async def live_of(redis: Redis, session_id: str) -> list[dict[str, Any]]:
    """What the live counters tell of it: its latest interactions."""
    with _away_on_failure():
        told: Any = await redis.lrange(RECENT_KEY, 0, -1)
    recent = [json.loads(each) for each in told]
    return [each for each in recent if each["sessionId"] == session_id]


async def forget_answers(redis: Redis) -> None:
    """All that are kept: which of them tell of a session nobody knows."""
    with _away_on_failure():
        scan: Any = redis.scan_iter(match=f"{ANSWERS}*", count=_STEP)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        async for key in scan:
            await redis.unlink(key)


async def _entries(redis: Redis, shards: int) -> AsyncGenerator[tuple[str, str, bytes]]:
    """Key, id and payload of every entry."""
    for shard in range(shards):
        key, start = shard_key(shard), "-"
        while True:
            with _away_on_failure():
                some: Any = await redis.xrange(key, start, "+", count=_STEP)
            for identifier, fields in some:
                yield key, identifier.decode(), fields.get(b"e", b"")
            if len(some) < _STEP:
                break
            start = f"({some[-1][0].decode()}"


@contextmanager
def _away_on_failure() -> Generator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise StreamAway(f"the stream does not answer: {error}") from error
