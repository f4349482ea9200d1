"""How the stored figures are counted: in which zone, up to when, and which may not be any more."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from psycopg.rows import scalar_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.db.schema import connect

_SQL = load_statements("nesthaus.aggregate", "state.sql")

CHANGING = ""
"""The zone of figures of which some are counted in another one than the rest."""


class OtherZone(Exception):
    """The stored figures are counted in another zone than ours; the message is one line."""


def _refusal(counted_in: str, zone: ZoneInfo) -> OtherZone:
    if counted_in == CHANGING:
        return OtherZone(
            f"NESTHAUS_TIMEZONE is {zone.key}, but a `nesthaus rebuild` for another time zone has"
            " not come to its end: run `nesthaus rebuild` again"
        )
    return OtherZone(
        f"NESTHAUS_TIMEZONE is {zone.key}, but all figures are counted in {counted_in}: run"
        f" `nesthaus rebuild` with {zone.key}, or set NESTHAUS_TIMEZONE={counted_in} again"
    )


async def counted_in(connection: Connection) -> str | None:
    """The zone of the stored figures; None where nothing was ever counted."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["state"])
        zone = await cursor.fetchone()
    assert zone is None or isinstance(zone, str)
    return zone


async def check_zone(connection: Connection, zone: ZoneInfo) -> None:
    """Raises OtherZone."""
    found = await counted_in(connection)
    if found is not None and found != zone.key:
        raise _refusal(found, zone)


def check_zone_of(database_url: str, zone: ZoneInfo) -> None:
    """Before anything is started. Raises OtherZone, and SchemaError as `connect` does."""
    with connect(database_url, {}) as connection:
        row = connection.execute(_SQL["state"]).fetchone()
    if row is not None and row[0] != zone.key:
        raise _refusal(row[0], zone)


async def found_state(connection: Connection, zone: ZoneInfo) -> None:
    await connection.execute(_SQL["found_state"], {"time_zone": zone.key})


async def set_time_zone(connection: Connection, name: str) -> None:
    await connection.execute(_SQL["set_time_zone"], {"time_zone": name})


async def set_counted_at(connection: Connection, at: datetime) -> None:
    """Weeks are added up again where a release has counted that does not know of them."""
    await connection.execute(_SQL["forget_weeks_beside_others"])
    await connection.execute(_SQL["set_counted_at"], {"counted_at": at})


async def closed_months(connection: Connection) -> frozenset[date]:
    """Their first days."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["closed_months"])
        return frozenset(await cursor.fetchall())


async def metrics_kept_since(connection: Connection) -> date:
    """What was measured on earlier days cannot be counted again."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["metrics_kept"])
        return await cursor.fetchone() or date.min


def is_closed(day: date, closed: frozenset[date]) -> bool:
    return day.replace(day=1) in closed
