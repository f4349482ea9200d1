"""Tells what a worker or scheduler is doing: a log line per change, and a state others can read."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from nesthaus.stream.connection import StreamAway
from nesthaus.stream.worker_states import SCHEDULE, WORK, Doing, WorkerState

Publish = Callable[[WorkerState], Awaitable[None]]
"""Lets others see the state for a while; raises StreamAway."""

_log = logging.getLogger(__name__)

_NAMES = {WORK: "Worker", SCHEDULE: "Scheduler"}
_SENTENCES = {
    Doing.RUNNING: "goes on",
    Doing.WAITING_FOR_DATABASE: "waits for PostgreSQL",
    Doing.WAITING_FOR_STREAM: "waits for the stream",
    Doing.HOLDING: "holds: one entry after the other cannot be stored, so none is taken away",
}


class Announcer:
    """`every_s` must be well within the time that `publish` lets a state be seen."""

    def __init__(
        self,
        consumer: str,
        clock: Callable[[], datetime],
        publish: Publish,
        every_s: float = 5.0,
        role: str = WORK,
    ) -> None:
        self._clock = clock
        self._publish = publish
        self._every_s = every_s
        self._changed = asyncio.Event()
        self.state = WorkerState(consumer, Doing.RUNNING, clock(), role=role)

    def change(self, doing: Doing, why: str = "") -> None:
        """Nothing happens where that is what it does already."""
        if doing is self.state.doing:
            return
        before = self.state
        self.state = WorkerState(before.consumer, doing, self._clock(), why, before.role)
        level = logging.INFO if doing is Doing.RUNNING else logging.WARNING
        reason = f" ({why})" if why else ""
        name = f"{_NAMES[before.role]} {before.consumer}"
        _log.log(level, "%s %s%s", name, _SENTENCES[doing], reason)
        self._changed.set()

    async def run(self) -> None:
        """Publishes every change at once, and the state again and again, until cancelled."""
        while True:
            self._changed.clear()
            with suppress(StreamAway):
                await self._publish(self.state)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._changed.wait()
