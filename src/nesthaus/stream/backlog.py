"""What waits in the stream: asked by those who only look, and are no consumer."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from nesthaus.stream.connection import shard_key
from nesthaus.stream.groups import Place, away_on_failure, groups_of, is_no_such_group, place_of

NOTHING: Place = (0, 0)


class StreamDepth(Struct, frozen=True):
    """What no worker has acknowledged yet; the age is 0 where nothing waits."""

    entries: int
    oldest_age_ms: int


class Backlog:
    """Of one group; every method raises StreamAway where the server does not do as asked."""

    def __init__(self, redis: Redis, shards: int, group: str = "persist") -> None:
        self._redis = redis
        self._keys = [shard_key(shard) for shard in range(shards)]
        self._group = group

    async def depth(self) -> StreamDepth:
        """Exact from Redis 7 on and while nothing is in work; else acknowledged entries between
        waiting ones, and those `trim` has not taken away yet, are counted as well.
        """
        with away_on_failure():
            waiting = [await self._waiting_in(key) for key in self._keys]
            seconds, microseconds = await self._redis.time()  # pyright: ignore[reportUnknownMemberType]
        now_ms = seconds * 1_000 + microseconds // 1_000  # the clock that made the ids
        oldest = [place_of(first)[0] for _, first in waiting if first is not None]
        age_ms = max(0, now_ms - min(oldest)) if oldest else 0
        return StreamDepth(sum(entries for entries, _ in waiting), age_ms)

    async def last_received(self) -> tuple[Place, ...]:
        """Of each shard: everything received until now has that place or an earlier one."""
        with away_on_failure():
            return tuple([await self._last_of(key) for key in self._keys])

    async def has_finished(self, received: Iterable[Place]) -> bool:
        """Whether the group has acknowledged everything up to these places, one of each shard."""
        with away_on_failure():
            finished = [
                await self._is_past(key, place)
                for key, place in zip(self._keys, received, strict=True)
            ]
        return all(finished)

    async def _waiting_in(self, key: str) -> tuple[int, bytes | None]:
        """How many entries of one shard wait, and the id of the oldest."""
        groups = await groups_of(self._redis, key)
        group = groups.get(self._group)
        delivered = b"0-0" if group is None else group["last-delivered-id"]
        behind: Any = await self._redis.xrange(key, f"({delivered.decode()}", "+", count=1)
        first = behind[0][0] if behind else None
        if group is None:
            return await self._redis.xlen(key), first
        pending: Any = await self._redis.xpending(key, self._group)
        oldest = first if pending["min"] is None else pending["min"]
        if first is None:
            return pending["pending"], oldest
        if group.get("lag") is not None:
            return group["lag"] + pending["pending"], oldest
        return await self._redis.xlen(key), oldest

    async def _last_of(self, key: str) -> Place:
        try:
            facts: Any = await self._redis.xinfo_stream(key)
        except ResponseError as error:
            if not is_no_such_group(error):
                raise
            return NOTHING
        return place_of(facts["last-generated-id"])

    async def _is_past(self, key: str, received: Place) -> bool:
        # In this order, for the reason given in `StreamReader._trim_shard`.
        group = (await groups_of(self._redis, key)).get(self._group)
        delivered = b"0-0" if group is None else group["last-delivered-id"]
        last = f"{received[0]}-{received[1]}"
        if await self._redis.xrange(key, f"({delivered.decode()}", last, count=1):
            return False
        if group is None:
            return True
        pending: Any = await self._redis.xpending(key, self._group)
        return pending["min"] is None or place_of(pending["min"]) > received
