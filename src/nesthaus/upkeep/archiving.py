"""Moves sessions of months that are old enough from the tables into the archive.

A month is written and read back; then one transaction closes it, and from then on its figures are
not counted again; then its rows are deleted by their keys as the files tell them. Whatever of this
is broken off anywhere, the next run goes on with: what a manifest names is in the archive, what it
does not name is in the tables.

Reads: every table with rows of sessions, marks. Writes: files, `closed_months`; deletes from the
tables of sessions. Never: a figure.
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
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from psycopg import Rollback
from psycopg.rows import scalar_row

from nesthaus.archive.manifests import (
    Manifest,
    Part,
    folder_of,
    month_of,
    read_manifest,
    write_manifest,
)
from nesthaus.archive.parquet import Row
from nesthaus.archive.parts import Change, check_all, drop_unnamed, rows_in
from nesthaus.archive.sessions import Archive, Place, merged
from nesthaus.archive.store import StoreTrouble
from nesthaus.archive.tables import SESSIONS, TABLES
from nesthaus.db.pool import Connection, Pool
from nesthaus.upkeep.archive_clearing import Clearing
from nesthaus.upkeep.archive_months import (
    SQL,
    MonthWriter,
    Span,
    choose,
    in_thread,
    next_month,
    rows_chosen,
    span_of,
)

_LEFT_AT_ONCE = 500


class Busy(Exception):
    """Somebody else archives right now."""


class Index(Protocol):
    """What persist knows of sessions that were archived or erased."""

    async def erased_among(
        self, connection: Connection, session_ids: Collection[str]
    ) -> set[str]: ...
    async def await_turns(self, connection: Connection) -> None: ...
    async def note_archived(
        self, connection: Connection, place: Place, sessions: Sequence[tuple[str, datetime]]
    ) -> None: ...


@dataclass(slots=True)
class Archived:
    """What a run did. `waiting` hours of the month `waits_for` are still to be counted."""

    months: list[date] = field(default_factory=list[date])
    sessions: int = 0
    late: int = 0
    partitions: list[str] = field(default_factory=list[str])
    waits_for: date | None = None
    waiting: int = 0

    def __str__(self) -> str:
        names = ", ".join(folder_of(month) for month in self.months)
        words = [f"{names} archived" if names else "no month to archive"]
        if self.sessions:
            words.append(f"{self.sessions:,} sessions out of the tables")
        if self.late:
            words.append(f"{self.late:,} sessions of archived months taken in")
        if self.partitions:
            words.append(f"{len(self.partitions)} empty months of tables dropped")
        if self.waits_for is not None:
            month = folder_of(self.waits_for)
            words.append(f"{month} waits for {self.waiting} hours that are not counted yet")
        return "; ".join(words)


Reached = Callable[[str], Awaitable[None]]
"""Called at the end of each step, with its name."""


async def _go_on(_step: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Archiving:
    """`told` hears how far it is, in a few words."""

    pool: Pool
    archive: Archive
    index: Index
    writer: MonthWriter
    clearing: Clearing
    clock: Callable[[], datetime]
    told: Callable[[str], None]
    reached: Reached = _go_on

    async def run(self, days: int) -> Archived:
        """Months of which every session began more than `days` days ago. Raises Busy, StoreTrouble
        and the database's errors."""
        done = Archived()
        async with self._alone() as lead:
            today = self.clock().astimezone(self.writer.zone).date()
            last = last_month_over(today - timedelta(days=days))
            await self._check_zone(lead)
            async with self._files(lead):
                await asyncio.to_thread(self.archive.tidy)
            for month in await closed_months(lead):
                await self._known(month)  # or it is not the archive of these tables
            for month in await self._due(lead, last):
                if not await self._close(lead, span_of(month, self.writer.zone), done):
                    break
            closed = await closed_months(lead)
            for month in sorted(closed):
                await self._empty(lead, span_of(month, self.writer.zone), done)
            if closed:
                done.partitions = await self.clearing.drop_empty_partitions(max(closed))
        return done

    @asynccontextmanager
    async def _alone(self) -> AsyncGenerator[Connection]:
        """A connection that holds the turn: it falls with the process that dies."""
        async with self.pool.connection() as lead:
            await lead.set_autocommit(True)
            try:
                if await _one(lead, "take_run") is not True:
                    raise Busy("somebody else archives right now")
                try:
                    yield lead
                finally:
                    await lead.execute(SQL["give_run_back"])
            finally:
                await lead.set_autocommit(False)

    @asynccontextmanager
    async def _files(self, lead: Connection) -> AsyncGenerator[None]:
        """Nobody else writes files meanwhile, who erases a session for instance."""
        await lead.execute(SQL["hold_files"])
        try:
            yield
        finally:
            await lead.execute(SQL["give_files_back"])

    async def _check_zone(self, lead: Connection) -> None:
        zone = await _one(lead, "time_zone")
        if zone is not None and zone != self.writer.zone.key:
            raise StoreTrouble(
                f"NESTHAUS_TIMEZONE is {self.writer.zone.key}, but figures are counted in"
                f" {zone or 'several zones'}: run `nesthaus rebuild` first"
            )

    async def _due(self, lead: Connection, last: date) -> list[date]:
        """Those with sessions in the tables, and those that are written but not closed."""
        closed = await closed_months(lead)
        folders = await asyncio.to_thread(self.archive.store.folders)
        months = {month_of(folder) for folder in folders}
        first = await _one(lead, "first_session")
        if isinstance(first, datetime):
            month = first.astimezone(self.writer.zone).date().replace(day=1)
            while month <= last:
                bounds = span_of(month, self.writer.zone).bounds()
                if await _one(lead, "any_between", bounds) is True:
                    months.add(month)
                month = next_month(month)
        return sorted(month for month in months if month <= last and month not in closed)

    async def _close(self, lead: Connection, span: Span, done: Archived) -> bool:
        """False where figures of the month are still to be counted."""
        folder = folder_of(span.month)
        waiting = await _one(lead, "uncounted_hours", span.bounds())
        if waiting:
            done.waits_for, done.waiting = span.month, int(str(waiting))
            return False
        manifest = await self._manifest(span.month)
        if manifest is None:
            self.told(f"{folder}: writing")
            manifest = await self._write(lead, span)
        else:
            self.told(f"{folder}: checking what an earlier run has written")
            await asyncio.to_thread(check_all, self.archive.store, manifest)
        if manifest.time_zone != self.writer.zone.key:
            raise StoreTrouble(f"{folder} was archived in {manifest.time_zone}")
        self.told(f"{folder}: closing")
        waiting = await self._close_written(lead, span)
        if waiting:
            done.waits_for, done.waiting = span.month, waiting
            return False
        await self.reached("closed")
        async with self.pool.connection() as connection:
            await self.index.await_turns(connection)
        done.months.append(span.month)
        return True

    async def _manifest(self, month: date) -> Manifest | None:
        return await asyncio.to_thread(read_manifest, self.archive.store, month)

    async def _write(self, lead: Connection, span: Span) -> Manifest:
        store = self.archive.store
        async with self._files(lead):
            await asyncio.to_thread(drop_unnamed, store, span.month, None)
        manifest = await self.writer.write(span, self.clock())
        await self.reached("written")
        async with self._files(lead):
            await asyncio.to_thread(write_manifest, store, manifest)
        await self.reached("named")
        return manifest

    async def _close_written(self, lead: Connection, span: Span) -> int:
        """How many hours are not counted yet: then it is not closed."""
        while True:
            async with self._files(lead):
                manifest = await self._known(span.month)
                waiting, erased = await self._try_to_close(span, manifest)
                if not erased:
                    return waiting
                await self._forget(span.month, erased)

    async def _try_to_close(
        self, span: Span, manifest: Manifest
    ) -> tuple[int, dict[int, set[str]]]:
        """Closed where both are empty. While files are held."""
        async with self.pool.connection() as connection, connection.transaction() as closing:
            await connection.execute(SQL["take_counting_turn"])
            waiting = await _one(connection, "uncounted_hours", span.bounds())
            if waiting:
                return int(str(waiting)), {}
            erased = await self._note(connection, span.month, manifest.parts)
            if erased:
                raise Rollback(closing)
            asked = {"month": span.month, "now": self.clock()}
            await connection.execute(SQL["close_month"], asked)
            return 0, {}
        return 0, erased

    async def _note(
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

    async def _forget(self, month: date, erased: Mapping[int, set[str]]) -> None:
        """While files are held."""
        for number, session_ids in erased.items():
            manifest = await self._known(month)
            part = manifest.part(number)
            if part is not None:
                change = Change(without=frozenset(session_ids))
                await asyncio.to_thread(self.archive.change, manifest, part, change, self.clock())

    async def _known(self, month: date) -> Manifest:
        manifest = await self._manifest(month)
        if manifest is None:
            raise StoreTrouble(f"{folder_of(month)} is not in {self.archive.url}")
        return manifest

    async def _empty(self, lead: Connection, span: Span, done: Archived) -> None:
        """Takes out of the tables what the archive has, and takes in what came since."""
        await self._mend_index(lead, span.month)
        if await _one(lead, "any_between", span.bounds()) is not True:
            return
        self.told(f"{folder_of(span.month)}: deleting")
        done.sessions += await self._clear(lead, span.month)
        taken = _LEFT_AT_ONCE
        while taken == _LEFT_AT_ONCE:  # whoever comes meanwhile waits for the next run
            taken = await self._take_in(lead, span)
            done.late += taken
            if taken:
                done.sessions += await self._clear(lead, span.month)

    async def _mend_index(self, lead: Connection, month: date) -> None:
        """Where a part has more sessions than the index knows: a run was broken off, or the tables
        are those of a backup."""
        async with self._files(lead):
            cursor = await lead.execute(SQL["indexed"], {"month": month})
            indexed = dict(await cursor.fetchall())
            unknown = [
                part
                for part in (await self._known(month)).parts
                if indexed.get(part.number, 0) < part.files[SESSIONS.name].rows
            ]
            if not unknown:
                return
            async with self.pool.connection() as connection, connection.transaction():
                erased = await self._note(connection, month, unknown)
            await self._forget(month, erased)
        async with self.pool.connection() as connection:
            await self.index.await_turns(connection)

    async def _clear(self, lead: Connection, month: date) -> int:
        gone = 0
        for part in (await self._known(month)).parts:
            asked = {"month": month, "part": part.number}
            if await _one(lead, "left_of_part", asked) is not True:
                continue
            async with self._files(lead):
                current = (await self._known(month)).part(part.number)
                if current is not None:
                    gone += await self.clearing.clear(current)
            await self.reached("cleared")
        return gone

    async def _take_in(self, lead: Connection, span: Span) -> int:
        """What the tables have of a closed month after all: how many sessions."""
        async with self._files(lead):
            manifest = await self._known(span.month)
            asked = span.bounds() | {"new_part": manifest.next_number(), "most": _LEFT_AT_ONCE}
            async with self.pool.connection() as connection, connection.transaction():
                chosen = await choose(connection, "choose_left", asked)
                for number, _ in chosen:
                    added = {
                        table.name: [
                            row
                            async for rows in rows_chosen(connection, table, number)
                            for row in rows
                        ]
                        for table in TABLES
                    }
                    change = Change(added=added, merge=merged)
                    part = manifest.part(number) or Part(number, {})
                    manifest = await asyncio.to_thread(
                        self.archive.change, manifest, part, change, self.clock()
                    )
                    await self.reached("taken in")
        await self._mend_index(lead, span.month)
        return sum(sessions for _, sessions in chosen)


def last_month_over(day: date) -> date:
    """On the morning of that day."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _beginning(row: Row) -> tuple[str, datetime]:
    session_id, start_time = row
    assert isinstance(start_time, datetime)
    return str(session_id), start_time


async def closed_months(connection: Connection) -> dict[date, datetime]:
    """When each was closed."""
    return dict(await (await connection.execute(SQL["closed_months"])).fetchall())


async def _one(
    connection: Connection, name: str, asked: Mapping[str, object] | None = None
) -> object:
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(SQL[name], asked or {})
        return await cursor.fetchone()
