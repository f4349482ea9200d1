"""What was measured on each day, by the day its session began: values in buckets, and the slowest.

A value counts on its own day, whenever its session began; so a day of sessions that is counted
again takes with it all days of their values.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from psycopg.rows import scalar_row

from nesthaus.aggregate.spans import Days, days_of
from nesthaus.aggregate.state import is_closed, metrics_kept_since
from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.buckets import GROWTH, SLOWEST

_SQL = load_statements("nesthaus.aggregate", "performance.sql")

Changes = Mapping[tuple[date, date], int]
"""How many stored rows became others, by the day of the values and that of their sessions."""


async def days_before_sessions(connection: Connection, zone: ZoneInfo) -> frozenset[date]:
    """Of the sessions that are chosen, before their figures have been written."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["days_before_sessions"], {"zone": zone.key})
        return frozenset(await cursor.fetchall())


async def count(
    connection: Connection,
    days: Days,
    others: Iterable[date],
    closed: frozenset[date],
    zone: ZoneInfo,
) -> Changes:
    """Of these days, those on which their sessions were measured, and some `others`; not of days or
    sessions of closed months, nor of days whose values are not kept any more.

    After the sources of these days have been written.
    """
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["days_of_sessions"], {"date": days.dates})
        dates = {*days.dates, *others, *await cursor.fetchall()}
    kept_since = await metrics_kept_since(connection)
    countable = [day for day in dates if day >= kept_since and not is_closed(day, closed)]
    if not countable:
        return {}
    open_days = days_of(countable, zone)
    await connection.execute(_SQL["make_performance_differences"])
    parameters = {
        **open_days.columns(),
        "first": open_days.since[0],
        "last": open_days.until[-1],
        "zone": zone.key,
        "closed": sorted(closed),
        "growth": GROWTH,
        "slowest": SLOWEST,
    }
    found = await connection.execute(_SQL["find_differences"], parameters)
    if not found.rowcount:
        return {}
    await connection.execute(_SQL["delete_vanished"])
    await connection.execute(_SQL["write"])
    cursor = await connection.execute(_SQL["differing_days"])
    return {(day, of_sessions): rows for day, of_sessions, rows in await cursor.fetchall()}


def unexplained(changes: Changes, explained: Collection[date]) -> dict[date, int]:
    """Rows that became others by day of values, without those days of which it is known that
    something happened on them, or in sessions that were measured on them."""
    by_day: dict[date, int] = {}
    for (day, _), rows in changes.items():
        by_day[day] = by_day.get(day, 0) + rows
    for day, of_sessions in changes:
        if day in explained or of_sessions in explained:
            by_day.pop(day, None)
    return by_day
