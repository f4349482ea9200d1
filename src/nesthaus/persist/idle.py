"""Closes sessions whose visitor is gone: nothing is received that would say so."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row, scalar_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.periods import start_of_hour
from nesthaus.persist.rows import columns
from nesthaus.persist.store import Rules

_SQL = load_statements("nesthaus.persist", "idle.sql")

STEP = 500
"""Sessions per transaction: their locks are held only for some hundredths of a second."""


@dataclass(frozen=True, slots=True)
class _Closed:
    session_id: str
    start_time: datetime


async def close_idle_sessions(pool: Pool, now: datetime, rules: Rules, step: int = STEP) -> int:
    """The number of sessions that became abandoned, each with a mark in the same transaction.

    Safe to run twice, by several at once, and while events are stored: who locks a session first
    decides, the other one sees it. A late event opens the session again.
    """
    before = now - rules.idle_after
    total = 0
    while True:
        async with pool.connection() as connection, connection.transaction():
            found, closed = await _close_some(connection, now, before, step)
            if closed:
                marks = [(c.session_id, start_of_hour(c.start_time, rules.zone)) for c in closed]
                await connection.execute(_SQL["mark"], columns(marks, ("session_id", "hour")))
        total += len(closed)
        if found < step:
            return total


async def _close_some(
    connection: Connection, now: datetime, before: datetime, step: int
) -> tuple[int, list[_Closed]]:
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["idle_sessions"], {"before": before, "limit": step})
        idle: list[str] = await cursor.fetchall()
    closed: list[_Closed] = []
    # One by one, in the order in which persist locks them: one statement over all of them would
    # lock them in any order, and cross with a worker's batch.
    async with connection.cursor(row_factory=class_row(_Closed)) as cursor:
        if idle:
            each = [{"session_id": name, "before": before, "now": now} for name in idle]
            await cursor.executemany(_SQL["close"], each, returning=True)
            async for results in cursor.results():
                closed += await results.fetchall()
    return len(idle), closed
