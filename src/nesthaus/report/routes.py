"""The admin API's reports, each a question to the tables."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from nesthaus.access.rights import ADMIN_PATH, admitted
from nesthaus.archive.sessions import Archive
from nesthaus.archive.store import StoreTrouble
from nesthaus.db.pool import Pool
from nesthaus.domain.pricing import Catalogue
from nesthaus.report.filters import ListQuery, Text, filters_asked_for
from nesthaus.report.journeys import Journey, journey
from nesthaus.report.sessions import Place, SessionPage, page_of_sessions
from nesthaus.responses import json_response, not_found, place_of, unavailable
from nesthaus.responses.documents import PROBLEMS, document_model, problem_documents

_RETRY_S = 5
_OR_UNKNOWN = PROBLEMS | problem_documents(_404="There is no such session.")


class SessionQuery(ListQuery):
    """Which sessions, and which page of them."""

    limit: int = Field(50, ge=1, le=500)
    cursor: str | None = Field(
        None,
        max_length=1000,
        description="`nextCursor` of the page before; the same filters go with it.",
    )


def admin_router(
    pool: Pool, archive: Archive, catalogue: Catalogue, clock: Callable[[], datetime]
) -> APIRouter:
    """Everything here reads only; `pool` should be one that cannot write and has a time limit."""
    router = APIRouter(prefix=ADMIN_PATH, dependencies=[Depends(admitted)], tags=["Reports"])

    @router.get(
        "/sessions",
        summary="Sessions, the latest first",
        response_model=document_model(SessionPage),
        responses=PROBLEMS,
    )
    async def sessions(query: Annotated[SessionQuery, Query()]) -> Response:
        now = clock()
        page = await page_of_sessions(
            pool,
            filters_asked_for(query, now, catalogue),
            limit=query.limit,
            after=None if query.cursor is None else place_of(query.cursor, Place),
            as_of=now,
        )
        return json_response(page)

    @router.get(
        "/analytics/user-journey",
        summary="One session, step by step",
        response_model=document_model(Journey),
        responses=_OR_UNKNOWN,
    )
    async def user_journey(session_id: Annotated[Text, Query(alias="sessionId")]) -> Response:
        try:
            told = await journey(pool, archive, session_id, catalogue, clock())
        except StoreTrouble as error:
            raise unavailable(f"The archive: {error}", _RETRY_S) from error
        if told is None:
            raise not_found(f"There is no session {session_id}.")
        return json_response(told)

    return router
