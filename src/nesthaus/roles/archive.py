"""The archive for one command, or by the schedule."""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version

from nesthaus.archive.sessions import Archive, Place
from nesthaus.db.pool import Connection, Pool
from nesthaus.persist import archived, tombstones
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.runtime import archive_for, command_pool
from nesthaus.settings import Settings
from nesthaus.upkeep.archive.archiving import Archived, Archiving
from nesthaus.upkeep.archive.clearing import Clearing
from nesthaus.upkeep.archive.listing import Flaw, Month, find_flaws, list_months
from nesthaus.upkeep.archive.months import MonthWriter
from nesthaus.upkeep.nights import last_night

Told = Callable[[str], None]

# A failed job is tried again within seconds, and reading a month is not that cheap.
_PAUSE_AFTER_FAILURE_S = 600.0


class Index:
    """What persist knows of sessions, as upkeep asks it."""

    async def erased_among(self, connection: Connection, session_ids: Collection[str]) -> set[str]:
        return await tombstones.erased_among(connection, session_ids)

    async def await_turns(self, connection: Connection) -> None:
        await tombstones.await_turns(connection)

    async def note_archived(
        self, connection: Connection, place: Place, sessions: Sequence[tuple[str, datetime]]
    ) -> None:
        await archived.note_archived(connection, place, sessions)


def archiving(settings: Settings, pool: Pool, archive: Archive, told: Told) -> Archiving:
    writer = MonthWriter(pool, archive, settings.timezone, version("nesthaus"))
    return Archiving(pool, archive, Index(), writer, Clearing(pool, archive), wall_clock, told)


async def run(settings: Settings, database_url: str, days: int, told: Told) -> Archived:
    """Raises Busy, StoreTrouble, SchemaError and the database's errors."""
    async with _pool(database_url) as pool:
        return await archiving(settings, pool, archive_for(settings), told).run(days)


async def months(settings: Settings, database_url: str) -> list[Month]:
    """As above."""
    async with _pool(database_url) as pool:
        return await list_months(pool, archive_for(settings))


async def verify(
    settings: Settings, database_url: str, wanted: Collection[date], told: Told
) -> list[Flaw]:
    """As above."""
    async with _pool(database_url) as pool:
        return await find_flaws(pool, archive_for(settings), wanted, told)


def _pool(database_url: str) -> AbstractAsyncContextManager[Pool]:
    return command_pool(database_url, "archive", size=4)


@dataclass(slots=True)
class NightlyArchiving:
    """The job `archive`."""

    settings: Settings
    pool: Pool
    _failure: Exception | None = None
    _try_at: float = 0.0

    async def run(self) -> str:
        if self._failure is not None and time.monotonic() < self._try_at:
            raise self._failure
        archive = archive_for(self.settings)
        working = archiving(self.settings, self.pool, archive, lambda _: None)
        try:
            done = await working.run(self.settings.retention_days)
        except Exception as failure:
            self._failure = failure
            self._try_at = time.monotonic() + _PAUSE_AFTER_FAILURE_S
            raise
        self._failure = None
        return str(done)

    def last_due(self, now: datetime) -> datetime:
        return last_night(now, self.settings.timezone)
