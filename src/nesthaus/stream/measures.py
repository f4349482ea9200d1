"""What a process measures of itself, sent through the stream: by minute, in buckets."""

import asyncio
import logging
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from math import inf

from nesthaus.domain.events import Delivery, Metric
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.domain.measures import BOUNDS_MS, UNITS, Held, MeasureName
from nesthaus.stream import envelope
from nesthaus.stream.connection import StreamAway, StreamFull
from nesthaus.stream.durable import Overloaded
from nesthaus.stream.totals import Totals

Append = Callable[[str | None, bytes], Awaitable[None]]
Labels = tuple[tuple[str, str], ...]
Told = Callable[[], dict[str, object]]

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


class Series:
    """Values of one name with one set of labels, as they come: a note is an `append`."""

    __slots__ = ("labels", "measures", "name", "values")

    def __init__(self, measures: "Measures", name: MeasureName, labels: Labels) -> None:
        self.measures = measures
        self.name: MeasureName = name
        self.labels = labels
        self.values: list[float] = []

    def note(self, value: float, told: Told | None = None) -> None:
        """`told`: what else to say of a value that is told by itself, besides."""
        measures = self.measures
        if measures.is_off:
            return
        if measures.ticks() >= measures.settles_at:
            measures.settle()
        if told is None or not measures.tell(self, value, told):
            self.values.append(value)


class Measures:
    """A note costs less than a microsecond: once a second, and before a minute is over, what has
    come is put into the buckets of the minute that runs. A kill loses the minute that was not over.

    Ids and times are given before the first attempt to send: what is sent twice is stored once.
    `ticks` are seconds that pass as those of `clock` do. `is_off`: nothing is noted.
    """

    def __init__(
        self,
        ids: Uuid7Source,
        clock: Callable[[], datetime],
        *,
        ticks: Callable[[], float] = time.monotonic,
        is_off: bool = False,
    ) -> None:
        self._ids = ids
        self._clock = clock
        self.ticks = ticks
        self.is_off = is_off
        self.totals: Totals | None = None
        """Hears of everything, too."""
        self._series: dict[tuple[MeasureName, Labels], Series] = {}
        self._minutes: dict[tuple[int, MeasureName, Labels], Held] = {}
        self._told: list[Metric] = []
        self._waiting: deque[bytes] = deque(maxlen=_MOST_WAITING)
        self._minute = 0
        self.settles_at = -inf

    def series(self, name: MeasureName, labels: Labels = ()) -> Series:
        """To keep, where much is noted."""
        found = self._series.get((name, labels))
        if found is None:
            found = self._series[name, labels] = Series(self, name, labels)
        return found

    def note(
        self, name: MeasureName, value: float, labels: Labels = (), told: Told | None = None
    ) -> None:
        """See `Series.note`."""
        self.series(name, labels).note(value, told)

    def tell(self, series: Series, value: float, told: Told) -> bool:
        """False where too much has been told by itself since the last flush."""
        if len(self._told) >= MOST_TOLD:
            return False
        data = {**dict(series.labels), **told()}
        self._told.append(self._alone(series.name, value, self._clock(), data))
        self._hold(series, [value], are_told=True)
        return True

    def settle(self) -> None:
        """Puts what has come into its minute; the next one may have begun."""
        for series in self._series.values():
            values = series.values
            if values:
                series.values = []
                self._hold(series, values)
        now_s = self._clock().timestamp()
        self._minute = int(now_s) // _MINUTE_S
        self.settles_at = self.ticks() + min(EVERY_S, (self._minute + 1) * _MINUTE_S - now_s)

    def _hold(self, series: Series, values: list[float], *, are_told: bool = False) -> None:
        key = self._minute, series.name, series.labels
        held = self._minutes.get(key)
        if held is None:
            held = self._minutes[key] = Held()
        ascending = sorted(values)
        held.add(ascending, are_told=are_told)
        if self.totals is not None:
            told = tuple(label for _, label in series.labels)
            if series.name in _READINGS:
                self.totals.read((series.name, *told), values[-1])
            else:
                _add_up(self.totals, series.name, ascending, told)

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
        self.settle()
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
        over = [key for key in self._minutes if all_of_it or key[0] < self._minute]
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


def _add_up(
    totals: Totals, name: MeasureName, ascending: list[float], told: tuple[str, ...]
) -> None:
    """For `/metrics`."""
    if name == "api_error":
        totals.add((name, *told), len(ascending))
    elif name not in _OF_THE_QUEUE:
        totals.add((f"{name}:count", *told), len(ascending))
        totals.add((f"{name}:sum", *told), sum(ascending))
        if name == "api_response_time":
            ends = [bisect_right(ascending, bound) for bound in BOUNDS_MS]
            for bound, first, end in zip(BOUNDS_MS, [0, *ends], ends, strict=False):
                if end > first:
                    totals.add((f"{name}:within", *told, str(bound)), end - first)


def _parts(metrics: list[Metric]) -> Iterator[tuple[Metric, ...]]:
    for first in range(0, len(metrics), _METRICS_OF_A_DELIVERY):
        yield tuple(metrics[first : first + _METRICS_OF_A_DELIVERY])
