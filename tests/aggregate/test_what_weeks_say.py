"""Are sums of weeks those of their days, and told only while they are?"""

import logging
from collections import defaultdict
from datetime import date, timedelta
from struct import unpack
from typing import Any

import pytest

from nesthaus.aggregate.verification import verify
from nesthaus.aggregate.weeks import add_up_weeks
from nesthaus.db.pool import Pool
from nesthaus.domain.weeks import week_of
from nesthaus.figures import NOT_IN_WEEKS
from tests.aggregate.conftest import Count, nobody
from tests.aggregate.looking import Rows, everything, rows_of
from tests.persist.conftest import Keep
from tests.persist.test_who_is_a_bot import GOOGLEBOT
from tests.persist.traffic import at, call, clicked, opened, saved
from tests.prices import CATALOGUE

HOUR, DAY = 3_600, 86_400
# Noon of these tests is a Monday.
THIS_WEEK, LAST_WEEK, WEEK_BEFORE = date(2026, 6, 15), date(2026, 6, 8), date(2026, 6, 1)


async def keep_three_weeks(keep: Keep) -> None:
    await keep(
        call("today", clicked(10), saved(20)),
        call("sunday", clicked(-DAY), saved(60 - DAY), clicked(90 - DAY, 2)),
        call("friday", saved(-3 * DAY), clicked(30 - 3 * DAY)),
        call("monday", opened(-7 * DAY, user_agent=GOOGLEBOT), clicked(9 - 7 * DAY)),
        call("before", clicked(-8 * DAY), saved(40 - 8 * DAY)),
    )


async def add_up(db: Pool, now: float = HOUR) -> int:
    return await add_up_weeks(db, CATALOGUE, at(now))


async def counted_weeks(db: Pool) -> set[date]:
    return {week for (week,) in await rows_of(db, "counted_weeks")}


async def added_in_python(db: Pool) -> Rows:
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * 5)
    totals = await rows_of(db, "daily_analytics")
    parts = await rows_of(db, "daily_analytics_by")
    days = {(day, "", "", *key): numbers for (day, *key), numbers in totals.items()} | parts
    for (day, *key), numbers in days.items():
        if key[2] in NOT_IN_WEEKS:
            continue
        held = sums[week_of(day), *key]
        held[:] = map(sum, zip(held, numbers, strict=True))
    return {key: tuple(numbers) for key, numbers in sums.items() if key[0] != THIS_WEEK}


async def test_a_week_that_is_over_is_the_sum_of_its_days(
    db: Pool, keep: Keep, count: Count
) -> None:
    await keep_three_weeks(keep)
    await count(HOUR)
    assert await add_up(db) == 2
    assert await counted_weeks(db) == {LAST_WEEK, WEEK_BEFORE}
    stored = await rows_of(db, "weekly_figures")
    assert stored == await added_in_python(db)
    assert stored[LAST_WEEK, "", "", "sessions", "", ""][0] == 2
    assert stored[LAST_WEEK, "bot", "true", "sessions", "", ""][0] == 1
    assert await add_up(db) == 0


