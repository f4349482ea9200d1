"""Do measured values go when they are old, and what was counted of them stay?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg.errors import LockNotAvailable

from nesthaus.aggregate.marked import count_marked
from nesthaus.aggregate.rebuild import plan_rebuild, rebuild
from nesthaus.db.pool import Pool
from nesthaus.domain.events import Delivery
from nesthaus.persist.store import store
from nesthaus.upkeep.metrics_retention import Dropped, drop_old_metrics
from nesthaus.upkeep.partitions import ensure_partitions
from tests.aggregate.looking import rows_of
from tests.persist.conftest import RULES
from tests.persist.measured import DAY, measured
from tests.persist.traffic import at, call, opened
from tests.prices import CATALOGUE

ZONE = CATALOGUE.zone
NOW = at(100 * DAY)
# Noon of 15 June and 100 days is noon of 23 September; 30 days before begins 24 August in Vienna.
FIRST_KEPT = datetime(2026, 8, 23, 22, 0, tzinfo=UTC)
EDGE = (FIRST_KEPT - at(0)).total_seconds()


async def nobody() -> None:
    """Is told that figures have changed."""


def values_of(days: range) -> list[Delivery]:
    return [
        delivery
        for day in days
        for delivery in (
            call(f"s{day}", opened(day * DAY)),
            call(f"s{day}", measured(day * DAY + 60, 100 + day, f"s{day}")),
            call(None, measured(day * DAY, 50 + day, number=7)),
        )
    ]


async def fill(db: Pool, *deliveries: Delivery) -> None:
    async with db.connection() as connection:
        await store(connection, deliveries, NOW, RULES)


async def counted(db: Pool) -> None:
    await count_marked(db, CATALOGUE, lambda: NOW, nobody)


async def times(db: Pool) -> list[datetime]:
    async with db.connection() as connection:
        found = await connection.execute(
            "select timestamp from performance_metrics order by timestamp"
        )
        return [moment for (moment,) in await found.fetchall()]


async def drop(db: Pool, at_once: int = 1_000) -> Dropped:
    return await drop_old_metrics(db, NOW, 30, ZONE, at_once)


@pytest.mark.parametrize("at_once", [1, 1_000])
async def test_what_is_older_goes_and_what_was_counted_of_it_stays(db: Pool, at_once: int) -> None:
    edge = [call(None, measured(EDGE + n, 1, number=9)) for n in (-0.001, 0)]
    await fill(db, *values_of(range(60, 100)), *edge)
    await counted(db)
    stored, before = await rows_of(db, "daily_performance"), await times(db)

    dropped = await drop(db, at_once)

    kept = [moment for moment in before if moment >= FIRST_KEPT]
    assert await times(db) == kept
    assert (dropped.since, dropped.rows) == (date(2026, 8, 24), len(before) - len(kept))
    assert await rows_of(db, "daily_performance") == stored
    assert (await drop(db)).rows == 0


async def test_figures_of_days_without_values_are_not_counted_again(db: Pool) -> None:
    await fill(db, *values_of(range(60, 100)))
    await counted(db)
    stored = await rows_of(db, "daily_performance")
    await drop(db)

    plan = await plan_rebuild(db, ZONE, None, None)
    await rebuild(db, CATALOGUE, plan, NOW, announce=nobody, told=lambda _: None)
    await fill(db, call("s60", opened(60 * DAY - 5, 2)))
    await counted(db)

    assert await rows_of(db, "daily_performance") == stored


async def test_months_go_with_their_tables(db: Pool) -> None:
    async with db.connection() as connection:
        await connection.set_autocommit(True)
        await ensure_partitions(connection, at(0), months_ahead=4)
    await fill(db, *values_of(range(0, 100, 10)))
    await counted(db)

    dropped = await drop(db)

    assert dropped.months == 2  # June and July; of August some days are kept
    assert min(await times(db)) >= FIRST_KEPT
    await fill(db, call(None, measured(0, number=8)))  # goes to the default partition, and later
    await counted(db)
    assert (await drop(db)).rows == 1


async def test_nothing_goes_before_it_is_counted(db: Pool) -> None:
    await fill(db, *values_of(range(60, 100)))
    before = await times(db)
    dropped = await drop(db)
    assert "not counted yet" in str(dropped)
    assert await times(db) == before
    await counted(db)
    assert (await drop(db)).rows > 0


async def test_who_holds_the_table_is_not_waited_for_for_long(db: Pool) -> None:
    async with db.connection() as connection:
        await connection.set_autocommit(True)
        await ensure_partitions(connection, at(0))
    async with db.connection() as reading, reading.transaction():
        await reading.execute("select from performance_metrics")
        with pytest.raises(LockNotAvailable):
            await drop(db)
    assert (await drop(db)).months == 2


def test_the_edge_is_midnight_in_vienna() -> None:
    assert NOW.astimezone(ZONE).date() - timedelta(days=30) == FIRST_KEPT.astimezone(ZONE).date()
