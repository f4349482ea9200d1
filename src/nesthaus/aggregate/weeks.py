"""Weeks are the sums of their days, so that a report of many days reads fewer rows.

A week is told from its sums while it is in `counted_weeks`. A day that changes takes its week off,
in the same transaction; a job adds it up again, and its days tell it meanwhile.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from psycopg.rows import scalar_row

from nesthaus.aggregate.turns import counting
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.pricing import Catalogue
from nesthaus.domain.weeks import week_of
from nesthaus.figures import NOT_IN_WEEKS

_SQL = load_statements("nesthaus.aggregate", "weeks.sql")
_STEPS = ("delete_figures", "write_figures", "delete_spreads", "write_spreads")


async def forget_weeks(connection: Connection, days: Iterable[date]) -> None:
    """Those of these days are told from their days until they are added up again."""
    weeks = sorted(set(map(week_of, days)))
    if weeks:
        await connection.execute(_SQL["forget"], {"week": weeks})


async def add_up_weeks(pool: Pool, catalogue: Catalogue, now: datetime) -> int:
    """How many weeks are added up from now on that were not: of those that are over.

    A week in a transaction. Raises Busy.
    """
    today = now.astimezone(catalogue.zone).date()
    missing = await counting(pool, lambda connection: _missing(connection, today))
    for week in missing:
        await counting(pool, lambda connection, week=week: _add_up(connection, week))
    return len(missing)


async def verify_weeks(pool: Pool, days: Collection[date]) -> dict[date, int]:
    """How many sums differed from their days, by week; only weeks where any did. They are mended.

    Of the weeks of these days that are told from their sums.
    """
    wrong = {
        week: await counting(pool, lambda connection, week=week: _mend(connection, week))
        for week in sorted(set(map(week_of, days)))
    }
    return {week: count for week, count in wrong.items() if count}


async def _missing(connection: Connection, today: date) -> list[date]:
    async with connection.cursor(row_factory=scalar_row) as scalars:
        await scalars.execute(_SQL["missing"], {"today": today})
        return await scalars.fetchall()


async def _add_up(connection: Connection, week: date) -> int:
    """How many rows were stored otherwise."""
    parameters = {"week": week, "not_in_weeks": list(NOT_IN_WEEKS)}
    changed = 0
    for name in _STEPS:
        changed += (await connection.execute(_SQL[name], parameters)).rowcount
    await connection.execute(_SQL["keep"], {"week": week})
    return changed


async def _mend(connection: Connection, week: date) -> int:
    async with connection.cursor(row_factory=scalar_row) as scalars:
        await scalars.execute(_SQL["is_counted"], {"week": week})
        is_counted = await scalars.fetchone()
    return await _add_up(connection, week) if is_counted else 0
