"""Counts refusals in memory and streams the sums, so that a flood of them costs one entry."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

from nesthaus.domain.events import Delivery, RefusalCount
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.domain.refusals import Refusal
from nesthaus.stream import envelope
from nesthaus.stream.durable import Overloaded

log = logging.getLogger(__name__)


class RefusalCounts:
    """What a kill can lose is at most `every_s` of these counts; never an event."""

    def __init__(
        self,
        append: Callable[[str | None, bytes], Awaitable[None]],
        ids: Uuid7Source,
        clock: Callable[[], datetime],
        every_s: float = 1.0,
        heard: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        """`heard` hears of each."""
        self._append = append
        self._ids = ids
        self._clock = clock
        self._every_s = every_s
        self._heard = heard
        self._counts: Counter[Refusal] = Counter()

    def add(self, reason: Refusal) -> None:
        self._counts[reason] += 1
        self._heard(reason.value)

    async def flush(self) -> None:
        """Sends what was counted since; keeps it for the next time where nothing can take it."""
        if not self._counts:
            return
        counts, self._counts = self._counts, Counter()
        now = self._clock()
        events = tuple(
            RefusalCount(id=self._ids.make(now), at=now, reason=reason.value, count=count)
            for reason, count in counts.items()
        )
        delivery = Delivery(session_id=None, received_at=now, events=events)
        try:
            await self._append(None, envelope.encode(delivery))
        except Overloaded:
            self._counts += counts

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            await self.flush()
