"""Reading the stream as one consumer of a group, and taking away what every group has done.

Each shard is read with commands of its own, because shards may lie on different nodes.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from nesthaus.stream.connection import shard_key
from nesthaus.stream.groups import away_on_failure, groups_of, is_no_such_group, place_of

log = logging.getLogger(__name__)

# How long one command may block: well below the time-out of a connection; and with several shards,
# where an entry on one waits until the others' commands return, below what anybody notices.
PATIENCE_MS = 1_000
PATIENCE_OF_MANY_MS = 100
STEP = 100
HOUR_MS = 3_600_000

# In one step on the server, so that a consumer that wakes up meanwhile loses nothing: deleting a
# consumer forgets what was delivered to it.
FORGET_CONSUMERS = """
local forgotten = 0
for _, fields in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #fields, 2 do consumer[fields[i]] = fields[i + 1] end
  if consumer.name ~= ARGV[2] and consumer.pending == 0 and consumer.idle >= tonumber(ARGV[3]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
    forgotten = forgotten + 1
  end
end
return forgotten
"""


class StreamEntry(Struct, frozen=True):
    """`id` is `<milliseconds>-<number>`, unique within the shard; it grows."""

    shard: int
    id: str
    payload: bytes


class StreamReader:
    """One consumer; every method raises StreamAway where the server does not do as asked."""

    def __init__(self, redis: Redis, shards: int, group: str = "persist", *, consumer: str) -> None:
        self._redis = redis
        self._keys = [shard_key(shard) for shard in range(shards)]
        self._group = group
        self._consumer = consumer

    async def ensure_groups(self) -> None:
        """Makes group and stream where they are missing; the group begins with the first entry."""
        with away_on_failure():
            for key in self._keys:
                await self._ensure_group(key)

    async def read(self, count: int, block_ms: int) -> list[StreamEntry]:
        """About `count` entries nobody has got yet; none where none come within `block_ms`.

        What arrives for a call that is cancelled stays pending and is found by `claim_stale`.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + block_ms / 1_000
        patience_ms = PATIENCE_MS if len(self._keys) == 1 else PATIENCE_OF_MANY_MS
        wait_ms: int | None = None  # the first look does not wait
        while True:
            entries = await self._read_every_shard(count, wait_ms)
            left_ms = int((deadline - loop.time()) * 1_000)
            if entries or left_ms <= 0:
                return entries
            wait_ms = min(left_ms, patience_ms)

    async def claim_stale(self, min_idle_ms: int, count: int) -> list[StreamEntry]:
        """Takes over what was delivered so long ago and not acknowledged, also to ourselves."""
        entries: list[StreamEntry] = []
        with away_on_failure():
            for shard in range(len(self._keys)):
                entries += await self._claim_of_shard(shard, min_idle_ms, count - len(entries))
        return entries

    async def acknowledge(self, entries: Iterable[StreamEntry]) -> None:
        ids_of: dict[int, list[str]] = {}
        for entry in entries:
            ids_of.setdefault(entry.shard, []).append(entry.id)
        with away_on_failure():
            for shard, ids in ids_of.items():
                for at in range(0, len(ids), 1_000):
                    part = ids[at : at + 1_000]
                    await self._redis.xack(self._keys[shard], self._group, *part)

    async def trim(self) -> int:
        """Takes away what is acknowledged by every group; the number of entries taken away."""
        with away_on_failure():
            return sum([await self._trim_shard(key) for key in self._keys])

    async def forget_dead_consumers(self, idle_ms: int = HOUR_MS) -> int:
        """Deletes consumers that did nothing for so long and have nothing pending; how many."""
        forgotten = 0
        with away_on_failure():
            for key in self._keys:
                arguments = (key, self._group, self._consumer, str(idle_ms))
                try:
                    answer: Any = await self._redis.eval(FORGET_CONSUMERS, 1, *arguments)
                except ResponseError as error:
                    if not is_no_such_group(error):
                        raise
                else:
                    forgotten += int(answer)
        return forgotten

    async def _ensure_group(self, key: str) -> None:
        try:
            await self._redis.xgroup_create(key, self._group, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def _restore_group(self, key: str) -> None:
        log.warning("Stream %s had lost its group %s: made again", key, self._group)
        await self._ensure_group(key)

    async def _read_every_shard(self, count: int, wait_ms: int | None) -> list[StreamEntry]:
        share = max(1, count // len(self._keys))
        reads = [self._read_shard(shard, share, wait_ms) for shard in range(len(self._keys))]
        answers = await asyncio.gather(*reads, return_exceptions=True)
        entries: list[StreamEntry] = []
        failures: list[BaseException] = []
        for answer in answers:
            if isinstance(answer, BaseException):
                failures.append(answer)
            else:
                entries += answer
        # What the other shards delivered is ours and must be worked on; the failure comes again.
        if failures and not entries:
            with away_on_failure():
                raise failures[0]
        return entries

    async def _read_shard(self, shard: int, count: int, wait_ms: int | None) -> list[StreamEntry]:
        key = self._keys[shard]
        try:
            answer: Any = await self._redis.xreadgroup(
                self._group, self._consumer, {key: ">"}, count=count, block=wait_ms
            )
        except ResponseError as error:
            if not is_no_such_group(error):
                raise
            await self._restore_group(key)
            return []
        return [entry for _, raw in answer for entry in _entries(shard, raw)]

    async def _claim_of_shard(self, shard: int, min_idle_ms: int, most: int) -> list[StreamEntry]:
        key, cursor, entries = self._keys[shard], "0-0", list[StreamEntry]()
        while len(entries) < most:
            step = min(STEP, most - len(entries))
            try:
                answer: Any = await self._redis.xautoclaim(
                    key, self._group, self._consumer, min_idle_ms, cursor, count=step
                )
            except ResponseError as error:
                if not is_no_such_group(error):
                    raise
                await self._restore_group(key)
                break
            entries += _entries(shard, answer[1])
            if any(identifier is None for identifier, _ in answer[1]):
                await self._acknowledge_deleted(key)
            cursor = answer[0].decode()
            if cursor == "0-0":
                break
        return entries

    async def _acknowledge_deleted(self, key: str) -> None:
        """Somebody deleted entries that were pending. Redis 7 forgets them by itself; 6.2 keeps
        them pending for ever, does not say which, and `trim` could never pass them.
        """
        start = "-"
        while True:
            pending: Any = await self._redis.xpending_range(key, self._group, start, "+", STEP)
            ids = [row["message_id"].decode() for row in pending]
            for identifier in ids:
                if not await self._redis.xrange(key, identifier, identifier):
                    log.warning("Entry %s of %s was deleted before it was stored", identifier, key)
                    await self._redis.xack(key, self._group, identifier)
            if len(ids) < STEP:
                return
            start = f"({ids[-1]}"

    async def _trim_shard(self, key: str) -> int:
        # The order is what makes it safe. An entry delivered after XINFO has a greater id than
        # last-delivered-id, so the bound does not pass it; one delivered before and not yet
        # acknowledged is pending when XPENDING is asked afterwards. The other way round, an entry
        # delivered between the two questions would be in neither answer and be taken away.
        groups = await groups_of(self._redis, key)
        if self._group not in groups:
            return 0
        bounds = list[tuple[int, int]]()
        for name, group in groups.items():
            pending: Any = await self._redis.xpending(key, name)
            milliseconds, number = place_of(group["last-delivered-id"])
            bounds.append((milliseconds, number + 1))
            if pending["min"] is not None:
                bounds.append(place_of(pending["min"]))
        milliseconds, number = min(bounds)
        return await self._redis.xtrim(key, minid=f"{milliseconds}-{number}", approximate=False)


def _entries(shard: int, raw: Sequence[tuple[bytes | None, Any]]) -> list[StreamEntry]:
    """Without the entries that were deleted, for which Redis 6.2 sends nothing."""
    return [
        StreamEntry(shard, identifier.decode(), fields.get(b"e", b""))
        for identifier, fields in raw
        if identifier is not None
    ]
