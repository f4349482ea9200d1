"""Makes what was erased leave the files of PostgreSQL and of Redis or Valkey, too.

A deleted row stays in its table's file until another takes its place, in the planner's samples, and
in the write-ahead log; a deleted key in the append-only file. So tables are written anew, and
samples, logs and append-only files after them. Tables in which nothing was erased are left alone.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime

from psycopg.errors import Diagnostic, InsufficientPrivilege, LockNotAvailable
from psycopg.rows import class_row, scalar_row
from psycopg.sql import SQL, Identifier

from nesthaus.db.pool import Connection, first_line
from nesthaus.db.queries import load_statements

_SQL = load_statements("nesthaus.upkeep", "compaction.sql")

Told = Callable[[str], None]
"""Hears how far it is, in a few words."""

_LOCK_WAIT_MS = 5_000
_MOST_TRIES = 6
_LOOK_EVERY_S = 0.5


class StillSeen(Exception):
    """One line: somebody still sees what was deleted, so that it cannot go yet."""


@dataclass(frozen=True, slots=True)
class Written:
    """`relations` are tables and partitions written anew. `left` says in a line each what may not,
    or cannot, be done here."""

    relations: int
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Relation:
    relation: str
    since: datetime
    is_there: bool


async def compact_database(connection: Connection, patience_s: float, told: Told) -> Written:
    """`connection` is in autocommit mode and has no time limit. May be broken off and begun again.

    Raises StillSeen after `patience_s`, LockNotAvailable, and the database's other errors.
    """
    async with connection.cursor(row_factory=class_row(_Relation)) as cursor:
        await cursor.execute(_SQL["uncompacted"])
        relations = await cursor.fetchall()
    await connection.execute(f"set lock_timeout = {_LOCK_WAIT_MS}".encode())
    if not relations:
        return Written(0, ())
    there = [each for each in relations if each.is_there]
    left: list[str] = []
    # Of a table that is not ours the server says so in a warning, and leaves it.
    connection.add_notice_handler(lambda told: _note_warning(left, told))
    if there:
        told("waiting for older transactions")
        await _await_older(connection, patience_s)
        for number, each in enumerate(there, start=1):
            told(f"table {number} of {len(there)}: {each.relation}")
            table = Identifier(each.relation)
            await _write_anew(connection, SQL("vacuum (full) {}").format(table).as_string())
        told("samples of the planner")
        await _sample_anew(connection, left)
        await _await_older(connection, patience_s)
        await _write_anew(connection, "vacuum (full) pg_statistic")
    told("write-ahead log")
    await _renew_log(connection, left)
    for each in relations:
        seen = {"relation": each.relation, "since": each.since}
        await connection.execute(_SQL["compacted"], seen)
    return Written(len(there), tuple(left))


async def _await_older(connection: Connection, patience_s: float) -> None:
    """Tables written anew keep what anybody still sees."""
    row = await (await connection.execute(_SQL["mark"])).fetchone()
    assert row is not None
    count = 0
    async for _ in _looks(patience_s):
        found = await (await connection.execute(_SQL["older"], {"mark": row[0]})).fetchone()
        count = 0 if found is None else found[0]
        if not count:
            return
    raise StillSeen(
        f"{count} transactions or replicas still see what was erased: try again when they have"
        " ended (a backup or an export perhaps; `pg_stat_activity` names them)"
    )


async def _write_anew(connection: Connection, statement: str) -> None:
    """Whoever holds the table is waited for, but not for long: others queue behind us."""
    for tries in range(1, _MOST_TRIES + 1):
        try:
            await connection.execute(statement.encode())
        except LockNotAvailable:
            if tries == _MOST_TRIES:
                raise
            await asyncio.sleep(_LOOK_EVERY_S)
        else:
            return


async def _renew_log(connection: Connection, left: list[str]) -> None:
    """A checkpoint takes away what is before it, unless the server keeps it for others."""
    try:
        row = await (await connection.execute(_SQL["wal_ahead"])).fetchone()
        assert row is not None
        ahead, is_recycled = row
        if is_recycled:
            left.append("write-ahead log: wal_recycle is on, so old files keep what was in them")
        # Files made out of old ones, before that was off, are written over: each switch fills one.
        for _ in range(1 if is_recycled else ahead + 1):
            await connection.execute(_SQL["emit"])
            await connection.execute(_SQL["switch_wal"])
        await connection.execute("checkpoint")
    except InsufficientPrivilege as error:
        left.append(f"write-ahead log: it goes as the server recycles it ({first_line(error)})")


async def _sample_anew(connection: Connection, left: list[str]) -> None:
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["sampled"])
        tables = SQL(", ").join(map(Identifier, await cursor.fetchall()))
    await _write_anew(connection, SQL("analyze {}").format(tables).as_string())
    try:
        await connection.execute(_SQL["drop_samples"])
    except InsufficientPrivilege as error:
        left.append(f"samples of tables that are empty now: {first_line(error)}")


def _note_warning(left: list[str], told: Diagnostic) -> None:
    if told.severity_nonlocalized == "WARNING" and told.message_primary:
        left.append(told.message_primary)


async def _looks(patience_s: float) -> AsyncGenerator[None]:
    """A look now and then, one at least."""
    deadline = time.monotonic() + patience_s
    while True:
        yield
        if time.monotonic() >= deadline:
            return
        await asyncio.sleep(_LOOK_EVERY_S)
