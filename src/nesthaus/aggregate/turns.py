"""One counts at a time, whoever it is: the schedule, a verification, a rebuild."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure
from psycopg.rows import scalar_row
from psycopg.sql import SQL, Identifier

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements

_SQL = load_statements("nesthaus.aggregate", "turns.sql")
_MOST_TRIES = 10
WAIT_S = 60.0

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


class Busy(Exception):
    """Somebody else has counted all the time."""


async def counting(
    pool: Pool, work: Callable[[Connection], Awaitable[Result]], wait_s: float = WAIT_S
) -> Result:
    """What `work` comes to in a transaction that sees one moment, while nobody else counts.

    Done again where the database sends it back because of others. Raises Busy.
    """
    async with _turn(pool, wait_s) as connection:
        for tries in range(1, _MOST_TRIES + 1):
            try:
                return await _in_one_moment(connection, work)
            except (SerializationFailure, DeadlockDetected) as error:
                if tries == _MOST_TRIES:
                    raise
                _log.info("counting begins again: %s", error)
    raise AssertionError  # pragma: no cover


async def _in_one_moment(
    connection: Connection, work: Callable[[Connection], Awaitable[Result]]
) -> Result:
    async with connection.transaction():
        await connection.execute(_SQL["see_one_moment"])
        await connection.execute(_SQL["plan_anew"])
        return await work(connection)


@asynccontextmanager
async def _turn(pool: Pool, wait_s: float) -> AsyncGenerator[Connection]:
    """Held by the session: a lock taken in the transaction would be younger than what it sees."""
    async with pool.connection() as connection:
        try:
            await connection.set_autocommit(True)
            await _wait_for_turn(connection, wait_s)
            await _sample_outgrown(connection)
            yield connection
        finally:
            await _leave(connection)


async def _wait_for_turn(connection: Connection, wait_s: float) -> None:
    timeout = {"lock_timeout": f"{round(wait_s * 1_000)}ms"}
    await connection.execute(_SQL["wait_no_longer"], timeout)
    try:
        await connection.execute(_SQL["take_turn"])
    except LockNotAvailable:
        raise Busy("others count figures all the time") from None


async def _sample_outgrown(connection: Connection) -> None:
    """The first hours of an installation are over before the server looks at its tables by itself.
    Of one that is not ours it says so in a warning, and leaves it."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["outgrown"])
        tables = await cursor.fetchall()
    for table in tables:
        await connection.execute(SQL("analyze (skip_locked) {}").format(Identifier(table)))


async def _leave(connection: Connection) -> None:
    """A connection that cannot give its turn back must not be used again: it would keep it."""
    try:
        await connection.execute(_SQL["give_turns_back"])
        await connection.execute(_SQL["wait_as_before"])
        await connection.set_autocommit(False)
    except BaseException:
        await connection.close()
        raise
