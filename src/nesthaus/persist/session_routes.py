"""The admin API's way to everything that is kept about one session, and to its end."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Depends, Response

from nesthaus.access.rights import ADMIN_PATH, Acting, admitted
from nesthaus.archive.store import StoreTrouble
from nesthaus.persist.erasing import Erasing, Receipt
from nesthaus.persist.session_data import Data, SessionData
from nesthaus.responses import json_response, not_found, unavailable
from nesthaus.responses.documents import document_model, problem_documents
from nesthaus.stream.connection import StreamAway

_RETRY_S = 5
_LONGEST = 255
_PROBLEMS = problem_documents(
    _401="No login and no API token, or none that is valid.",
    _403="No right to this, or X-CSRF-Token is missing.",
    _404="Nothing is kept about such a session.",
    _503="The database, the stream or the archive is away; `Retry-After` says when to try again.",
)


def session_router(data: Data, erasing: Erasing, clock: Callable[[], datetime]) -> APIRouter:
    router = APIRouter(
        prefix=f"{ADMIN_PATH}/sessions", dependencies=[Depends(admitted)], tags=["Sessions"]
    )

    @router.get(
        "/{id}/data",
        summary="Everything that is kept about one session",
        response_model=document_model(SessionData),
        responses=_PROBLEMS,
    )
    async def told(id: str) -> Response:  # noqa: A002 - the path names it
        _check(id)
        try:
            found = await data.of(id, clock())
        except StreamAway as error:
            raise unavailable(f"What waits for being stored: {error}", _RETRY_S) from error
        except StoreTrouble as error:
            raise unavailable(f"The archive: {error}", _RETRY_S) from error
        if found is None:
            raise _unknown()
        answer = json_response(found)
        answer.headers["Content-Disposition"] = 'attachment; filename="session-data.json"'
        return answer

    @router.delete(
        "/{id}/data",
        summary="Erase one session everywhere, for good; the receipt does not tell which it was",
        response_model=document_model(Receipt),
        responses=_PROBLEMS,
    )
    async def erase(id: str, acting: Acting) -> Response:  # noqa: A002 - the path names it
        _check(id)
        try:
            receipt = await erasing.erase(id, acting.signature)
        except StreamAway as error:
            sentence = f"The tables are done, call again for what waits and the live view: {error}"
            raise unavailable(sentence, _RETRY_S) from error
        except StoreTrouble as error:
            sentence = f"The tables are done, call again for the archive: {error}"
            raise unavailable(sentence, _RETRY_S) from error
        if receipt is None:
            raise _unknown()
        return json_response(receipt)

    return router


def _check(session_id: str) -> None:
    """What no tracking call may name is kept nowhere; for some of it no table could be asked."""
    if len(session_id) > _LONGEST or not session_id.isprintable():
        raise _unknown()


def _unknown() -> Exception:
    return not_found("Nothing is kept about such a session.")
