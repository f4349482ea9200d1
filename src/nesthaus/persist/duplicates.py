"""Notes what was accepted again: one row per acceptance but the one whose row is stored.

So the number of rows is that of the acceptances less that of the facts, in whatever order and
however often the stream gives them.
"""

from collections.abc import Iterator, Mapping, Sequence

from psycopg.rows import scalar_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.events import Finalisation, Interaction, Snapshot
from nesthaus.persist.batch import Arrivals, Counted
from nesthaus.persist.rows import AcceptanceRow, columns
from nesthaus.persist.sessions import Progress

_SQL = load_statements("nesthaus.persist", "duplicates.sql")
_STATEMENTS: Mapping[type[Counted], bytes] = {
    Interaction: _SQL["note_interactions"],
    Snapshot: _SQL["note_snapshots"],
    Finalisation: _SQL["note_finalisations"],
}


async def note(
    connection: Connection,
    kind: type[Counted],
    arrived: Mapping[str, Arrivals],
    known: Sequence[AcceptanceRow],
    sessions: Mapping[str, Progress],
) -> None:
    """`known` are first acceptances in the batch of what may have been there before it.

    Where one is itself the acceptance that is stored, just now or when it was read before, nothing
    is noted. Only what is really noted touches a session.
    """
    rows = [*known, *_within(arrived, kind)]
    if not rows:
        return
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_STATEMENTS[kind], columns(rows, AcceptanceRow._fields))
        for session_id in await cursor.fetchall():
            sessions[session_id].touched = True


def _within(arrived: Mapping[str, Arrivals], kind: type[Counted]) -> Iterator[AcceptanceRow]:
    """What came more than once in the batch itself."""
    for session_id, arrivals in arrived.items():
        for each in arrivals.again:
            if isinstance(each.fact, kind):
                fact = each.fact
                yield AcceptanceRow(session_id, fact.at, fact.id, each.received_at, each.copy)
