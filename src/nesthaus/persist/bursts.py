"""Which sessions have more interactions within a second than a person makes."""

from collections.abc import Sequence
from datetime import datetime

from psycopg.rows import scalar_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.sessions import FIGURES_END_AFTER
from nesthaus.domain.visitors import BURST_ABOVE

_SQL = load_statements("nesthaus.persist", "bursts.sql")


async def among(connection: Connection, sessions: Sequence[tuple[str, datetime]]) -> set[str]:
    """Of sessions with their starts: those with such a second anywhere."""
    if not sessions:
        return set()
    starts = [start for _, start in sessions]
    parameters: dict[str, object] = {
        "session_id": [session_id for session_id, _ in sessions],
        "first": min(starts),
        "last": max(starts) + FIGURES_END_AFTER,
    }
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["bursts"], {**parameters, "burst_above": BURST_ABOVE})
        return set(await cursor.fetchall())
