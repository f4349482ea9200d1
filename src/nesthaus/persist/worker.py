"""One worker: reads the stream, has every entry decided about, and tidies up behind itself.

Whatever happens to it, an entry is acknowledged only after its transaction, or its dead letter, is
committed; until then another worker finds it. So it may be killed at any moment.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime

from nesthaus.db.pool import Pool
from nesthaus.persist.announcer import Announcer
from nesthaus.persist.attempts import MOST_BYTES
from nesthaus.persist.store import Rules
from nesthaus.persist.trial import Pace, Trial, pause
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.ending import end
from nesthaus.stream.reader import StreamEntry, StreamReader
from nesthaus.stream.worker_states import Doing

_log = logging.getLogger(__name__)


class Worker:
    """Of one consumer of the stream; several may run at once, in one process or in many."""

    def __init__(
        self,
        reader: StreamReader,
        pool: Pool,
        *,
        clock: Callable[[], datetime],
        rules: Rules,
        announcer: Announcer,
        pace: Pace | None = None,
    ) -> None:
        self._reader = reader
        self._announcer = announcer
        self._pace = pace or Pace()
        self._trial = Trial(
            reader, pool, clock=clock, rules=rules, announcer=announcer, pace=self._pace
        )
        self._has_groups = False
        self._claim_at = 0.0
        self._tidy_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then the batch in hand gets a few seconds. Waits for what is away."""
        working = asyncio.create_task(self._work(stop))
        announcing = asyncio.create_task(self._announcer.run())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({working}, timeout=self._pace.grace_s)
        finally:
            await end(working, announcing, stopping)
        if not working.cancelled():
            working.result()

    async def _work(self, stop: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                entries = await self._next()
            except StreamAway as away:
                failures += 1
                self._has_groups = False
                self._announcer.change(Doing.WAITING_FOR_STREAM, str(away))
                await pause(stop, self._pace.pause_s(failures))
                continue
            failures = 0
            if entries:
                await self._trial.settle(entries, stop)
            if not stop.is_set():
                self._announcer.change(Doing.RUNNING)
            with suppress(StreamAway):
                await self._tidy()
            if 0 < len(entries) < self._pace.batch:
                await pause(stop, self._pace.gather_s)

    async def _next(self) -> list[StreamEntry]:
        """What a dead worker left goes before what is new."""
        if not self._has_groups:
            await self._reader.ensure_groups()
            self._has_groups = True
        await self._trial.acknowledge()
        now = asyncio.get_running_loop().time()
        if now >= self._claim_at:
            idle_ms = round(self._pace.claim_idle_s * 1_000)
            left_behind = await self._reader.claim_stale(idle_ms, self._pace.batch)
            if left_behind:
                _log.info("Took over %d entries that nobody finished", len(left_behind))
                return left_behind
            self._claim_at = now + self._pace.claim_every_s
        return await self._read()

    async def _read(self) -> list[StreamEntry]:
        """Where much waits, much at once: a transaction writes a session's row once, however many
        of its events it has. 30,000 single calls of 3,000 sessions were stored 2.5 times as fast by
        10,000 as by 1,000."""
        pace = self._pace
        entries = part = await self._reader.read(pace.batch, pace.block_ms)
        size = _bytes_of(part)
        with suppress(StreamAway):  # what was read before is stored first
            while len(part) >= pace.batch and len(entries) < pace.most and size < MOST_BYTES:
                part = await self._reader.read(pace.batch, 0)
                entries = [*entries, *part]
                size += _bytes_of(part)
        return entries

    async def _tidy(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._tidy_at:
            self._tidy_at = now + self._pace.tidy_every_s
            await self._reader.trim()
            await self._reader.forget_dead_consumers()


def _bytes_of(entries: Iterable[StreamEntry]) -> int:
    return sum(len(entry.payload) for entry in entries)
