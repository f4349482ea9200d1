"""The admin API's feature flags."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field

from nesthaus.access.rights import ADMIN_PATH, Acting, admitted
from nesthaus.db.pool import Pool
from nesthaus.domain.flags import KEY_PATTERN, Flag
from nesthaus.responses import conflict, json_response
from nesthaus.responses.documents import document_model, problem_documents
from nesthaus.upkeep.flags import MOST, FlagList, SetFlag, TooManyFlags, flag_list, set_flag

_PROBLEMS = problem_documents(
    _400="A value is missing or wrong; `field` names it.",
    _401="No login and no API token, or none that is valid.",
    _403="No right to this, or X-CSRF-Token is missing.",
    _503="The database is away; `Retry-After` says when to try again.",
)
_CONFLICT = problem_documents(_409=f"There are {MOST} flags already.")

Key = Annotated[str, Path(pattern=KEY_PATTERN)]


class FlagWanted(BaseModel):
    enabled: bool
    percentage: int = Field(ge=0, le=100, description="Of the sessions, while it is enabled.")


def flag_router(pool: Pool, clock: Callable[[], datetime]) -> APIRouter:
    """`pool` may write."""
    router = APIRouter(
        prefix=f"{ADMIN_PATH}/flags", dependencies=[Depends(admitted)], tags=["Flags"]
    )

    @router.get(
        "",
        summary="What the tracker is told to do, and any other flag that was set",
        response_model=document_model(FlagList),
        responses=_PROBLEMS,
    )
    async def listed() -> Response:
        return json_response(await flag_list(pool, clock()))

    @router.put(
        "/{key}",
        summary="Set a flag; sessions that begin 5 s later have it",
        response_model=document_model(SetFlag),
        responses=_PROBLEMS | _CONFLICT,
    )
    async def put(key: Key, wanted: FlagWanted, acting: Acting) -> Response:
        flag = Flag(key, wanted.enabled, wanted.percentage)
        try:
            return json_response(await set_flag(pool, flag, acting.signature, clock()))
        except TooManyFlags:
            raise conflict(f"There are {MOST} flags already.") from None

    return router
