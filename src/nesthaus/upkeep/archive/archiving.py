"""Moves sessions of months that are old enough from the tables into the archive.

A month is written and read back; then one transaction closes it, and from then on its figures are
not counted again; then its rows are deleted by their keys as the files tell them. Whatever of this
is broken off anywhere, the next run goes on with: what a manifest names is in the archive, what it
does not name is in the tables.

Reads: every table with rows of sessions, marks. Writes: files, `closed_months`; deletes from the
tables of sessions. Never: a figure.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from nesthaus.archive.manifests import folder_of, month_of
from nesthaus.archive.sessions import Archive
from nesthaus.archive.store import StoreTrouble
from nesthaus.db.pool import Connection, Pool
from nesthaus.upkeep.archive.clearing import Clearing
from nesthaus.upkeep.archive.closing import Closing
from nesthaus.upkeep.archive.emptying import Emptying
from nesthaus.upkeep.archive.files import Files, Index, Reached, one
from nesthaus.upkeep.archive.months import SQL, MonthWriter, next_month, span_of


class Busy(Exception):
    """Somebody else archives right now."""


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
            files = Files(self.archive, self.index, self.clock, lead)
            await self._check_zone(lead)
            async with files.held():
                await asyncio.to_thread(self.archive.tidy)
            for month in await closed_months(lead):
                await files.known(month)  # or it is not the archive of these tables
            due = await self._due(lead, last_month_over(today - timedelta(days=days)))
            await self._close(files, due, done)
            closed = await closed_months(lead)
            await self._empty(files, sorted(closed), done)
            if closed:
                done.partitions = await self.clearing.drop_empty_partitions(max(closed))
        return done

    async def _close(self, files: Files, months: list[date], done: Archived) -> None:
        closing = Closing(self.pool, files, self.writer, self.told, self.reached)
        for month in months:
            waiting = await closing.close(span_of(month, self.writer.zone))
            if waiting:
                done.waits_for, done.waiting = month, waiting
                return
            done.months.append(month)

    async def _empty(self, files: Files, months: list[date], done: Archived) -> None:
        emptying = Emptying(self.pool, files, self.clearing, self.told, self.reached)
        for month in months:
            gone, late = await emptying.empty(span_of(month, self.writer.zone))
            done.sessions += gone
            done.late += late

    @asynccontextmanager
    async def _alone(self) -> AsyncGenerator[Connection]:
        """A connection that holds the turn: it falls with the process that dies."""
        async with self.pool.connection() as lead:
            await lead.set_autocommit(True)
            try:
                if await one(lead, "take_run") is not True:
                    raise Busy("somebody else archives right now")
                try:
                    yield lead
                finally:
                    await lead.execute(SQL["give_run_back"])
            finally:
                await lead.set_autocommit(False)

    async def _check_zone(self, lead: Connection) -> None:
        zone = await one(lead, "time_zone")
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
        first = await one(lead, "first_session")
        if isinstance(first, datetime):
            month = first.astimezone(self.writer.zone).date().replace(day=1)
            while month <= last:
                bounds = span_of(month, self.writer.zone).bounds()
                if await one(lead, "any_between", bounds) is True:
                    months.add(month)
                month = next_month(month)
        return sorted(month for month in months if month <= last and month not in closed)


def last_month_over(day: date) -> date:
    """On the morning of that day."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


async def closed_months(connection: Connection) -> dict[date, datetime]:
    """When each was closed."""
    return dict(await (await connection.execute(SQL["closed_months"])).fetchall())
