"""Does a second look find, tell and mend what differs without a reason, and nothing else?"""

import logging

import pytest

from nesthaus.aggregate.verification import verify
from nesthaus.db.pool import Pool
from tests.aggregate.conftest import Count, nobody
from tests.aggregate.looking import everything
from tests.persist.conftest import Keep
from tests.persist.measured import measured
from tests.persist.traffic import at, call, clicked, opened, saved
from tests.prices import CATALOGUE

HOUR = 3_600
DAY = 86_400


async def look_again(db: Pool, now: float) -> int:
    return await verify(db, CATALOGUE, at(now), nobody)


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.ERROR)
    return caplog


async def test_nothing_is_told_where_nothing_differs(
    db: Pool, keep: Keep, count: Count, errors: pytest.LogCaptureFixture
) -> None:
    await keep(call("anna", clicked(10), saved(20)), call("ben", opened(-3 * DAY)))
    await count(HOUR)
    before = await everything(db)
    assert await look_again(db, HOUR) == 0
    assert errors.messages == []
    assert await everything(db) == before


async def test_a_figure_that_is_wrong_is_told_and_mended(
    db: Pool, keep: Keep, count: Count, errors: pytest.LogCaptureFixture
) -> None:
    await keep(call("anna", clicked(10), clicked(20, 2)))
    await count(HOUR)
    before = await everything(db)
    async with db.connection() as connection:
        await connection.execute(
            "update hourly_analytics set count = 7 where metric_type = 'interactions'"
        )
        await connection.execute("delete from hourly_analytics_by where metric_type = 'bounces'")
        await connection.execute(
            "insert into hourly_analytics (hour, metric_type, count, unique_sessions)"
            " values (%s, 'sessions', 3, 3)",
            [at(-5 * HOUR)],
        )
    assert await look_again(db, HOUR) == 2
    first, second = errors.messages
    assert first.startswith("hour 2026-06-15T07:00:00+00:00: sessions of category '' and value ''")
    assert first.endswith(" was stored as 3 in 3 sessions and is nothing; mended")
    assert second.startswith("hour 2026-06-15T12:00:00+00:00: interactions of category '' and")
    assert second.endswith(" was stored as 7 in 1 sessions and is 2 in 1 sessions; mended")
    assert await everything(db) == before


@pytest.mark.parametrize(
    "damage",
    [
        "update daily_analytics set count = 7 where metric_type = 'interactions'",
        "delete from daily_analytics_by where dimension = 'device_type'",
        "update daily_configurations set sessions = 9",
        "update daily_spreads set amounts = '{9}'",
        "update daily_pairs set pairs = '{}'",
    ],
)
async def test_a_day_that_is_not_the_sum_of_its_hours_is_told_and_mended(
    db: Pool, keep: Keep, count: Count, errors: pytest.LogCaptureFixture, damage: str
) -> None:
    await keep(call("anna", clicked(10), saved(20, floor="parkett")))
    await count(HOUR)
    before = await everything(db)
    async with db.connection() as connection:
        await connection.execute(damage.encode())
    assert await look_again(db, HOUR) > 0
    assert len(errors.messages) == 1
    assert errors.messages[0].startswith("day 2026-06-15: ")
    assert await everything(db) == before


async def test_what_is_marked_is_counted_and_no_error(
    db: Pool, keep: Keep, count: Count, errors: pytest.LogCaptureFixture
) -> None:
    await keep(call("anna", clicked(10)))
    await count(HOUR)
    await keep(call("anna", clicked(30)), call("ben", clicked(50)), now=HOUR)
    assert await look_again(db, HOUR) == 0
    assert errors.messages == []
    after = await everything(db)
    assert (await count(HOUR)).hours == 0
    assert await everything(db) == after
    assert (at(0), "sessions", "", "") in after["hourly_analytics"]


async def test_sources_that_move_because_of_a_marked_hour_are_no_error(
    db: Pool, keep: Keep, count: Count, errors: pytest.LogCaptureFixture
) -> None:
    crowd = [call(f"visitor {n}", opened(n, utm_source=f"s{n:02}")) for n in range(51)]
    await keep(*crowd, now=HOUR)
    await count(1.5 * HOUR)
    await keep(call("late", opened(3 * HOUR, utm_source="s50")), now=3 * HOUR)
    assert await look_again(db, 3 * HOUR) == 0
    assert errors.messages == []


async def test_it_looks_back_fourteen_days(
    db: Pool, keep: Keep, count: Count, errors: pytest.LogCaptureFixture
) -> None:
    await keep(call("anna", clicked(-13 * DAY)), call("ben", clicked(-14 * DAY)))
    await count(HOUR)
    async with db.connection() as connection:
        await connection.execute(
            "update hourly_analytics set count = 7 where metric_type = 'interactions'"
        )
    await look_again(db, HOUR)
    hourly = (await everything(db))["hourly_analytics"]
    assert hourly[at(-13 * DAY), "interactions", "", ""][0] == 1
    assert hourly[at(-14 * DAY), "interactions", "", ""][0] == 7


@pytest.mark.parametrize(
    "damage",
    [
        ("update daily_performance set value_sum = 7 where dimension = 'session'", 1),
        ("delete from daily_performance where session_date < date", 3),
        ("update daily_performance set session_date = date - 1 where session_date = date", 2),
    ],
)
async def test_measured_values_that_are_stored_wrong_are_told_and_mended(
    db: Pool, keep: Keep, count: Count, errors: pytest.LogCaptureFixture, damage: tuple[str, int]
) -> None:
    statement, wrong = damage
    await keep(call("anna", clicked(10)), call(None, measured(20), measured(DAY, 5, "anna")))
    await count(DAY)
    before = await everything(db)
    async with db.connection() as connection:
        await connection.execute(statement.encode())
    assert await look_again(db, DAY) == wrong
    assert all("rows of measured values differed from them" in each for each in errors.messages)
    assert len(errors.messages) == 1
    assert await everything(db) == before


@pytest.mark.parametrize("what", ["a value", "a session", "another session"])
async def test_values_of_one_day_and_a_mark_of_another_are_no_error(
    db: Pool, keep: Keep, count: Count, errors: pytest.LogCaptureFixture, what: str
) -> None:
    """The mark stands on the day the session began, which is looked at later."""
    await keep(call("anna", clicked(10)))
    await keep(call(None, measured(DAY, 5, "anna"), measured(DAY, 6, "ben", number=2)))
    await count(DAY)
    if what == "a value":
        await keep(call(None, measured(DAY + 3 * HOUR, 7, "anna"), measured(-2 * DAY)))
    elif what == "a session":
        await keep(call("anna", clicked(20), user_agent="curl/8.5.0"), now=DAY)
    else:
        await keep(call("ben", clicked(-DAY)), now=DAY)
    assert await look_again(db, DAY) == 0
    assert errors.messages == []
    assert (await count(DAY)).changed == 0
