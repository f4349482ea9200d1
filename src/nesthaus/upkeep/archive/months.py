"""Writes the rows of a month's sessions into the archive, as of one moment.

Reads: every table with rows of sessions. Writes: files; no table.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from nesthaus.archive.manifests import FORMAT, Manifest, Part, folder_of, sums
from nesthaus.archive.parquet import ROWS_AT_ONCE, Row
from nesthaus.archive.parts import PartWriter, writing
from nesthaus.archive.sessions import Archive
from nesthaus.archive.store import StoreTrouble
from nesthaus.archive.tables import SESSIONS, TABLES, Table
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.periods import start_of_day

SESSIONS_A_PART = 10_000
"""What is rewritten at once when one of them is erased."""

SQL = load_statements("nesthaus.upkeep.archive", "archive.sql")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """Sessions of a month began from `since` to before `until`."""

    month: date
    since: datetime
    until: datetime

    def bounds(self) -> dict[str, object]:
        return {"month": self.month, "since": self.since, "until": self.until}


def span_of(month: date, zone: ZoneInfo) -> Span:
    return Span(month, start_of_day(month, zone), start_of_day(next_month(month), zone))


def next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


@dataclass(frozen=True, slots=True)
class MonthWriter:
    """`sessions_a_part`: how many lie in one file."""

    pool: Pool
    archive: Archive
    zone: ZoneInfo
    program: str
    sessions_a_part: int = SESSIONS_A_PART

    async def write(self, span: Span, now: datetime) -> Manifest:
        """Every file is in the store and was read back; no manifest is."""
        parts: list[Part] = []
        asked = span.bounds() | {"size": self.sessions_a_part}
        async with self.pool.connection() as connection, connection.transaction():
            for number, sessions in await choose(connection, "choose_month", asked):
                parts.append(await self._write_part(connection, span, number, sessions))
        return Manifest(
            format=FORMAT,
            month=folder_of(span.month),
            time_zone=self.zone.key,
            since=span.since,
            until=span.until,
            program=self.program,
            written_at=now,
            tables=sums(parts),
            parts=parts,
        )

    async def _write_part(
        self, connection: Connection, span: Span, number: int, sessions: int
    ) -> Part:
        async with _writing(self.archive) as writer:
            for table in TABLES:
                async for rows in rows_chosen(connection, table, number):
                    await asyncio.to_thread(writer.add, table, rows)
            part = await asyncio.to_thread(
                writer.stored, self.archive.store, folder_of(span.month), number
            )
        if part.files[SESSIONS.name].rows != sessions:
            raise StoreTrouble(f"part {number} of {span.month:%Y-%m} has not all its sessions")
        return part


@asynccontextmanager
async def _writing(archive: Archive) -> AsyncGenerator[PartWriter]:
    with writing(archive.workspace) as writer:
        yield writer


async def choose(
    connection: Connection, name: str, asked: Mapping[str, object]
) -> list[tuple[int, int]]:
    """Numbers of parts, and how many sessions go into each. Begins a transaction that sees one
    moment; `rows_chosen` tells of it."""
    await connection.execute(SQL["see_one_moment"])
    await connection.execute(SQL["make_archiving"])
    await connection.execute(SQL[name], asked)
    await connection.execute(SQL["analyze_archiving"])
    return await (await connection.execute(SQL["parts_archiving"])).fetchall()


async def rows_chosen(
    connection: Connection, table: Table, part: int
) -> AsyncIterator[Sequence[Row]]:
    """Some thousand at once."""
    async with connection.cursor(name="archiving") as cursor:
        await cursor.execute(SQL[f"rows_of_{table.name}"], {"part": part})
        while rows := await cursor.fetchmany(ROWS_AT_ONCE):
            yield rows


async def in_thread(batches: Iterator[T]) -> AsyncIterator[T]:
    """What an iterator that waits for the store gives."""
    while (some := await asyncio.to_thread(next, batches, None)) is not None:
        yield some
