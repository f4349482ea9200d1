"""Days are the sums of their hours."""

from datetime import date

from nesthaus.aggregate.spans import Days
from nesthaus.aggregate.writing import write_differences
from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements

_SQL = load_statements("nesthaus.aggregate", "days.sql")


async def sum_hours(connection: Connection, days: Days) -> dict[date, int]:
    """How many stored rows became others, by day; only days where any did."""
    await connection.execute(_SQL["make_day_differences"])
    if not await write_differences(connection, _SQL, days.columns()):
        return {}
    cursor = await connection.execute(_SQL["differing_days"])
    return dict(await cursor.fetchall())
