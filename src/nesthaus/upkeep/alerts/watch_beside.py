"""Alerts that are told of also while the database is away or takes nothing: the state and the
notices of each lie beside the stream, in one value that is exchanged whole: of several schedulers
one makes each change.

While the stream is away, too, each process goes on with what it knows.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from nesthaus.db.pool import Pool
from nesthaus.domain.alerts import Reading, Rule, State, Watched, advance, at_first
from nesthaus.upkeep.alerts.notices import Notice, Teller, add_notice, begun
from nesthaus.upkeep.alerts.rules import lock_states, rules_in_force, store_state
from nesthaus.upkeep.alerts.sensors import STREAM_WITHIN_S

_KEY = "nest:{alerts}:"
# More changes than these during one outage of the database: the oldest are forgotten.
_MOST_CHANGES = 200

# In one step on the server, so that of two processes that saw the same one is first.
_EXCHANGE = """
local now = redis.call('GET', KEYS[1])
if (now or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""

log = logging.getLogger(__name__)


class Kept(Struct, frozen=True):
    """`notices`: those the database does not know yet. `bad_until`: so long the figure counts as
    bad, whatever it is, because somebody has found it so."""

    rule: Rule
    state: State
    notices: list[Notice] = []
    bad_until: datetime | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Kept).decode


class _Beside:
    """The value beside the stream, and what this process last knew of it."""

    def __init__(self, redis: Redis, key: str) -> None:
        self._redis = redis
        self._key = key
        self._seen = b""
        self._own: bytes | None = None  # what was changed here while the stream was away

    async def load(self) -> bytes:
        """Empty where there is none."""
        try:
            async with asyncio.timeout(STREAM_WITHIN_S):
                found: Any = await self._redis.get(self._key)
                if self._own is not None and (found or b"") in {b"", self._seen}:
                    await self._exchange(found or b"", self._own)
                    found = await self._redis.get(self._key)
                self._own, self._seen = None, found or b""
        except (RedisError, OSError, TimeoutError):
            return self._seen if self._own is None else self._own
        return self._seen

    async def exchange(self, before: bytes, after: bytes) -> bool:
        """Whether nobody was first."""
        if self._own is None:
            try:
                async with asyncio.timeout(STREAM_WITHIN_S):
                    return await self._exchange(before, after)
            except (RedisError, OSError, TimeoutError):
                pass
        # Also where the server can be read and takes nothing: then what it has is not what we know.
        if before != (self._seen if self._own is None else self._own):
            return False
        self._own = after
        return True

    async def _exchange(self, before: bytes, after: bytes) -> bool:
        return bool(await self._redis.eval(_EXCHANGE, 1, self._key, before, after))


class WatchBeside:
    """`watched` is what it tells of; a subclass knows the figure."""

    def __init__(
        self,
        watched: Watched,
        redis: Redis,
        teller: Teller,
        clock: Callable[[], datetime],
        every_s: float,
    ) -> None:
        self._watched = watched
        self._beside = _Beside(redis, f"{_KEY}{watched.id}")
        self._teller = teller
        self._clock = clock
        self._every_s = every_s

    async def figure(self, *, is_bad: bool) -> Reading:
        """`is_bad`: somebody has found that it is."""
        raise NotImplementedError

    def begin(self) -> list[asyncio.Task[None]]:
        """Two tasks that go on until each is ended, as `stream.ending` does it."""
        return [asyncio.create_task(self._repeat(work)) for work in (self.look, self.tell)]

    async def found_bad(self, for_s: float) -> None:
        """By somebody who knows, whatever the figure says."""
        until = self._clock() + timedelta(seconds=for_s)
        await self._change(lambda kept: msgspec.structs.replace(kept, bad_until=until))

    async def look(self) -> None:
        found_bad_until = self._kept(await self._beside.load(), self._clock()).bad_until
        is_bad = found_bad_until is not None and self._clock() < found_bad_until
        reading = await self.figure(is_bad=is_bad)
        raw = await self._beside.load()
        at = self._clock()
        kept = self._kept(raw, at)
        watched = self._watched
        state, change = advance(watched, kept.rule, kept.state, reading, at)
        notices = kept.notices
        if change is not None:
            notices = [*notices, self._teller.notice(watched, kept.rule, change)]
            log.warning("%s is %s: the alert is %s", watched.id, change.value, change.phase)
        after = msgspec.structs.replace(kept, state=state, notices=notices[-_MOST_CHANGES:])
        # Where another scheduler was first, it made the change.
        await self._beside.exchange(raw, _encode(after))

    async def tell(self) -> None:
        """Sends what is due; its attempt is recorded before."""
        raw = await self._beside.load()
        kept = self._kept(raw, self._clock())
        at = self._clock()
        due = [each for each in kept.notices if _is_due(each, at)]
        if not due:
            return
        attempt = begun(due[0], at)
        if not await self._beside.exchange(raw, _encode(_with(kept, attempt))):
            return  # the next look will say who does it
        sent = await self._teller.send(attempt, self._clock)
        # Others change the rest of the value meanwhile.
        if not await self._change(lambda kept: _with(kept, sent)):
            log.warning("it could not be noted that notice %s was sent", sent.id)

    async def hand_over(self, pool: Pool) -> None:
        """Gives the database what it could not be told, and takes from it the rule."""
        raw = await self._beside.load()
        kept = self._kept(raw, self._clock())
        over = [each for each in kept.notices if each.next_attempt_at is None]
        async with pool.connection() as connection:
            await lock_states(connection)
            rule = (await rules_in_force(connection))[self._watched.id]
            for notice in over:
                await add_notice(connection, notice)
            await store_state(connection, self._watched.id, kept.state)
        left = [each for each in kept.notices if each.next_attempt_at is not None]
        if over or rule != kept.rule:
            # Where somebody was first it is done the next time; a notice is added once.
            after = msgspec.structs.replace(kept, rule=rule, notices=left)
            await self._beside.exchange(raw, _encode(after))

    async def _change(self, change: Callable[[Kept], Kept]) -> bool:
        """Whether it came about: others may be first again and again."""
        for _ in range(20):
            raw = await self._beside.load()
            if await self._beside.exchange(raw, _encode(change(self._kept(raw, self._clock())))):
                return True
        return False

    def _kept(self, raw: bytes, at: datetime) -> Kept:
        try:
            return _decode(raw)
        except msgspec.DecodeError:  # nothing yet, or of another version
            return Kept(self._watched.default, at_first(at))

    async def _repeat(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception:
                log.exception("the watch over %s failed; it begins again", self._watched.id)
            await asyncio.sleep(self._every_s)


def _is_due(notice: Notice, at: datetime) -> bool:
    return notice.next_attempt_at is not None and notice.next_attempt_at <= at


def _with(kept: Kept, changed: Notice) -> Kept:
    notices = [changed if each.id == changed.id else each for each in kept.notices]
    return msgspec.structs.replace(kept, notices=notices)
