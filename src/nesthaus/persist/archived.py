"""Which sessions are in the archive: known to whoever stores, so that nothing begins again.

What comes late of an archived session hangs on a row that began when the session did, in a closed
month, so that it is counted nowhere again; the archive takes it in with its next run.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from psycopg.rows import class_row, scalar_row

from nesthaus.archive.sessions import Place
from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.persist.batch import Arrivals

_SQL = load_statements("nesthaus.persist", "archived.sql")


async def archived_among(
    connection: Connection, session_ids: Collection[str]
) -> dict[str, datetime]:
    """When those of them began that are in the archive. In a turn of `erased_among`: nobody deletes
    rows of a session that was archived since."""
    if not session_ids:
        return {}
    cursor = await connection.execute(_SQL["archived_among"], {"session_id": list(session_ids)})
    return dict(await cursor.fetchall())


def stays(arrivals: Arrivals, start: datetime) -> None:
    """An archived session does not begin earlier, whatever comes."""
    arrivals.earliest = max(arrivals.earliest, start)


async def place_of(connection: Connection, session_id: str) -> Place | None:
    async with connection.cursor(row_factory=class_row(Place)) as cursor:
        await cursor.execute(_SQL["place_of"], {"session_id": session_id})
        return await cursor.fetchone()


async def note_archived(
    connection: Connection, place: Place, sessions: Sequence[tuple[str, datetime]]
) -> None:
    """`sessions`: ids, and when they began. Twice is once."""
    asked = {
        "session_id": [session_id for session_id, _ in sessions],
        "start_time": [start for _, start in sessions],
        "month": place.month,
        "part": place.part,
    }
    await connection.execute(_SQL["note_archived"], asked)


async def forget_archived(connection: Connection, session_id: str) -> None:
    await connection.execute(_SQL["forget_archived"], {"session_id": session_id})


async def closed_months(connection: Connection) -> frozenset[date]:
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["closed_months"])
        return frozenset(await cursor.fetchall())


async def hold_files(connection: Connection) -> None:
    """Until the end of the transaction nobody else writes files of the archive."""
    await connection.execute(_SQL["hold_files"])
