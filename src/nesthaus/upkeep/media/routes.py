"""Mirrored media: syncs for administrators, the manifest and its files for the configurator."""

import time
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from typing import Annotated

import psycopg
from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import FileResponse

from nesthaus.access.rights import ADMIN_PATH, Acting, admitted
from nesthaus.db.pool import Pool
from nesthaus.domain.media import MIME_TYPES
from nesthaus.responses import JSON, conflict, json_response, not_found
from nesthaus.responses.documents import document_model, problem_documents
from nesthaus.upkeep.media.manifest import Manifest, published_manifest
from nesthaus.upkeep.media.orders import Sync, SyncOpen, SyncStatus, latest_syncs, order_sync
from nesthaus.upkeep.media.orders import sync_status as status_of
from nesthaus.upkeep.media.store import FILE_NAME, MediaStore

KEPT_S = 5.0

_PROBLEMS = problem_documents(
    _400="A value is missing or wrong; `field` names it.",
    _401="No login and no API token, or none that is valid.",
    _403="No right to this, or X-CSRF-Token is missing.",
    _503="The database is away; `Retry-After` says when to try again.",
)
_CONFLICT = problem_documents(_409="Another sync waits or runs, or none is configured.")
_PUBLIC_PROBLEMS = problem_documents(_503="The database is away.")
# Pages of other sites load both.
_ANY_PAGE = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}

Confirmed = Annotated[
    int | None,
    Query(
        alias="confirmDeletions",
        ge=0,
        le=1_000_000,
        description="So many files may be deleted, where it would be more than 10 and half of all.",
    ),
]


def media_router(
    pool: Pool, reports: Pool, clock: Callable[[], datetime], store: MediaStore | None
) -> APIRouter:
    """`pool` writes, `reports` reads; without a `store` nothing is configured."""
    router = APIRouter()
    router.include_router(_sync_router(pool, clock, is_configured=store is not None))
    router.include_router(_public_router(reports, store))
    return router


def _sync_router(pool: Pool, clock: Callable[[], datetime], *, is_configured: bool) -> APIRouter:
    router = APIRouter(
        prefix=f"{ADMIN_PATH}/sync/google-drive",
        dependencies=[Depends(admitted)],
        tags=["Media"],
    )

    @router.post(
        "",
        status_code=202,
        summary="Mirror the folders of Google Drive; a scheduler begins with it within seconds",
        response_model=document_model(Sync),
        responses=_PROBLEMS | _CONFLICT,
    )
    async def start(
        acting: Acting,
        dry_run: Annotated[bool, Query(alias="dryRun", description="Change nothing.")] = False,
        confirm_deletions: Confirmed = None,
    ) -> Response:
        if not is_configured:
            raise conflict(
                "Media sync is not configured: set NESTHAUS_MEDIA_FOLDERS and"
                " NESTHAUS_GOOGLE_SERVICE_ACCOUNT."
            )
        try:
            sync_id = await order_sync(
                pool,
                by=acting.signature,
                at=clock(),
                dry_run=dry_run,
                confirmed_deletions=confirm_deletions,
            )
        except SyncOpen:
            raise conflict("Another sync waits or runs.") from None
        ordered = next(each for each in await latest_syncs(pool) if each.id == sync_id)
        return json_response(ordered, 202)

    @router.get(
        "",
        summary="How far the sync is, what came of it and of those before it",
        response_model=document_model(SyncStatus),
        responses=_PROBLEMS,
    )
    async def status() -> Response:
        return json_response(await status_of(pool, clock(), configured=is_configured))

    return router


def _public_router(reports: Pool, store: MediaStore | None) -> APIRouter:
    router = APIRouter(prefix="/api/media", tags=["Media"])
    kept = _KeptManifest(reports)

    @router.get(
        "/manifest",
        summary="The mirrored images and videos: what the configurator shows",
        response_model=document_model(Manifest),
        responses=_PUBLIC_PROBLEMS,
    )
    async def manifest(request: Request) -> Response:
        body = await kept.read()
        etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        headers = {**_ANY_PAGE, "ETag": etag, "Cache-Control": "public, max-age=60"}
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=JSON)

    @router.get(
        "/files/{name}",
        summary="A mirrored file, where the store is a folder of this machine; it never changes",
        response_class=FileResponse,
        responses=problem_documents(_404="There is no such file here."),
    )
    async def file(name: str) -> Response:
        path = store.local_path(name) if store is not None and FILE_NAME.fullmatch(name) else None
        ending = name.rpartition(".")[2]
        if path is None or ending not in MIME_TYPES or not path.is_file():
            raise not_found("There is no such file here.")
        headers = {
            **_ANY_PAGE,
            "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return FileResponse(path, headers=headers, media_type=MIME_TYPES[ending])

    return router


class _KeptManifest:
    """Asks the database at most every KEPT_S, however many ask; the last one while it is away."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._body: bytes | None = None
        self._read_at = 0.0

    async def read(self) -> bytes:
        """Raises the database's errors where none was ever read."""
        now = time.monotonic()
        if self._body is None or now - self._read_at > KEPT_S:
            try:
                self._body = await published_manifest(self._pool)
            except psycopg.OperationalError:
                if self._body is None:
                    raise
            self._read_at = now
        return self._body
