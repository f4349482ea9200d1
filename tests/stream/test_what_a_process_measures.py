"""What becomes of what a process measures of itself, whatever takes it, or does not?"""

from datetime import UTC, datetime

import pytest

from nesthaus.domain.events import Metric
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.stream import envelope
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.measures import MOST_TOLD, Measures
from tests.clocks import SettableClock, measures_by

ROUTE = (("route", "/api/x"), ("method", "GET"), ("status", "2xx"))


class Taker:
    """Stands for the stream; while it is away it may take an entry and not say so."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.is_away = False

    async def append(self, _session_id: str | None, payload: bytes) -> None:
        self.payloads.append(payload)
        if self.is_away:
            raise StreamAway("no answer")

    def metrics(self) -> list[Metric]:
        """Each once, as they are stored."""
        events = [e for payload in self.payloads for e in envelope.decode(payload).events]
        by_id = {event.id: event for event in events if isinstance(event, Metric)}
        return list(by_id.values())


@pytest.fixture
def clock() -> SettableClock:
    clock = SettableClock()
    clock.advance(20)
    return clock


@pytest.fixture
def measures(clock: SettableClock) -> Measures:
    return measures_by(clock)


async def test_a_minute_is_one_row_for_each_kind_once_it_is_over(
    measures: Measures, clock: SettableClock
) -> None:
    taker = Taker()
    for value in (3.0, 1.0, 900.0):
        measures.note("api_response_time", value, ROUTE)
    measures.note("price_calc_time", 0.01)
    await measures.flush(taker.append)
    assert taker.metrics() == []

    clock.advance(60)
    await measures.flush(taker.append)

    times, prices = taker.metrics()
    assert (times.name, times.count, times.greatest) == ("api_response_time", 3, 900.0)
    assert times.value == pytest.approx(904 / 3)
    assert times.at == datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
    assert times.additional_data == dict(ROUTE)
    assert times.buckets is not None
    assert len(times.buckets) == 3
    assert (prices.name, prices.count, prices.counts) == ("price_calc_time", 1, (1,))


async def test_what_is_told_by_itself_goes_at_once_and_counts_in_its_minute(
    measures: Measures, clock: SettableClock
) -> None:
    taker = Taker()
    measures.note("api_response_time", 1_500.0, ROUTE, lambda: {"requestId": "r1"})
    measures.note("api_response_time", 20.0, ROUTE)
    await measures.flush(taker.append)
    (told,) = taker.metrics()
    assert (told.value, told.count, told.at) == (1_500.0, 0, clock.now)
    assert told.additional_data == {**dict(ROUTE), "requestId": "r1"}

    clock.advance(60)
    await measures.flush(taker.append)
    _, minute = taker.metrics()
    assert (minute.count, minute.greatest) == (2, 20.0)


async def test_what_was_taken_without_an_answer_is_stored_once(
    measures: Measures, clock: SettableClock
) -> None:
    taker = Taker()
    measures.note("queue_depth", 7.0)
    clock.advance(60)
    taker.is_away = True
    await measures.flush(taker.append)
    measures.note("queue_depth", 9.0)
    clock.advance(60)
    await measures.flush(taker.append)
    taker.is_away = False
    await measures.flush(taker.append)
    assert len(taker.payloads) > 2
    assert [metric.value for metric in taker.metrics()] == [7.0, 9.0]


async def test_a_flood_is_counted_whole_and_told_in_part(
    measures: Measures, clock: SettableClock
) -> None:
    taker = Taker()
    for number in range(MOST_TOLD + 50):
        measures.note("api_error", 1.0, ROUTE, lambda number=number: {"requestId": str(number)})
    clock.advance(60)
    await measures.flush(taker.append)
    told = [metric for metric in taker.metrics() if metric.count == 0]
    (minute,) = [metric for metric in taker.metrics() if metric.count > 0]
    assert len(told) == MOST_TOLD
    assert (minute.count, minute.greatest) == (MOST_TOLD + 50, 1.0)


async def test_the_end_of_a_process_sends_the_minute_that_runs(measures: Measures) -> None:
    taker = Taker()
    measures.note("cpu_usage", 0.0, (("role", "serve"),))
    await measures.flush(taker.append, all_of_it=True)
    (metric,) = taker.metrics()
    assert (metric.value, metric.buckets, metric.counts) == (0.0, (None,), (1,))


async def test_a_value_lies_in_the_minute_it_was_noted_in_however_late_it_is_put_together(
    measures: Measures, clock: SettableClock
) -> None:
    taker = Taker()
    clock.advance(39.9)  # 12:00:59.9
    measures.note("api_response_time", 1.0, ROUTE)
    clock.advance(0.2)  # 12:01:00.1
    measures.note("api_response_time", 2.0, ROUTE)
    measures.note("api_response_time", 3.0, ROUTE)
    clock.advance(60)
    await measures.flush(taker.append)
    first, second = sorted(taker.metrics(), key=lambda metric: metric.at)
    assert (first.at.minute, first.count, first.value) == (0, 1, 1.0)
    assert (second.at.minute, second.count, second.value) == (1, 2, 2.5)


async def test_nothing_is_noted_where_it_is_switched_off(clock: SettableClock) -> None:
    taker, off = Taker(), Measures(Uuid7Source(), clock, is_off=True)
    off.note("api_response_time", 2_000.0, ROUTE, lambda: {"requestId": "r1"})
    off.note("price_calc_time", 1.0)
    await off.flush(taker.append, all_of_it=True)
    assert taker.metrics() == []
