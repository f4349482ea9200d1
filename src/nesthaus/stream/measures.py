"""What a process measures of itself, sent through the stream: by minute, in buckets."""

import asyncio
import logging
from bisect import bisect_left
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime

from nesthaus.domain.events import Delivery, Metric
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.domain.measures import BOUNDS_MS, UNITS, Held, MeasureName
from nesthaus.stream import envelope
from nesthaus.stream.connection import StreamAway, StreamFull
from nesthaus.stream.durable import Overloaded
from nesthaus.stream.totals import Totals

Append = Callable[[str | None, bytes], Awaitable[None]]
Labels = tuple[tuple[str, str], ...]

EVERY_S = 1.0
MOST_TOLD = 100
"""Of values told one by one, between two flushes; of more there are only the buckets."""
_MINUTE_S = 60
_READINGS = frozenset({"memory_usage", "cpu_usage"})
# Looked at anew by whoever tells of it.
_OF_THE_QUEUE = frozenset({"queue_depth", "queue_age"})
_METRICS_OF_A_DELIVERY = 200
# While nobody takes them; a minute of a process is one or two of these.
_MOST_WAITING = 500

log = logging.getLogger(__name__)


class Measures:
    """A note costs a microsecond or two. A kill loses the minute that was not over.

    Ids and times are given before the first attempt to send: what is sent twice is stored once.
    """

    def __init__(self, ids: Uuid7Source, clock: Callable[[], datetime]) -> None:
        self._ids = ids
        self._clock = clock
        self.totals: Totals | None = None
        """Hears of everything, too."""
        self._minutes: dict[tuple[int, MeasureName, Labels], Held] = {}
        self._told: list[Metric] = []
        self._waiting: deque[bytes] = deque(maxlen=_MOST_WAITING)

    def note(
        self,
        name: MeasureName,
        value: float,
        labels: Labels = (),
        told: Callable[[], dict[str, object]] | None = None,
    ) -> None:
        """`told`: what else to say of a value that is told by itself, besides."""
        if self.totals is not None:
            _add_up(self.totals, name, value, labels)
        now = self._clock()
        is_told = told is not None and len(self._told) < MOST_TOLD
        if told is not None and is_told:
            self._told.append(self._alone(name, value, now, {**dict(labels), **told()}))
        key = int(now.timestamp()) // _MINUTE_S, name, labels
        held = self._minutes.get(key)
        if held is None:
            held = self._minutes[key] = Held()
        held.add(value, is_told=is_told)

    def priced(self, took_ms: float) -> None:
        """How long a configuration's price took."""
        self.note("price_calc_time", took_ms)

    async def run(self, append: Append, every_s: float = EVERY_S) -> None:
        """Sends what is told by itself at once, and minutes that are over; ends when cancelled."""
        while True:
            await asyncio.sleep(every_s)
            await self.flush(append)

    async def flush(self, append: Append, *, all_of_it: bool = False) -> None:
        """What nobody takes is kept for the next time; `all_of_it`: with the minute that runs."""
        self._pack(all_of_it=all_of_it)
        while self._waiting:
            payload = self._waiting[0]
            try:
                await append(None, payload)
            except (Overloaded, StreamAway, StreamFull) as error:
                log.debug("what was measured waits: %s", error)
                return
            if self._waiting and self._waiting[0] is payload:
                self._waiting.popleft()

    def _pack(self, *, all_of_it: bool) -> None:
        """Into deliveries, which keep their ids however often they are sent."""
        now = self._clock()
        running = int(now.timestamp()) // _MINUTE_S
        over = [key for key in self._minutes if all_of_it or key[0] < running]
        told, self._told = self._told, []
        metrics = [*told, *(self._of_minute(*key, self._minutes.pop(key)) for key in over)]
        for part in _parts(metrics):
            delivery = Delivery(session_id=None, received_at=now, events=part)
            self._waiting.append(envelope.encode(delivery))

    def _of_minute(self, minute: int, name: MeasureName, labels: Labels, held: Held) -> Metric:
        at = datetime.fromtimestamp(minute * _MINUTE_S, UTC)
        return held.metric(self._ids.make(at), at, name, UNITS[name], dict(labels))

    def _alone(
        self, name: MeasureName, value: float, at: datetime, data: dict[str, object]
    ) -> Metric:
        """It is among the values of its minute already."""
        return Metric(
            id=self._ids.make(at),
            at=at,
            name=name,
            value=value,
            unit=UNITS[name],
            additional_data=data,
            count=0,
        )


def _add_up(totals: Totals, name: MeasureName, value: float, labels: Labels) -> None:
    """For `/metrics`."""
    values = tuple(label for _, label in labels)
    if name in _READINGS:
        totals.read((name, *values), value)
    elif name == "api_error":
        totals.add((name, *values))
    elif name not in _OF_THE_QUEUE:
        totals.add((f"{name}:count", *values))
        totals.add((f"{name}:sum", *values), value)
        if name == "api_response_time" and value <= BOUNDS_MS[-1]:
            bound = BOUNDS_MS[bisect_left(BOUNDS_MS, value)]
            totals.add((f"{name}:within", *values, str(bound)))


def _parts(metrics: list[Metric]) -> Iterator[tuple[Metric, ...]]:
    for first in range(0, len(metrics), _METRICS_OF_A_DELIVERY):
        yield tuple(metrics[first : first + _METRICS_OF_A_DELIVERY])
