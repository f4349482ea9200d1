"""Are hours and days those on the clocks of the zone, also when these change?"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nesthaus.aggregate.marked import count_marked, next_size
from nesthaus.aggregate.spans import first_of, hours_meant
from nesthaus.db.pool import Pool
from nesthaus.domain.events import Entry
from nesthaus.domain.periods import start_of_hour
from nesthaus.persist.store import Rules, store
from tests.aggregate.conftest import nobody
from tests.aggregate.looking import rows_of
from tests.persist.traffic import at, call, identifier
from tests.prices import catalogue_in

MINUTE = timedelta(minutes=1)


async def count_visits(
    db: Pool, zone: ZoneInfo, *starts: datetime, marked_in: ZoneInfo | None = None
) -> tuple[dict[datetime, int], dict[date, int]]:
    """Sessions by hour and by day."""
    rules = Rules(timedelta(minutes=30), marked_in or zone)
    now = max(starts) + timedelta(days=1)
    entries = [Entry(id=identifier(start, n), at=start) for n, start in enumerate(starts)]
    calls = [call(f"visitor {n}", entry) for n, entry in enumerate(entries)]
    async with db.connection() as connection:
        await store(connection, calls, now, rules)
    await count_marked(db, catalogue_in(zone), lambda: now, nobody)
    hours = await rows_of(db, "hourly_analytics")
    days = await rows_of(db, "daily_analytics")
    return (
        {key[0]: numbers[0] for key, numbers in hours.items() if key[1] == "sessions"},
        {key[0]: numbers[0] for key, numbers in days.items() if key[1] == "sessions"},
    )


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)


async def test_when_clocks_go_back_the_repeated_hour_is_two_and_the_day_is_longer(
    db: Pool,
) -> None:
    half_hours = [utc(2026, 10, 24, 21, 59) + n * 30 * MINUTE for n in range(52)]
    hours, days = await count_visits(db, ZoneInfo("Europe/Vienna"), *half_hours)
    assert hours[utc(2026, 10, 25, 0)] == hours[utc(2026, 10, 25, 1)] == 2
    assert days == {date(2026, 10, 24): 1, date(2026, 10, 25): 50, date(2026, 10, 26): 1}


async def test_when_clocks_go_forward_the_day_is_shorter(db: Pool) -> None:
    half_hours = [utc(2026, 3, 28, 22, 59) + n * 30 * MINUTE for n in range(48)]
    hours, days = await count_visits(db, ZoneInfo("Europe/Vienna"), *half_hours)
    assert days == {date(2026, 3, 28): 1, date(2026, 3, 29): 46, date(2026, 3, 30): 1}
    assert len(hours) == 25


async def test_hours_of_india_begin_at_half_past_ours(db: Pool) -> None:
    starts = [utc(2026, 6, 15, 18, 29), utc(2026, 6, 15, 18, 30), utc(2026, 6, 15, 19, 29)]
    hours, days = await count_visits(db, ZoneInfo("Asia/Kolkata"), *starts)
    assert hours == {utc(2026, 6, 15, 17, 30): 1, utc(2026, 6, 15, 18, 30): 2}
    assert days == {date(2026, 6, 15): 1, date(2026, 6, 16): 2}


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Australia/Lord_Howe", utc(2026, 4, 4, 13)),  # back by half an hour
        ("Australia/Lord_Howe", utc(2026, 10, 3, 13)),
        ("Pacific/Chatham", utc(2026, 4, 4, 12)),  # three quarters past
        ("America/Havana", utc(2026, 11, 1, 2)),  # midnight is there twice
        ("America/Santiago", utc(2026, 9, 6, 2)),  # midnight is not there
        ("Asia/Kathmandu", utc(2026, 6, 15, 12)),
    ],
)
async def test_no_session_is_lost_or_counted_twice(db: Pool, zone: str, first: datetime) -> None:
    starts = [first + n * 10 * MINUTE for n in range(60)]
    clocks = ZoneInfo(zone)
    hours, days = await count_visits(db, clocks, *starts)
    expected_hours: dict[datetime, int] = {}
    expected_days: dict[date, int] = {}
    for start in starts:
        hour, day = start_of_hour(start, clocks), start.astimezone(clocks).date()
        expected_hours[hour] = expected_hours.get(hour, 0) + 1
        expected_days[day] = expected_days.get(day, 0) + 1
    assert hours == expected_hours
    assert days == expected_days


@pytest.mark.parametrize(
    ("marked_in", "counted_in"),
    [("Asia/Kolkata", "Europe/Vienna"), ("Europe/Vienna", "Asia/Kolkata")],
)
async def test_marks_of_a_worker_in_another_zone_are_understood(
    db: Pool, marked_in: str, counted_in: str
) -> None:
    starts = [utc(2026, 6, 15, 12, minute) for minute in (5, 25, 35, 55)]
    zone = ZoneInfo(counted_in)
    hours, _ = await count_visits(db, zone, *starts, marked_in=ZoneInfo(marked_in))
    assert sum(hours.values()) == 4
    assert set(hours) == {start_of_hour(start, zone) for start in starts}


def test_a_mark_means_its_hour_or_all_it_may_mean() -> None:
    vienna, india = ZoneInfo("Europe/Vienna"), ZoneInfo("Asia/Kolkata")
    assert hours_meant(at(0), vienna) == {at(0)}
    assert hours_meant(at(0), india) == {at(-1_800), at(1_800)}
    assert hours_meant(at(1_800), vienna) == {at(0), at(3_600)}


def test_hours_counted_together_are_few_and_lie_close() -> None:
    hours = [at(-n * 3_600) for n in range(10)]
    assert first_of(hours, 4) == hours[:4]
    assert first_of([at(0), at(-40 * 86_400)], 4) == [at(0)]
    assert first_of([at(0), at(-20 * 86_400), at(-40 * 86_400)], 4) == [at(0), at(-20 * 86_400)]


def test_transactions_grow_while_they_are_short_and_shrink_when_they_are_long() -> None:
    assert next_size(24, 0.1) == 48
    assert next_size(1_536, 0.1) == 1_536
    assert next_size(24, 2.0) == 24
    assert next_size(24, 9.0) == 12
    assert next_size(1, 9.0) == 1
