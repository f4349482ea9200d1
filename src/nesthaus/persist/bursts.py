"""Which sessions have more interactions within a second than a person makes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from psycopg.rows import scalar_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.sessions import FIGURES_END_AFTER
from nesthaus.domain.visitors import BURST_ABOVE

_SQL = load_statements("nesthaus.persist", "bursts.sql")
_SECOND = timedelta(seconds=1)


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
    return await _found(connection, _SQL["bursts"], parameters)


async def in_seconds(connection: Connection, asked: Sequence[tuple[str, datetime]]) -> set[str]:
    """Of sessions with whole seconds: those that have too many in the second named."""
    if not asked:
        return set()
    seconds = [second for _, second in asked]
    parameters: dict[str, object] = {
        "session_id": [session_id for session_id, _ in asked],
        "second": seconds,
        "first": min(seconds),
        "end": max(seconds) + _SECOND,
    }
    return await _found(connection, _SQL["bursts_in_seconds"], parameters)


async def _found(
    connection: Connection, statement: bytes, parameters: dict[str, object]
) -> set[str]:
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(statement, {**parameters, "burst_above": BURST_ABOVE})
        return set(await cursor.fetchall())
