"""Do the live counters tell the last minutes, whichever process took a call?"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from nesthaus.domain.events import Delivery, Interaction
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.live import RECENT, LiveCounters, live_now
from tests.clocks import SettableClock

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def click(at: datetime, value: str | None = None) -> Interaction:
    return Interaction(id=uuid4(), at=at, type="click", category="nest", value=value)


def delivery(
    session_id: str | None, *events: Interaction, received_at: datetime = NOON
) -> Delivery:
    return Delivery(session_id=session_id, received_at=received_at, events=events)


async def test_two_processes_add_up(redis: Redis, clock: SettableClock) -> None:
    first, second = LiveCounters(redis, clock), LiveCounters(redis, clock)
    first.request(202, 10)
    first.delivered(delivery("s1", click(NOON), click(NOON)))
    second.request(503, 30)
    second.delivered(delivery("s2", click(NOON)))
    second.looked_up(hit=True)
    first.looked_up(hit=False)
    await first.flush()
    await second.flush()

    now = await live_now(redis, NOON)

    assert (now.requests, now.errors, now.duration_ms) == (2, 1, 40)
    assert (now.hits, now.lookups, now.interactions) == (1, 2, 3)
    assert sorted(now.active) == ["s1", "s2"]


async def test_events_count_a_minute_and_requests_five(redis: Redis, clock: SettableClock) -> None:
    live = LiveCounters(redis, clock)
    live.request(200, 5)
    live.delivered(delivery("s1", click(NOON)))
    await live.flush()

    async def at(later: timedelta) -> tuple[int, int, int]:
        now = await live_now(redis, NOON + later)
        return now.interactions, now.requests, len(now.active)

    assert await at(timedelta(seconds=59)) == (1, 1, 1)
    assert await at(timedelta(seconds=60)) == (0, 1, 1)
    assert await at(timedelta(seconds=299)) == (0, 1, 1)
    assert await at(timedelta(seconds=301)) == (0, 0, 0)


async def test_a_late_event_does_not_wake_a_session(redis: Redis, clock: SettableClock) -> None:
    """Activity is when it happened, and it never goes back."""
    live = LiveCounters(redis, clock)
    live.delivered(delivery("late", click(NOON - timedelta(hours=1))))
    live.delivered(delivery("s1", click(NOON)))
    await live.flush()
    live.delivered(delivery("s1", click(NOON - timedelta(hours=1))))
    await live.flush()
    assert (await live_now(redis, NOON)).active == ["s1"]


async def test_the_latest_interactions_come_first(redis: Redis, clock: SettableClock) -> None:
    live = LiveCounters(redis, clock)
    for n in range(RECENT + 5):
        live.delivered(delivery("s1", click(NOON, str(n))))
    await live.flush()
    live.delivered(delivery("s2", click(NOON, "last")))
    await live.flush()

    recent = (await live_now(redis, NOON)).recent

    assert [told["value"] for told in recent[:3]] == ["last", "54", "53"]
    assert len(recent) == RECENT
    assert recent[0] == {
        "at": "2026-06-15T12:00:00Z",
        "sessionId": "s2",
        "type": "click",
        "category": "nest",
        "value": "last",
    }


async def test_what_could_not_be_sent_is_sent_later(
    redis: Redis, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveCounters(redis, clock)
    live.request(200, 5)
    live.delivered(delivery("s1", click(NOON, "a")))

    def pipeline(**_: object) -> None:
        raise ConnectionError("away")

    monkeypatch.setattr(redis, "pipeline", pipeline)
    with pytest.raises(StreamAway):
        await live.flush()
    monkeypatch.undo()
    live.delivered(delivery("s1", click(NOON, "b")))

    await live.flush()

    now = await live_now(redis, NOON)
    assert (now.requests, now.interactions, now.active) == (1, 2, ["s1"])
    assert [told["value"] for told in now.recent] == ["b", "a"]


async def test_metrics_belong_to_no_session_and_wake_none(
    redis: Redis, clock: SettableClock
) -> None:
    live = LiveCounters(redis, clock)
    live.delivered(delivery(None, click(NOON)))
    await live.flush()
    now = await live_now(redis, NOON)
    assert (now.active, now.interactions) == ([], 0)
