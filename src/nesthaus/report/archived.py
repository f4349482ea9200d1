"""What no report can count any more: sessions whose months are in the archive.

Their stored figures stay, so that totals and figures by device, source or bots reach back as far as
there are any. Nothing is answered from a part of the sessions.
"""

from datetime import date, datetime

from psycopg.rows import scalar_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.periods import Period
from nesthaus.responses import invalid

_SQL = load_statements("nesthaus.report", "archived.sql")


async def archived_between(connection: Connection, since: datetime, until: datetime) -> list[date]:
    """The first days of the months."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["archived_between"], {"since": since, "until": until})
        return await cursor.fetchall()


async def refuse_archived(connection: Connection, period: Period) -> None:
    """For whoever needs the sessions themselves. Raises Problem."""
    months = await archived_between(connection, period.since, period.until)
    if months:
        names = ", ".join(f"{month:%Y-%m}" for month in months)
        raise invalid(
            "since",
            f"the sessions of {names} are archived: so far back reach totals and figures by one of"
            " deviceType, utmSource and bots, no other filters and no exports of sessions",
        )
