"""Are figures counted again from the raw rows, in another zone too, but never a closed month?"""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from nesthaus.aggregate.marked import count_marked
from nesthaus.aggregate.rebuild import plan_rebuild, rebuild
from nesthaus.aggregate.state import OtherZone, check_zone_of
from nesthaus.aggregate.verification import verify
from nesthaus.aggregate.weeks import add_up_weeks
from nesthaus.db.pool import Pool
from tests.aggregate.conftest import Count, Figures, nobody
from tests.aggregate.looking import everything
from tests.persist.conftest import Keep
from tests.persist.measured import measured
from tests.persist.traffic import at, call, clicked, saved
from tests.prices import CATALOGUE, catalogue_in

HOUR = 3_600
DAY = 86_400
NOW = at(DAY)
VIENNA, INDIA = ZoneInfo("Europe/Vienna"), ZoneInfo("Asia/Kolkata")
FIGURES = (
    "hourly_analytics",
    "hourly_analytics_by",
    "daily_analytics",
    "daily_analytics_by",
    "daily_configurations",
    "daily_configurations_by",
    "daily_spreads",
    "weekly_figures",
    "weekly_spreads",
    "daily_pairs",
    "daily_performance",
    "popular_configurations",
)


class BrokenOff(Exception):
    pass


async def rebuilt(
    db: Pool, zone: ZoneInfo = VIENNA, since: date | None = None, until: date | None = None
) -> list[int]:
    """The days of each step."""
    steps: list[int] = []
    plan = await plan_rebuild(db, zone, since, until)
    await rebuild(db, catalogue_in(zone), plan, NOW, announce=nobody, told=steps.append)
    return steps


async def damage(db: Pool, statement: str) -> None:
    async with db.connection() as connection:
        await connection.execute(statement.encode())


async def close(db: Pool, month: date) -> None:
    async with db.connection() as connection:
        await connection.execute(
            "insert into closed_months (month, closed_at) values (%s, %s)", [month, NOW]
        )


async def test_what_is_lost_is_there_again(db: Pool, keep: Keep, count: Count) -> None:
    await keep(
        call("anna", clicked(10), saved(20, floor="parkett")),
        call("ben", clicked(-40 * DAY), saved(20 - 40 * DAY)),
    )
    await keep(call(None, measured(20, 5, "anna"), measured(-42 * DAY)))
    await count(HOUR)
    await add_up_weeks(db, CATALOGUE, NOW)
    before = await everything(db)
    assert all(before[table] for table in FIGURES)
    for table in (*FIGURES, "session_figures"):
        await damage(db, f"delete from {table}")

    steps = await rebuilt(db)
    await add_up_weeks(db, CATALOGUE, NOW)

    assert sum(steps) == 43
    assert await everything(db) == before


async def test_what_should_not_be_there_is_gone(db: Pool, keep: Keep, count: Count) -> None:
    await keep(
        call("anna", clicked(10), saved(20, floor="parkett")),
        call(None, measured(20, 5, "anna")),
    )
    await count(HOUR)
    before = await everything(db)
    for table in (
        "daily_analytics",
        "daily_configurations",
        "daily_spreads",
        "daily_pairs",
        "daily_performance",
    ):
        shifted = f"update {table} set date = date - 3"
        await damage(db, shifted)
    await damage(
        db,
        "insert into popular_configurations (configuration_hash, configuration_data, last_selected)"
        " values ('x', '{}', now())",
    )
    await rebuilt(db)
    assert await everything(db) == before


