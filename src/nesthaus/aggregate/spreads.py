"""The amounts of each day whose quantiles reports tell: prices, decision times, clocks."""

from datetime import date

from nesthaus.aggregate.sources import KeptSources
from nesthaus.aggregate.spans import Days
from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.spreads import LAST_PRICE_BUCKET, PRICE_STEP_EUR, TIME_GROWTH

_SQL = load_statements("nesthaus.aggregate", "spreads.sql")
_BUCKETS = {
    "price_step": PRICE_STEP_EUR,
    "last_price_bucket": LAST_PRICE_BUCKET,
    "time_growth": TIME_GROWTH,
}


async def count(connection: Connection, days: Days, kept: KeptSources) -> dict[date, int]:
    """How many stored rows became others, by day; only days where any did.

    After the session figures of these days have been written.
    """
    await connection.execute(_SQL["make_spread_differences"])
    parameters = days.columns() | kept.columns() | _BUCKETS
    found = await connection.execute(_SQL["find_differences"], parameters)
    if not found.rowcount:
        return {}
    await connection.execute(_SQL["delete_vanished"])
    await connection.execute(_SQL["write"])
    cursor = await connection.execute(_SQL["differing_days"])
    return dict(await cursor.fetchall())
