"""The files of archived months, and the index of the sessions that are in them.

Whoever changes files holds them: one run and erasures at the same time would each write a manifest
that does not know of the other's.
"""

import asyncio
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from psycopg.rows import scalar_row

from nesthaus.archive.manifests import Manifest, Part, folder_of, read_manifest
from nesthaus.archive.parquet import Row
from nesthaus.archive.parts import Change, rows_in
from nesthaus.archive.sessions import Archive, Place
from nesthaus.archive.store import StoreTrouble
from nesthaus.archive.tables import SESSIONS
from nesthaus.db.pool import Connection
from nesthaus.upkeep.archive.months import SQL, in_thread

Reached = Callable[[str], Awaitable[None]]
"""Called at the end of each step, with its name."""


class Index(Protocol):
    """What persist knows of sessions that were archived or erased."""

    async def erased_among(
        self, connection: Connection, session_ids: Collection[str]
    ) -> set[str]: ...
    async def await_turns(self, connection: Connection) -> None: ...
    async def note_archived(
        self, connection: Connection, place: Place, sessions: Sequence[tuple[str, datetime]]
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Files:
    """`lead` is the connection of the run: what it holds falls with the process that dies."""

    archive: Archive
    index: Index
    clock: Callable[[], datetime]
    lead: Connection

    @asynccontextmanager
    async def held(self) -> AsyncGenerator[None]:
        """Nobody else writes files meanwhile, who erases a session for instance."""
        await self.lead.execute(SQL["hold_files"])
        try:
            yield
        finally:
            await self.lead.execute(SQL["give_files_back"])

    async def manifest(self, month: date) -> Manifest | None:
        return await asyncio.to_thread(read_manifest, self.archive.store, month)

    async def known(self, month: date) -> Manifest:
        manifest = await self.manifest(month)
        if manifest is None:
            raise StoreTrouble(f"{folder_of(month)} is not in {self.archive.url}")
        return manifest

    async def note(
        self, connection: Connection, month: date, parts: Iterable[Part]
    ) -> dict[int, set[str]]:
        """Writes the index of these parts. Sessions that were erased, by part: they are in none."""
        erased: dict[int, set[str]] = {}
        for part in parts:
            names = ("session_id", "start_time")
            rows_by = in_thread(rows_in(self.archive.store, part, SESSIONS, names))
            async for rows in rows_by:
                sessions = [_beginning(row) for row in rows]
                gone = await self.index.erased_among(connection, [name for name, _ in sessions])
                kept = [each for each in sessions if each[0] not in gone]
                await self.index.note_archived(connection, Place(month, part.number), kept)
                if gone:
                    erased.setdefault(part.number, set()).update(gone)
        return erased

    async def forget(self, month: date, erased: Mapping[int, set[str]]) -> None:
        """While files are held."""
        for number, session_ids in erased.items():
            manifest = await self.known(month)
            part = manifest.part(number)
            if part is not None:
                change = Change(without=frozenset(session_ids))
                await asyncio.to_thread(self.archive.change, manifest, part, change, self.clock())


def _beginning(row: Row) -> tuple[str, datetime]:
    session_id, start_time = row
    assert isinstance(start_time, datetime)
    return str(session_id), start_time


async def one(
    connection: Connection, name: str, asked: Mapping[str, object] | None = None
) -> object:
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(SQL[name], asked or {})
        return await cursor.fetchone()