async def test_its_amounts_are_those_of_its_days_in_order_and_in_the_same_buckets(
    db: Pool, keep: Keep, count: Count
) -> None:
    await keep_three_weeks(keep)
    await count(HOUR)
    await add_up(db)
    buckets: dict[tuple[Any, ...], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (day, *key), (first, ends, amounts) in (await rows_of(db, "daily_spreads")).items():
        for place, (begin, end) in enumerate(zip([0, *ends], ends, strict=False)):
            buckets[week_of(day), *key][first + place] += amounts[begin:end]
    weeks = await rows_of(db, "weekly_spreads")
    assert set(weeks) == {key for key in buckets if key[0] != THIS_WEEK}
    assert len(weeks[LAST_WEEK, "", "", "price", "", False][2]) == 2 * 8
    for key, (first, ends, packed) in weeks.items():
        amounts = unpack(f">{len(packed) // 8}q", packed)
        found = {
            first + place: list(amounts[begin:end])
            for place, (begin, end) in enumerate(zip([0, *ends], ends, strict=False))
        }
        wanted = {bucket: sorted(held) for bucket, held in buckets[key].items()}
        assert {bucket: held for bucket, held in found.items() if held} == {
            bucket: held for bucket, held in wanted.items() if held
        }
        assert ends[-1] == len(amounts)


async def test_a_day_that_changes_takes_its_week_off_until_it_is_added_up_again(
    db: Pool, keep: Keep, count: Count
) -> None:
    await keep_three_weeks(keep)
    await count(HOUR)
    await add_up(db)
    await keep(call("late", clicked(-2 * DAY), saved(30 - 2 * DAY)))
    await count(HOUR)
    assert await counted_weeks(db) == {WEEK_BEFORE}
    assert await add_up(db) == 1
    assert await counted_weeks(db) == {LAST_WEEK, WEEK_BEFORE}
    assert await rows_of(db, "weekly_figures") == await added_in_python(db)


async def test_what_vanishes_from_days_vanishes_from_their_week(
    db: Pool, keep: Keep, count: Count
) -> None:
    await keep_three_weeks(keep)
    await count(HOUR)
    await add_up(db)
    async with db.connection() as connection:
        await connection.execute("delete from user_sessions where session_id = 'sunday'")
        await connection.execute(
            "insert into recount_marks (session_id, hour) values ('sunday', %s)", [at(-DAY)]
        )
    await count(HOUR)
    await add_up(db)
    assert await rows_of(db, "weekly_figures") == await added_in_python(db)
    assert {key[0] for key in await rows_of(db, "weekly_spreads")} == {LAST_WEEK, WEEK_BEFORE}


async def test_this_week_is_told_from_its_days(db: Pool, keep: Keep, count: Count) -> None:
    await keep_three_weeks(keep)
    await count(HOUR)
    last_moment_of_sunday = (6 * 24 + 9.9) * HOUR
    assert await add_up(db, last_moment_of_sunday) == 2
    assert await add_up(db, last_moment_of_sunday + HOUR) == 1
    assert await counted_weeks(db) == {THIS_WEEK, LAST_WEEK, WEEK_BEFORE}


async def test_nothing_is_added_up_where_nothing_is_counted(db: Pool) -> None:
    assert await add_up(db) == 0


@pytest.mark.parametrize(
    "damage",
    [
        "update weekly_figures set count = 7 where metric_type = 'interactions'",
        "delete from weekly_figures where metric_type = 'bounces'",
        "update weekly_spreads set ends = '{1}', first_bucket = 1 where metric_type = 'price'",
    ],
)
async def test_a_week_that_is_not_the_sum_of_its_days_is_told_and_mended(
    db: Pool, keep: Keep, count: Count, caplog: pytest.LogCaptureFixture, *, damage: str
) -> None:
    await keep(call("friday", clicked(-3 * DAY), saved(20 - 3 * DAY)))
    await keep(call("bot", opened(-3 * DAY, user_agent=GOOGLEBOT), clicked(9 - 3 * DAY)))
    await count(HOUR)
    await add_up(db)
    before = await everything(db)
    async with db.connection() as connection:
        damaged = (await connection.execute(damage.encode())).rowcount
    caplog.set_level(logging.ERROR)
    assert await verify(db, CATALOGUE, at(HOUR), nobody) == damaged > 2
    assert caplog.messages == [
        f"week from 2026-06-08: {damaged} sums differed from their days; mended"
    ]
    assert await everything(db) == before


async def test_beside_a_release_that_does_not_know_of_weeks_they_are_added_up_anew(
    db: Pool, keep: Keep, count: Count
) -> None:
    await keep_three_weeks(keep)
    await count(HOUR)
    await add_up(db)
    async with db.connection() as connection:
        # As the release before tells that it has counted.
        await connection.execute(
            "update aggregation_state set counted_at = greatest(counted_at, %s::timestamptz)",
            [at(2 * HOUR)],
        )
    await count(3 * HOUR)
    assert await counted_weeks(db) == set()
    assert await add_up(db) == 2
    await count(4 * HOUR)
    assert await counted_weeks(db) == {LAST_WEEK, WEEK_BEFORE}


async def test_weeks_long_ago_are_found_too(db: Pool, keep: Keep, count: Count) -> None:
    await keep(call("anna", clicked(10)), call("ben", clicked(-400 * DAY), saved(9 - 400 * DAY)))
    await count(HOUR)
    assert await add_up(db) == 1
    assert await counted_weeks(db) == {week_of(date(2026, 6, 15) - timedelta(days=400))}
