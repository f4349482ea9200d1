"""Each call has a time of receipt of its own, by which an event accepted again is told apart."""

from datetime import UTC, datetime, timedelta

from nesthaus.domain.identifiers import instant_of_uuid7
from nesthaus.ingest.receipts import ReceiptTimes
from tests.clocks import SettableClock
from tests.ingest.conftest import Api

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
CLICK = {"type": "click", "category": "nest"}


def test_no_two_are_the_same(clock: SettableClock) -> None:
    received = ReceiptTimes(clock)
    assert [received() for _ in range(3)] == [NOON, NOON + MICROSECOND, NOON + 2 * MICROSECOND]
    clock.now = NOON + timedelta(milliseconds=1)
    assert received() == clock.now


def test_they_go_on_growing_while_a_clock_is_slowed_down(clock: SettableClock) -> None:
    received = ReceiptTimes(clock)
    received()
    clock.now = NOON - timedelta(milliseconds=300)
    assert received() == NOON + MICROSECOND


def test_a_clock_that_was_set_is_believed(clock: SettableClock) -> None:
    received = ReceiptTimes(clock)
    received()
    clock.now = NOON - timedelta(hours=1)
    assert received() == clock.now


def test_two_processes_are_told_apart_within_a_millisecond(clock: SettableClock) -> None:
    one, other = ReceiptTimes(clock, phase_us=17), ReceiptTimes(clock, phase_us=803)
    assert {one(), one()}.isdisjoint({other(), other()})


async def test_calls_of_one_millisecond_are_received_one_after_the_other(api: Api) -> None:
    for _ in range(3):
        await api.post("/api/sessions/track", {"sessionId": "anna", "event": CLICK})
    received = [delivery.received_at for delivery in await api.deliveries()]
    assert received == [NOON, NOON + MICROSECOND, NOON + 2 * MICROSECOND]


async def test_an_event_without_a_time_happened_in_the_whole_millisecond(api: Api) -> None:
    for _ in range(2):
        await api.post("/api/sessions/track", {"sessionId": "anna", "event": CLICK})
        await api.post("/api/sessions/create", {"sessionId": "anna"})
    for fact in await api.facts():
        assert fact.at == NOON
        assert instant_of_uuid7(fact.id) == NOON


async def test_what_a_call_says_of_itself_is_delivered(api: Api) -> None:
    sent = NOON - timedelta(milliseconds=1_250)
    body = {"sessionId": "anna", "event": CLICK, "trackerVersion": "26.5", "sentAt": str(sent)}
    assert (await api.post("/api/sessions/track", body)).status_code == 202
    (delivery,) = await api.deliveries()
    assert (delivery.sent_at, delivery.tracker_version) == (sent, "26.5")


async def test_a_version_of_more_than_a_hundred_characters_is_refused(api: Api) -> None:
    body = {"sessionId": "anna", "event": CLICK, "trackerVersion": "1" * 101}
    answer = await api.post("/api/sessions/track", body)
    assert (answer.status_code, answer.json()["field"]) == (400, "trackerVersion")
