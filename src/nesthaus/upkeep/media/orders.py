"""Syncs that are asked for: one at a time, with their progress and what came of each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from msgspec import Struct, convert
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from nesthaus.access.audit import note
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements

KEPT_IN_STATUS = 20

_SQL = load_statements("nesthaus.upkeep.media", "media.sql")


class MirroredFile(Struct, frozen=True):
    """A row of `media_files`."""

    file_id: str
    folder_id: str
    name: str
    number: int
    title: str
    variant: str
    mime_type: str
    size_bytes: int
    md5: str
    sha256: str
    object_name: str
    modified_at: datetime | None


class SyncError(Struct, frozen=True):
    """A file that was left out, and why."""

    name: str
    reason: str


class SyncOpen(Exception):
    """Another sync waits or runs."""


class SyncTrouble(Exception):
    """Why a sync did not come to its end; one line, for the status."""


class SyncProgress(Struct, frozen=True, rename="camel"):
    """`phase`: `listing`, `copying` or `deleting`. `files_total` is known once Drive has listed."""

    phase: str | None
    files_done: int
    files_total: int
    bytes_copied: int


class SyncResult(Struct, frozen=True, rename="camel"):
    """`processed` files of Drive are `uploaded`, `updated`, `unchanged` or have one of `errors`;
    `deleted` ones are in Drive no more. Of a dry run: what would be."""

    processed: int
    uploaded: int
    updated: int
    deleted: int
    unchanged: int
    errors: list[SyncError]
    duration_ms: int
    dry_run: bool


class Sync(Struct, frozen=True, rename="camel"):
    """`state`: `waiting` for a scheduler, `running`, `done`, or `failed` with an `error`."""

    id: UUID
    requested_at: datetime
    requested_by: str
    dry_run: bool
    confirm_deletions: int | None
    state: str
    started_at: datetime | None
    finished_at: datetime | None
    progress: SyncProgress
    result: SyncResult | None
    error: str | None


class SyncStatus(Struct, frozen=True, rename="camel"):
    """`configured`: whether folders and an account are set. `history` is `latest` and those before
    it."""

    configured: bool
    latest: Sync | None
    history: list[Sync]
    as_of: datetime


class OpenSync(Struct, frozen=True):
    """An order that is not finished; `running` is also one whose process is gone."""

    id: UUID
    state: str
    dry_run: bool
    confirmed_deletions: int | None
    requested_by: str


class _Row(Struct, frozen=True):
    id: UUID
    requested_at: datetime
    requested_by: str
    dry_run: bool
    confirmed_deletions: int | None
    state: str
    started_at: datetime | None
    finished_at: datetime | None
    phase: str | None
    files_done: int
    files_total: int
    bytes_copied: int
    result: dict[str, object] | None
    error: str | None


async def order_sync(
    pool: Pool, *, by: str, at: datetime, dry_run: bool, confirmed_deletions: int | None
) -> UUID:
    """Raises SyncOpen."""
    sync_id = uuid4()
    order = {
        "id": sync_id,
        "at": at,
        "by": by,
        "dry_run": dry_run,
        "confirmed_deletions": confirmed_deletions,
    }
    async with pool.connection() as connection:
        cursor = await connection.execute(_SQL["order_sync"], order)
        if await cursor.fetchone() is None:
            raise SyncOpen
        action = "try media sync" if dry_run else "start media sync"
        detail = {"confirmed deletions": confirmed_deletions} if confirmed_deletions else None
        await note(connection, by, action, "google-drive", detail, at=at)
    return sync_id


async def open_sync(connection: Connection) -> OpenSync | None:
    async with connection.cursor(row_factory=class_row(OpenSync)) as cursor:
        await cursor.execute(_SQL["open_sync"])
        return await cursor.fetchone()


async def begin_sync(pool: Pool, sync_id: UUID, at: datetime) -> None:
    async with pool.connection() as connection:
        await connection.execute(_SQL["begin_sync"], {"id": sync_id, "at": at})


async def note_progress(pool: Pool, sync_id: UUID, progress: SyncProgress) -> None:
    row = {
        "id": sync_id,
        "phase": progress.phase,
        "files_done": progress.files_done,
        "files_total": progress.files_total,
        "bytes_copied": progress.bytes_copied,
    }
    async with pool.connection() as connection:
        await connection.execute(_SQL["note_progress"], row)


async def end_sync(
    pool: Pool,
    order: OpenSync,
    *,
    at: datetime,
    result: SyncResult | None = None,
    error: str | None = None,
) -> None:
    """With the `result`, or the `error`."""
    told = None if result is None else _told(result)
    row = {
        "id": order.id,
        "at": at,
        "state": "failed" if error else "done",
        "result": None if told is None else Jsonb(told),
        "error": error,
    }
    async with pool.connection() as connection:
        await connection.execute(_SQL["end_sync"], row)
        if result is not None and not result.dry_run:
            counts = {name: told[name] for name in told if name != "errors"} if told else {}
            detail = counts | {"errors": len(result.errors)}
            await note(connection, order.requested_by, "media sync", "google-drive", detail, at=at)


def _told(result: SyncResult) -> dict[str, object]:
    return {
        "processed": result.processed,
        "uploaded": result.uploaded,
        "updated": result.updated,
        "deleted": result.deleted,
        "unchanged": result.unchanged,
        "errors": [{"name": each.name, "reason": each.reason} for each in result.errors],
        "durationMs": result.duration_ms,
        "dryRun": result.dry_run,
    }


async def sync_status(pool: Pool, now: datetime, *, configured: bool) -> SyncStatus:
    history = await latest_syncs(pool)
    return SyncStatus(configured, history[0] if history else None, history, now)


async def latest_syncs(pool: Pool) -> list[Sync]:
    """The latest first."""
    async with (
        pool.connection() as connection,
        connection.cursor(row_factory=class_row(_Row)) as cursor,
    ):
        await cursor.execute(_SQL["latest_syncs"], {"limit": KEPT_IN_STATUS})
        return _syncs(await cursor.fetchall())


def _syncs(rows: Sequence[_Row]) -> list[Sync]:
    return [
        Sync(
            id=row.id,
            requested_at=row.requested_at,
            requested_by=row.requested_by,
            dry_run=row.dry_run,
            confirm_deletions=row.confirmed_deletions,
            state=row.state,
            started_at=row.started_at,
            finished_at=row.finished_at,
            progress=SyncProgress(row.phase, row.files_done, row.files_total, row.bytes_copied),
            result=None if row.result is None else convert(row.result, SyncResult),
            error=row.error,
        )
        for row in rows
    ]
