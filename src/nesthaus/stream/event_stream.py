"""Appending to the stream: what waits in one turn of the event loop goes in one round trip."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from redis.asyncio import Redis

from nesthaus.stream.connection import (
    TIMEOUT_S,
    CommandPipe,
    StreamAway,
    StreamFull,
    pack,
    packed_word,
    shard_key,
    shard_of,
)

# After a failure everybody is told at once, and one call in so many seconds tries.
TRY_AGAIN_AFTER_S = 0.5
# How often a full stream is measured while calls come in.
MEASURE_EVERY_S = 0.1
# Bounds of one write, so that its answers fit into the time-out on a slow disk.
MOST_ENTRIES = 1_000
MOST_BYTES = 8 * 1024 * 1024
_EMPTY = packed_word(b"")

Outcome = StreamAway | StreamFull | None
Waiting = tuple[int, bytes, asyncio.Future[Outcome]]  # shard, packed command, who waits


def _utc_now() -> datetime:
    return datetime.now(UTC)


class EventStream:
    """Writes entries; one per process.

    `away_since` is the time of the failure since which no write succeeded, None while it works.
    """

    def __init__(
        self,
        redis: Redis,
        shards: int,
        max_entries: int,
        *,
        timeout_s: float = TIMEOUT_S,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        # Asked for it with each call, Python 3.11 asks the system which process this is.
        self._loop = asyncio.get_running_loop()
        self._pipe = CommandPipe(redis, timeout_s)
        keys = [shard_key(shard).encode() for shard in range(shards)]
        self._length_commands = [pack(b"XLEN", key) for key in keys]
        # Of a command that adds an entry, all but its last word.
        self._adding = [pack(b"XADD", key, b"*", b"e", b"").removesuffix(_EMPTY) for key in keys]
        self._lengths = [0] * shards
        self._max_entries = max_entries
        self._clock = clock
        self._waiting: list[Waiting] = []
        self._flusher: asyncio.Task[None] | None = None
        self._closed = False
        self._full = False
        self._measure_at = 0.0
        self._why_away = ""
        self._try_at = 0.0
        self.away_since: datetime | None = None

    async def append(self, session_id: str | None, payload: bytes) -> None:
        """Returns once the server has acknowledged the entry; raises StreamAway or StreamFull."""
        outcome = await self.outcome(session_id, payload)
        if outcome is not None:
            raise outcome

    def outcome(self, session_id: str | None, payload: bytes) -> asyncio.Future[Outcome]:
        """What becomes of an entry: None once the server has acknowledged it."""
        waiter: asyncio.Future[Outcome] = self._loop.create_future()
        refusal = self._refusal()
        if refusal is not None:
            waiter.set_result(refusal)
            return waiter
        shard = shard_of(session_id, payload, len(self._adding))
        self._waiting.append((shard, self._adding[shard] + packed_word(payload), waiter))
        if self._flusher is None:
            # A task starts in the next turn of the loop: whoever appends until then goes along.
            self._flusher = self._loop.create_task(self._flush())
        return waiter

    async def close(self, within_s: float = TIMEOUT_S) -> None:
        """Writes what waits, within that time; what could not be written gets StreamAway."""
        self._closed = True
        flusher = self._flusher
        if flusher is not None:
            await asyncio.wait({flusher}, timeout=within_s)
            flusher.cancel()
            await asyncio.wait({flusher})
        await self._pipe.close()

    def _refusal(self) -> Outcome:
        if self._closed:
            return StreamAway("the stream was closed")
        if self.away_since is not None and (
            self._flusher is not None or self._loop.time() < self._try_at
        ):
            return StreamAway(self._why_away)
        if self._full and self._loop.time() < self._measure_at:
            return self._fullness()
        return None

    def _fullness(self) -> StreamFull:
        return StreamFull(f"the stream holds {sum(self._lengths)} of {self._max_entries} entries")

    async def _flush(self) -> None:
        try:
            if self._full:
                await self._measure()
            while self._waiting and not self._full:
                await self._write(self._next_batch())
        finally:
            # Nobody is left waiting, whatever happened: cancelled, away, or full.
            away = self._why_away or "the stream was closed"
            for _, _, waiter in self._waiting:
                _tell(waiter, self._fullness() if self._full else StreamAway(away))
            self._waiting = []
            self._flusher = None

    def _next_batch(self) -> list[Waiting]:
        size = count = 0
        for _, command, _ in self._waiting:
            size += len(command)
            if count == MOST_ENTRIES or (count and size > MOST_BYTES):
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    async def _write(self, batch: list[Waiting]) -> None:
        touched = sorted({shard for shard, _, _ in batch})
        commands = [command for _, command, _ in batch]
        commands += [self._length_commands[shard] for shard in touched]
        try:
            answers = await self._pipe.ask(commands)
        except BaseException:
            self._waiting = batch + self._waiting
            raise
        failure = self._tell_all(batch, answers)
        self._learn_lengths(touched, answers[len(batch) :])
        self._note(failure)
        if failure is None and sum(self._lengths) >= self._max_entries:
            await self._measure()

    def _tell_all(self, batch: list[Waiting], answers: list[object]) -> BaseException | None:
        failure: BaseException | None = None
        for (_, _, waiter), answer in zip(batch, answers, strict=False):
            if isinstance(answer, BaseException):
                failure = answer
                _tell(waiter, StreamAway(_reason(answer)))
            else:
                _tell(waiter, None)
        return failure

    async def _measure(self) -> None:
        """Asks every shard: the lengths known of shards not written to lately may be old."""
        every = range(len(self._adding))
        answers = await self._pipe.ask(self._length_commands)
        failure = self._learn_lengths(every, answers)
        self._full = failure is None and sum(self._lengths) >= self._max_entries
        self._measure_at = self._loop.time() + MEASURE_EVERY_S
        if failure is not None:
            self._note(failure)

    def _learn_lengths(self, shards: Iterable[int], answers: list[object]) -> BaseException | None:
        failure: BaseException | None = None
        for shard, answer in zip(shards, answers, strict=True):
            if isinstance(answer, int):
                self._lengths[shard] = answer
            elif isinstance(answer, BaseException):
                failure = answer
        return failure

    def _note(self, failure: BaseException | None) -> None:
        if failure is None:
            self.away_since = None
            return
        waiting, self._waiting = self._waiting, []
        for _, _, waiter in waiting:
            _tell(waiter, StreamAway(_reason(failure)))
        self.away_since = self.away_since or self._clock()
        self._why_away = _reason(failure)
        self._try_at = self._loop.time() + TRY_AGAIN_AFTER_S


def _tell(waiter: asyncio.Future[Outcome], outcome: Outcome) -> None:
    # As a result, not as an exception: a caller that was cancelled meanwhile never fetches it,
    # and asyncio would report that.
    if not waiter.done():
        waiter.set_result(outcome)


def _reason(error: BaseException) -> str:
    return f"the stream does not take entries: {error}"
