"""Files of everything, for spreadsheets and programs."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response
from msgspec import defstruct

from nesthaus.access.rights import ADMIN_PATH, admitted
from nesthaus.db.pool import Pool
from nesthaus.domain.periods import Period
from nesthaus.domain.pricing import Catalogue
from nesthaus.report.exports import EXPORTS, Export, exported
from nesthaus.report.filters import ListQuery
from nesthaus.report.formats import MEDIA_TYPES, Format
from nesthaus.report.questions import Question, question_of
from nesthaus.report.streamed import Streamed
from nesthaus.responses import unavailable
from nesthaus.responses.documents import document_model, problem_documents

WAIT_S = 20.0
RETRY_S = 30

_DAY = timedelta(days=1)
_PROBLEMS = problem_documents(
    _400="A parameter is missing or wrong; `field` names it.",
    _401="No login and no API token, or none that is valid.",
    _403="No right to this.",
    _503="The database is away, or too many exports run; `Retry-After` says when to try again.",
)


class Turns:
    """An export holds a connection for as long as its client needs, so at most half of the pool's
    go to exports; further ones wait `wait_s`, then are told to come again."""

    def __init__(self, pool: Pool, wait_s: float = WAIT_S) -> None:
        self._pool = pool
        self._wait_s = wait_s
        self._free = asyncio.Semaphore(max(1, pool.max_size // 2))

    async def exported(
        self, export: Export, kind: Format, asked: Question, catalogue: Catalogue
    ) -> AsyncGenerator[bytes]:
        """Raises Problem."""
        try:
            async with asyncio.timeout(self._wait_s):
                await self._free.acquire()
        except TimeoutError:
            raise unavailable("Too many exports run at the moment.", RETRY_S) from None
        try:
            async with aclosing(exported(self._pool, export, kind, asked, catalogue)) as parts:
                async for part in parts:
                    yield part
        finally:
            self._free.release()


def export_router(pool: Pool, catalogue: Catalogue, clock: Callable[[], datetime]) -> APIRouter:
    """`pool` should be one that cannot write."""
    router = APIRouter(
        prefix=f"{ADMIN_PATH}/export", dependencies=[Depends(admitted)], tags=["Exports"]
    )
    turns = Turns(pool)

    def route(export: Export, kind: Format) -> None:
        @router.get(f"/{export.name}.{kind}", **_described(export, kind))
        async def _(query: Annotated[ListQuery, Query()]) -> Response:
            asked = question_of(query, clock(), catalogue)
            name = f"{export.name}-{_span(asked.period, catalogue.zone)}.{kind}"
            headers = {
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            }
            parts = turns.exported(export, kind, asked, catalogue)
            return Streamed(parts, MEDIA_TYPES[kind], headers)

    for export, kind in _every_file():
        route(export, kind)
    return router


def _every_file() -> Iterator[tuple[Export, Format]]:
    return ((export, kind) for export in EXPORTS for kind in Format)


def _span(period: Period, zone: ZoneInfo) -> str:
    """The first and the last day, or hour, as part of a file's name."""
    if period.days:
        return f"{period.days[0]}-to-{period.days[-1]}"
    first, end = (at.astimezone(zone) for at in (period.since, period.until))
    return f"{first:%Y-%m-%dT%H%M}-to-{end:%Y-%m-%dT%H%M}"


def _described(export: Export, kind: Format) -> dict[str, Any]:
    """For OpenAPI: a JSON file by its rows, others by their media type alone."""
    described: dict[str, Any] = {
        "name": f"export_{export.name}_{kind}".replace("-", "_"),
        "summary": export.summary,
        "responses": _PROBLEMS,
    }
    if kind is Format.JSON:
        fields = [("items", list[export.row]), ("as_of", datetime | None)]
        whole = defstruct(f"{export.row.__name__}File", fields, rename="camel")
        return described | {"response_model": document_model(whole)}
    media_type = MEDIA_TYPES[kind].partition(";")[0]
    content = {"content": {media_type: {"schema": {"type": "string"}}}}
    return described | {"response_class": Response, "responses": _PROBLEMS | {200: content}}
