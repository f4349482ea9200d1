"""The table that tells of every periodic job: when it ran last, what came of it, when it will run.

Each function is one statement. What is to be seen at once needs a connection in autocommit mode.
"""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements

_SQL = load_statements("nesthaus.upkeep", "jobs.sql")


@dataclass(frozen=True, slots=True)
class LastRun:
    """`failed` is that of the last run that ended."""

    started_at: datetime
    finished: bool
    failed: bool


async def last_run(connection: Connection, name: str) -> LastRun | None:
    async with connection.cursor(row_factory=class_row(LastRun)) as cursor:
        await cursor.execute(_SQL["last_run"], {"name": name})
        return await cursor.fetchone()


async def note_start(connection: Connection, name: str, at: datetime) -> None:
    await connection.execute(_SQL["note_start"], {"name": name, "at": at})


async def note_end(
    connection: Connection,
    name: str,
    *,
    at: datetime,
    duration_ms: float,
    next_run_at: datetime,
    result: str | None = None,
    error: str | None = None,
) -> None:
    """`result` in a few words, or the `error`."""
    parameters = {
        "name": name,
        "at": at,
        "duration_ms": duration_ms,
        "next_run_at": next_run_at,
        "result": result,
        "error": error,
    }
    await connection.execute(_SQL["note_end"], parameters)


async def note_state(
    connection: Connection, name: str, *, since: datetime, result: str, error: str | None
) -> None:
    """Of work that never ends; `error`: what it waits for."""
    parameters = {"name": name, "since": since, "result": result, "error": error}
    await connection.execute(_SQL["note_state"], parameters)
