"""One sync: what lies in folders of Google Drive, mirrored into the store.

First everything is listed and planned; where that is not safe nothing is changed. Then files are
copied one by one, each noted once it is stored, so that a sync that is broken off is gone on with.
Then the manifest is published, and what it does not name any more is deleted.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace
from psycopg.rows import class_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.upkeep.media.drive import Drive, DriveAway, DriveTrouble
from nesthaus.upkeep.media.manifest import manifest_of
from nesthaus.upkeep.media.orders import MirroredFile, SyncError, SyncProgress, SyncResult
from nesthaus.upkeep.media.parts import Part, keep_only, part_of
from nesthaus.upkeep.media.plan import Plan, Wanted, plan_sync
from nesthaus.upkeep.media.store import MediaStore

MOST_AWAY_IN_A_ROW = 3

_SQL = load_statements("nesthaus.upkeep.media", "media.sql")

Progress = Callable[[SyncProgress], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Mirror:
    """`url` is where browsers find the store's files; `parts` keeps what is half fetched."""

    pool: Pool
    drive: Drive
    store: MediaStore
    folders: Sequence[str]
    url: str
    parts: Path
    clock: Callable[[], datetime]

    async def sync(
        self, progress: Progress, *, dry_run: bool, confirmed_deletions: int | None
    ) -> SyncResult:
        """Raises DriveTrouble, Unsafe, StoreTrouble and the database's errors."""
        began = time.monotonic()
        await progress(SyncProgress("listing", 0, 0, 0))
        listed = {folder: await self.drive.listed(folder) for folder in self.folders}
        plan = plan_sync(listed, await self._mirrored(), confirmed_deletions)
        failed: dict[str, SyncError] = {}
        if not dry_run:
            failed = await self._carry_out(plan, progress)
        return SyncResult(
            processed=plan.processed,
            uploaded=sum(each.file.id not in failed for each in plan.uploads),
            updated=sum(each.file.id not in failed for each in plan.updates),
            deleted=len(plan.deletions),
            unchanged=len(plan.unchanged),
            errors=[*plan.errors, *failed.values()],
            duration_ms=round((time.monotonic() - began) * 1_000),
            dry_run=dry_run,
        )

    async def _carry_out(self, plan: Plan, progress: Progress) -> dict[str, SyncError]:
        wanted = [*plan.uploads, *plan.updates]
        parts = [self._part(each) for each in wanted]
        await asyncio.to_thread(keep_only, self.parts, parts)
        failed, copied = await self._copy_all(wanted, progress)
        await progress(SyncProgress("deleting", len(wanted), len(wanted), copied))
        await self._publish(plan.deletions)
        return failed

    async def _copy_all(
        self, wanted: Sequence[Wanted], progress: Progress
    ) -> tuple[dict[str, SyncError], int]:
        """What could not be copied, by Drive's id, and how many bytes were."""
        failed: dict[str, SyncError] = {}
        copied, away_in_a_row = 0, 0
        for number, each in enumerate(wanted):
            await progress(SyncProgress("copying", number, len(wanted), copied))
            try:
                copied += await self._copy(each)
                away_in_a_row = 0
            except DriveTrouble as error:
                failed[each.file.id] = SyncError(each.file.name, str(error))
                away_in_a_row = away_in_a_row + 1 if isinstance(error, DriveAway) else 0
                if away_in_a_row == MOST_AWAY_IN_A_ROW:
                    raise
        await progress(SyncProgress("copying", len(wanted), len(wanted), copied))
        return failed, copied

    async def _copy(self, wanted: Wanted) -> int:
        """How many bytes came."""
        known = wanted.mirrored
        if known is not None and not wanted.has_other_content:
            await self._keep(wanted, known.sha256, known.object_name)
            return 0
        part = self._part(wanted)
        await self.drive.download(wanted.file, part)
        sha256 = await asyncio.to_thread(part.sha256)
        name = f"{sha256}.{wanted.called.ending}"
        await asyncio.to_thread(self.store.put, part.path, name, wanted.file.size_bytes)
        await self._keep(wanted, sha256, name)
        await asyncio.to_thread(part.drop)
        return wanted.file.size_bytes

    def _part(self, wanted: Wanted) -> Part:
        return part_of(self.parts, wanted.file.id, wanted.file.md5_checksum or "")

    async def _keep(self, wanted: Wanted, sha256: str, object_name: str) -> None:
        now, known = self.clock(), wanted.mirrored
        row = {
            "file_id": wanted.file.id,
            "folder_id": wanted.folder_id,
            "name": wanted.file.name,
            "number": wanted.called.number,
            "title": wanted.called.title,
            "variant": wanted.called.variant.value,
            "mime_type": wanted.called.mime_type,
            "size_bytes": wanted.file.size_bytes,
            "md5": wanted.file.md5_checksum,
            "sha256": sha256,
            "object_name": object_name,
            "modified_at": wanted.file.modified_time,
            "mirrored_at": now,
        }
        async with self.pool.connection() as connection:
            await connection.execute(_SQL["keep_file"], row)
            if known is not None and known.object_name != object_name:
                stale = {"names": [known.object_name], "since": now}
                await connection.execute(_SQL["note_stale"], stale)

    async def _publish(self, deletions: Sequence[MirroredFile]) -> None:
        """The new manifest first, so that none ever names a file that is gone."""
        now = self.clock()
        async with self.pool.connection() as connection:
            stale = {"names": [each.object_name for each in deletions], "since": now}
            await connection.execute(_SQL["note_stale"], stale)
            ids = {"file_ids": [each.file_id for each in deletions]}
            await connection.execute(_SQL["drop_files"], ids)
            manifest = manifest_of(await _mirrored(connection), self.url, now)
            document = msgspec.json.encode(manifest)
            row = {"document": document.decode(), "published_at": now}
            await connection.execute(_SQL["publish_manifest"], row)
            cursor = await connection.execute(_SQL["stale"])
            gone = [str(name) for (name,) in await cursor.fetchall()]
        await asyncio.to_thread(self.store.write_manifest, document)
        for name in gone:
            await asyncio.to_thread(self.store.drop, name)
        async with self.pool.connection() as connection:
            await connection.execute(_SQL["forget_stale"], {"names": gone})

    async def _mirrored(self) -> list[MirroredFile]:
        """What the store has lost counts as other content, which is copied again."""
        async with self.pool.connection() as connection:
            files = await _mirrored(connection)
        return await asyncio.to_thread(self._looked_at, files)

    def _looked_at(self, files: Sequence[MirroredFile]) -> list[MirroredFile]:
        return [
            each if self.store.has(each.object_name, each.size_bytes) else replace(each, md5="")
            for each in files
        ]


async def _mirrored(connection: Connection) -> list[MirroredFile]:
    async with connection.cursor(row_factory=class_row(MirroredFile)) as cursor:
        await cursor.execute(_SQL["mirrored"])
        return await cursor.fetchall()
