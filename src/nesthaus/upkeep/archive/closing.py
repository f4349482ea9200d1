"""Closes a month: its sessions are written, read back and named by a manifest; from then on its
figures are not counted again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from psycopg import Rollback

from nesthaus.archive.manifests import Manifest, folder_of, write_manifest
from nesthaus.archive.parts import check_all, drop_unnamed
from nesthaus.archive.store import StoreTrouble
from nesthaus.db.pool import Pool
from nesthaus.upkeep.archive.files import Files, Reached, one
from nesthaus.upkeep.archive.months import SQL, MonthWriter, Span


@dataclass(frozen=True, slots=True)
class Closing:
    pool: Pool
    files: Files
    writer: MonthWriter
    told: Callable[[str], None]
    reached: Reached

    async def close(self, span: Span) -> int:
        """How many hours of its figures are still to be counted: then it is not closed."""
        folder = folder_of(span.month)
        waiting = await one(self.files.lead, "uncounted_hours", span.bounds())
        if waiting:
            return int(str(waiting))
        manifest = await self.files.manifest(span.month)
        if manifest is None:
            self.told(f"{folder}: writing")
            manifest = await self._write(span)
        else:
            self.told(f"{folder}: checking what an earlier run has written")
            await asyncio.to_thread(check_all, self.files.archive.store, manifest)
        if manifest.time_zone != self.writer.zone.key:
            raise StoreTrouble(f"{folder} was archived in {manifest.time_zone}")
        self.told(f"{folder}: closing")
        waiting = await self._close_written(span)
        if waiting:
            return waiting
        await self.reached("closed")
        async with self.pool.connection() as connection:
            await self.files.index.await_turns(connection)
        return 0

    async def _write(self, span: Span) -> Manifest:
        store = self.files.archive.store
        async with self.files.held():
            await asyncio.to_thread(drop_unnamed, store, span.month, None)
        manifest = await self.writer.write(span, self.files.clock())
        await self.reached("written")
        async with self.files.held():
            await asyncio.to_thread(write_manifest, store, manifest)
        await self.reached("named")
        return manifest

    async def _close_written(self, span: Span) -> int:
        """How many hours are not counted yet: then it is not closed."""
        while True:
            async with self.files.held():
                manifest = await self.files.known(span.month)
                waiting, erased = await self._try_to_close(span, manifest)
                if not erased:
                    return waiting
                await self.files.forget(span.month, erased)

    async def _try_to_close(
        self, span: Span, manifest: Manifest
    ) -> tuple[int, dict[int, set[str]]]:
        """Closed where both are empty. While files are held."""
        async with self.pool.connection() as connection, connection.transaction() as closing:
            await connection.execute(SQL["take_counting_turn"])
            waiting = await one(connection, "uncounted_hours", span.bounds())
            if waiting:
                return int(str(waiting)), {}
            erased = await self.files.note(connection, span.month, manifest.parts)
            if erased:
                raise Rollback(closing)
            asked = {"month": span.month, "now": self.files.clock()}
            await connection.execute(SQL["close_month"], asked)
            return 0, {}
        return 0, erased