async def test_only_the_days_asked_for_are_counted(
    db: Pool, keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(
        call("anna", clicked(10)), call("ben", clicked(-DAY)), call("carl", clicked(-2 * DAY))
    )
    await count(HOUR)
    await damage(db, "update hourly_analytics set count = 7 where metric_type = 'interactions'")
    assert await rebuilt(db, since=date(2026, 6, 14), until=date(2026, 6, 15)) == [1]
    hourly = await figures("hourly_analytics")
    assert hourly[at(-DAY), "interactions", "", ""][0] == 1
    assert hourly[at(0), "interactions", "", ""][0] == 7
    assert hourly[at(-2 * DAY), "interactions", "", ""][0] == 7
    assert sum(await rebuilt(db, until=date(2026, 6, 15))) == 2
    assert sum(await rebuilt(db, since=date(2026, 6, 15))) == 1
    hourly = await figures("hourly_analytics")
    assert {numbers[0] for key, numbers in hourly.items() if key[1] == "interactions"} == {1}


async def test_nothing_to_count_is_no_fault(db: Pool) -> None:
    assert await rebuilt(db) == []


async def test_a_closed_month_is_never_counted_again(
    db: Pool, keep: Keep, count: Count, figures: Figures
) -> None:
    in_may = -20 * DAY
    await keep(
        call("anna", clicked(10)), call("ben", clicked(in_may), saved(in_may + 5, floor="parkett"))
    )
    await count(HOUR)
    await close(db, date(2026, 5, 1))
    await add_up_weeks(db, CATALOGUE, NOW)
    before = await everything(db)
    await damage(db, "delete from interaction_events")
    await keep(call("ben", clicked(in_may + 60)), call("carl", clicked(in_may + 90)))

    await count(HOUR)

    hourly = await figures("hourly_analytics")
    assert hourly[at(in_may), "interactions", "", ""][0] == 1
    assert (await figures("popular_configurations")) == before["popular_configurations"]
    async with db.connection() as connection:
        cursor = await connection.execute("select count(*) from recount_marks")
        assert await cursor.fetchone() == (0,)
    plan = await plan_rebuild(db, VIENNA, None, None)
    assert plan.dates[0] == date(2026, 6, 1)
    assert (plan.closed[0], plan.closed[-1]) == (date(2026, 5, 26), date(2026, 5, 31))
    await rebuilt(db)
    await add_up_weeks(db, CATALOGUE, NOW)
    await verify(db, CATALOGUE, at(-10 * DAY), nobody)
    after = await everything(db)
    of_may = (at(in_may), date(2026, 5, 26), date(2026, 5, 25))
    for table in FIGURES:
        closed = {k: v for k, v in before[table].items() if k[0] in of_may}
        assert {k: after[table][k] for k in closed} == closed
        assert closed or table in {"daily_performance", "popular_configurations"}


async def test_another_zone_is_refused_until_everything_is_rebuilt(
    db: Pool, database_url: str, keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(call("anna", clicked(6.75 * HOUR)), call("ben", clicked(10)))  # 00:15 in India
    await count(DAY)
    check_zone_of(database_url, VIENNA)
    words = (
        "NESTHAUS_TIMEZONE is Asia/Kolkata, but all figures are counted in Europe/Vienna: run"
        " `nesthaus rebuild` with Asia/Kolkata, or set NESTHAUS_TIMEZONE=Europe/Vienna again"
    )
    with pytest.raises(OtherZone) as refused:
        check_zone_of(database_url, INDIA)
    assert str(refused.value) == words
    with pytest.raises(OtherZone):
        await count_marked(db, catalogue_in(INDIA), lambda: NOW, nobody)
    with pytest.raises(OtherZone):
        await plan_rebuild(db, INDIA, date(2026, 6, 15), None)

    await rebuilt(db, INDIA)

    check_zone_of(database_url, INDIA)
    with pytest.raises(OtherZone):
        check_zone_of(database_url, VIENNA)
    daily = await figures("daily_analytics")
    sessions = {key[0]: numbers[0] for key, numbers in daily.items() if key[1] == "sessions"}
    assert sessions == {date(2026, 6, 15): 1, date(2026, 6, 16): 1}
    hourly = await figures("hourly_analytics")
    assert {key[0].minute for key in hourly} == {30}
    async with db.connection() as connection:
        cursor = await connection.execute("select time_zone, counted_at from aggregation_state")
        assert await cursor.fetchone() == ("Asia/Kolkata", NOW)


async def test_a_change_of_zone_that_is_broken_off_must_be_brought_to_an_end(
    db: Pool, database_url: str, keep: Keep, count: Count
) -> None:
    await keep(call("anna", clicked(10)), call("ben", clicked(-DAY)))
    await count(HOUR)
    await add_up_weeks(db, CATALOGUE, NOW)
    before = await everything(db)
    plan = await plan_rebuild(db, INDIA, None, None)

    def break_off(_days: int) -> None:
        raise BrokenOff

    with pytest.raises(BrokenOff):
        await rebuild(db, catalogue_in(INDIA), plan, NOW, announce=nobody, told=break_off)

    for zone in (VIENNA, INDIA):
        with pytest.raises(
            OtherZone, match="has not come to its end: run `nesthaus rebuild` again"
        ):
            check_zone_of(database_url, zone)
        with pytest.raises(OtherZone):
            await count_marked(db, catalogue_in(zone), lambda: NOW, nobody)
    # back to where it was
    await rebuilt(db, VIENNA)
    await add_up_weeks(db, CATALOGUE, NOW)
    check_zone_of(database_url, VIENNA)
    assert await everything(db) == before


async def test_a_zone_cannot_change_once_a_month_is_closed(
    db: Pool, keep: Keep, count: Count
) -> None:
    await keep(call("anna", clicked(10)), call("ben", clicked(-20 * DAY)))
    await count(HOUR)
    await close(db, date(2026, 5, 1))
    with pytest.raises(OtherZone, match="cannot become Asia/Kolkata: the raw rows of 2026-05"):
        await plan_rebuild(db, INDIA, None, None)


async def test_before_the_first_count_any_zone_will_do(database_url: str) -> None:
    check_zone_of(database_url, INDIA)
