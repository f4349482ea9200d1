"""Syncs of media, by the schedule: those that are asked for, and one a day."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import psycopg

from nesthaus.access.audit import ITSELF
from nesthaus.db.pool import Connection, Pool, first_line
from nesthaus.db.queries import load_statements
from nesthaus.roles.clock import wall_clock
from nesthaus.settings import Settings
from nesthaus.upkeep.media.orders import (
    OpenSync,
    SyncOpen,
    SyncProgress,
    SyncResult,
    SyncTrouble,
    begin_sync,
    end_sync,
    latest_syncs,
    note_progress,
    open_sync,
    order_sync,
)

LOOK_EVERY_S = 1.0
# Whoever holds it is the one that syncs. The numbers are arbitrary.
_LOCK = {"key": 731_620_182, "name": "media sync"}
_TELL_EVERY_S = 0.5
# A failed job is tried again within seconds, and this is not that cheap.
_PAUSE_AFTER_FAILURE_S = 3_600.0

_SQL = load_statements("nesthaus.roles", "scheduler.sql")
log = logging.getLogger(__name__)


class SyncFailed(Exception):
    """What the status says of it."""


class MediaSyncs:
    """Does what is ordered, one after the other, in one of all schedulers."""

    def __init__(self, settings: Settings, pool: Pool, look_every_s: float = LOOK_EVERY_S) -> None:
        self._settings = settings
        self._look_every_s = look_every_s
        self._pool = pool
        self._failure: Exception | None = None
        self._try_at = 0.0

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self.look()
            except psycopg.OperationalError as error:
                log.debug("syncs are not looked for: %s", first_line(error))
            except Exception:
                log.exception("looking for syncs failed; it goes on")
            await asyncio.sleep(self._look_every_s)

    async def look(self) -> None:
        """Carries out the order that waits, if any; ends one whose process is gone."""
        async with self._pool.connection() as connection:
            if await open_sync(connection) is None:
                return
        async with self._alone() as connection:
            order = None if connection is None else await open_sync(connection)
            if order is None:
                return
            if order.state == "running":
                gone = "broken off: the process that did it ended; the next one goes on"
                await end_sync(self._pool, order, at=wall_clock(), error=gone)
                return
            await self._carry_out(order)

    async def daily(self) -> str:
        """The job `media`: an order of its own, until it is carried out."""
        if self._failure is not None and time.monotonic() < self._try_at:
            raise self._failure
        try:
            result = await self._ordered()
        except Exception as failure:
            self._failure = failure
            self._try_at = time.monotonic() + _PAUSE_AFTER_FAILURE_S
            raise
        self._failure = None
        return result

    async def _ordered(self) -> str:
        try:
            sync_id = await order_sync(
                self._pool, by=ITSELF, at=wall_clock(), dry_run=False, confirmed_deletions=None
            )
        except SyncOpen:
            return "another sync was ordered already"
        while True:
            done = next(each for each in await latest_syncs(self._pool) if each.id == sync_id)
            if done.result is not None:
                return _words(done.result)
            if done.finished_at is not None:
                raise SyncFailed(done.error or "")
            await asyncio.sleep(self._look_every_s)

    async def _carry_out(self, order: OpenSync) -> None:
        await begin_sync(self._pool, order.id, wall_clock())
        result, error = None, None
        try:
            result = await self._sync(order)
        except SyncTrouble as failure:
            error = str(failure)
            log.warning("media sync failed: %s", error)
        except psycopg.Error:
            raise
        except Exception as failure:
            error = f"{type(failure).__name__}: {failure}"
            log.exception("media sync failed")
        await end_sync(self._pool, order, at=wall_clock(), result=result, error=error)

    async def _sync(self, order: OpenSync) -> SyncResult:
        told_at = 0.0

        async def progress(now: SyncProgress) -> None:
            nonlocal told_at
            is_step = now.files_done in {0, now.files_total}
            if is_step or time.monotonic() - told_at >= _TELL_EVERY_S:
                told_at = time.monotonic()
                await note_progress(self._pool, order.id, now)

        # Loaded with the first sync, which most installations never have: what speaks to Drive
        # takes half a second and 15 MB.
        from nesthaus.roles.media_mirror import mirror  # noqa: PLC0415

        return await mirror(self._settings, self._pool, order, progress)

    @asynccontextmanager
    async def _alone(self) -> AsyncGenerator[Connection | None]:
        """None where another scheduler syncs. The lock falls with the process that holds it."""
        async with self._pool.connection() as connection:
            await connection.set_autocommit(True)
            try:
                cursor = await connection.execute(_SQL["take_lead"], _LOCK)
                if await cursor.fetchone() != (True,):
                    yield None
                    return
                try:
                    yield connection
                finally:
                    await connection.execute(_SQL["leave_lead"], _LOCK)
            finally:
                await connection.set_autocommit(False)


def _words(result: SyncResult) -> str:
    took = timedelta(milliseconds=result.duration_ms)
    return (
        f"{result.processed} files in {took.total_seconds():.1f} s: {result.uploaded} new,"
        f" {result.updated} changed, {result.deleted} deleted, {len(result.errors)} errors"
    )
