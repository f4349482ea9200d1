"""Deletes rows that are in the archive, by their keys as its files tell them.

What the files do not tell of stays, whenever it came. May be broken off anywhere and begun again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import sql
from psycopg.errors import DeadlockDetected, LockNotAvailable
from psycopg.rows import scalar_row
from psycopg.sql import Identifier

from nesthaus.archive.manifests import Part
from nesthaus.archive.parquet import Row
from nesthaus.archive.parts import rows_in
from nesthaus.archive.sessions import Archive
from nesthaus.archive.tables import EVENTS, SESSIONS, Table
from nesthaus.db.pool import Connection, Pool
from nesthaus.upkeep.archive.months import SQL, in_thread

_SESSIONS_AT_ONCE = 500
_MOST_TRIES = 10

_HAS_ROWS = sql.SQL("select exists (select from {})")
# In the order in which writers come to these tables, as in partitions.py.
_LOCKS = (
    sql.SQL("lock table user_sessions in access exclusive mode"),
    sql.SQL("lock table {table} in access exclusive mode"),
)
_VACUUM = sql.SQL("vacuum {}")
_DROP = sql.SQL("drop table {}")


@dataclass(frozen=True, slots=True)
class Clearing:
    pool: Pool
    archive: Archive

    async def clear(self, part: Part) -> int:
        """How many sessions left the tables. Nobody else may write files meanwhile."""
        for table in EVENTS:
            async for rows in in_thread(rows_in(self.archive.store, part, table, table.key)):
                await self._again(table, rows)
        gone = 0
        names = ("session_id", "updated_at")
        async for rows in in_thread(rows_in(self.archive.store, part, SESSIONS, names)):
            for first in range(0, len(rows), _SESSIONS_AT_ONCE):
                gone += await self._again(SESSIONS, rows[first : first + _SESSIONS_AT_ONCE])
        return gone

    async def _again(self, table: Table, rows: Sequence[Row]) -> int:
        """Of two that cross one is sent back."""
        for tries in range(1, _MOST_TRIES + 1):
            try:
                async with self.pool.connection() as connection, connection.transaction():
                    if table is SESSIONS:
                        return await _delete_sessions(connection, rows)
                    return await _delete_events(connection, table, rows)
            except DeadlockDetected:
                if tries == _MOST_TRIES:
                    raise
        raise AssertionError("the last try returns or raises")

    async def drop_empty_partitions(self, last: date) -> list[str]:
        """Of months up to `last`. One that somebody uses right now is left to the next run."""
        async with self.pool.connection() as connection:
            await connection.set_autocommit(True)
            try:
                async with connection.cursor(row_factory=scalar_row) as cursor:
                    await cursor.execute(SQL["months_before"], {"last": f"{last:%Y_%m}"})
                    names: list[str] = await cursor.fetchall()
                return [name for name in names if await _drop_if_empty(connection, name)]
            finally:
                await connection.set_autocommit(False)


async def _delete_events(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    if not rows:
        return 0
    keys = dict(zip(table.key, map(list, zip(*rows, strict=True)), strict=True))
    asked: dict[str, object] = dict(keys)
    if "timestamp" in keys:
        times = [at for at in keys["timestamp"] if isinstance(at, datetime)]
        asked |= {"first": min(times), "last": max(times)}
    return (await connection.execute(SQL[f"delete_{table.name}"], asked)).rowcount


async def _delete_sessions(connection: Connection, rows: Sequence[Row]) -> int:
    """Those that are as they were archived, and have no rows any more that were not."""
    archived = {str(session_id): updated_at for session_id, updated_at in rows}
    found = await _lock(connection, sorted(archived))
    same = [name for name, updated_at in found.items() if archived[name] == updated_at]
    if not same:
        return 0
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(SQL["sessions_with_rows"], {"session_id": same})
        kept = set(await cursor.fetchall())
    gone = [name for name in same if name not in kept]
    await connection.execute(SQL["delete_sessions"], {"session_id": gone})
    return len(gone)


async def _lock(connection: Connection, session_ids: Sequence[str]) -> Mapping[str, object]:
    """One by one, in one order."""
    found: dict[str, object] = {}
    async with connection.cursor() as cursor:
        asked = [{"session_id": name} for name in session_ids]
        await cursor.executemany(SQL["lock_session"], asked, returning=True)
        async for results in cursor.results():
            found |= dict(await results.fetchall())
    return found


async def _drop_if_empty(connection: Connection, name: str) -> bool:
    month = Identifier(name)
    if await _has_rows(connection, month):
        return False
    # So that the look below, for which everybody waits, does not walk over dead rows.
    await connection.execute(_VACUUM.format(month))
    try:
        async with connection.transaction():
            await connection.execute(SQL["do_not_wait_long"])
            for lock in _LOCKS:
                await connection.execute(lock.format(table=Identifier(name[: -len("_2025_01")])))
            if await _has_rows(connection, month):
                return False
            await connection.execute(_DROP.format(month))
    except LockNotAvailable:
        return False
    return True


async def _has_rows(connection: Connection, month: Identifier) -> bool:
    cursor = await connection.execute(_HAS_ROWS.format(month))
    return await cursor.fetchone() == (True,)
