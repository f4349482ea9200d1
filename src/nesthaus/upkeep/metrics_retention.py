"""Measured values do not stay for good: what was counted of them by day does.

Reads: marks. Writes: `metrics_kept`; deletes from `performance_metrics`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg.rows import scalar_row
from psycopg.sql import SQL, Identifier

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.periods import start_of_day

AT_ONCE = 20_000

_SQL = load_statements("nesthaus.upkeep", "metrics_retention.sql")
_DROP = SQL("drop table {month}")


@dataclass(frozen=True, slots=True)
class Dropped:
    """`waiting_hours` before the day are not counted yet: then nothing was dropped."""

    since: date
    months: int = 0
    rows: int = 0
    waiting_hours: int = 0

    def __str__(self) -> str:
        if self.waiting_hours:
            return f"waits for {self.waiting_hours} hours that are not counted yet"
        gone = f"{self.months} months and {self.rows:,} rows gone"
        return f"measured values are kept since {self.since}; {gone}"


async def drop_old_metrics(
    pool: Pool, now: datetime, days: int, zone: ZoneInfo, at_once: int = AT_ONCE
) -> Dropped:
    """Keeps the values of today and of `days` days before.

    May be broken off at any time and begun again. Raises psycopg's LockNotAvailable where somebody
    holds the table for long.
    """
    since = now.astimezone(zone).date() - timedelta(days=days)
    before = start_of_day(since, zone)
    async with pool.connection() as connection, connection.transaction():
        await connection.execute(_SQL["take_turn"])
        waiting = await _uncounted_hours(connection, before)
        if waiting:
            return Dropped(since, waiting_hours=waiting)
        await connection.execute(_SQL["keep_since"], {"since": since})
    async with pool.connection() as connection:
        months = await _months_before(connection, before)
    for month in months:
        async with pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["do_not_wait_long"])
            await connection.execute(_DROP.format(month=Identifier(month)))
    return Dropped(since, len(months), await _delete_rest(pool, before, at_once))


async def _uncounted_hours(connection: Connection, before: datetime) -> int:
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["uncounted_hours"], {"before": before})
        return await cursor.fetchone() or 0


async def _months_before(connection: Connection, before: datetime) -> list[str]:
    """The partitions whose whole month lies before."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["months_before"])
        names = await cursor.fetchall()
    first_kept = f"performance_metrics_{before.astimezone(UTC):%Y_%m}"
    return sorted(name for name in names if name < first_kept)


async def _delete_rest(pool: Pool, before: datetime, at_once: int) -> int:
    deleted = 0
    while True:
        async with pool.connection() as connection:
            cursor = await connection.execute(
                _SQL["delete_some"], {"before": before, "some": at_once}
            )
        deleted += cursor.rowcount
        if cursor.rowcount < at_once:
            return deleted
