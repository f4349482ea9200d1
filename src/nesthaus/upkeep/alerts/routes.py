"""The admin API's alerts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Path, Response
from msgspec import Struct
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from nesthaus.access.audit import note
from nesthaus.access.rights import ADMIN_PATH, Acting, admitted
from nesthaus.db.pool import Pool
from nesthaus.responses import conflict, invalid, json_response, not_found
from nesthaus.responses.documents import document_model, problem_documents
from nesthaus.upkeep.alerts.channels import Delivery, send_to
from nesthaus.upkeep.alerts.notices import Teller
from nesthaus.upkeep.alerts.rules import (
    Alert,
    AlertList,
    UnknownAlert,
    alert_list,
    set_rule,
    watched_of,
)
from nesthaus.upkeep.alerts.words import test_notice

HISTORY_OVER = timedelta(days=30)
LONGEST_SILENCE = timedelta(days=366)
NO_CHANNEL = "There is no channel: NESTHAUS_ALERT_URLS is not set."

_PROBLEMS = problem_documents(
    _400="A value is missing or wrong; `field` names it.",
    _401="No login and no API token, or none that is valid.",
    _403="No right to this, or X-CSRF-Token is missing.",
    _503="The database is away; `Retry-After` says when to try again.",
)
_UNKNOWN = problem_documents(_404="There is no such alert.")
_CONFLICT = problem_documents(_409="No channel is set.")

Id = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,49}$")]


class AlertWanted(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    threshold: float = Field(default=0, ge=0, le=1e12, allow_inf_nan=False)
    windowS: int = Field(  # noqa: N815 - the name in the API
        default=1, ge=1, le=2_678_400, description="Over how many seconds the figure is taken."
    )
    minCount: int = Field(  # noqa: N815
        default=0, ge=0, le=1_000_000_000, description="With fewer the figure says nothing."
    )
    holdS: int = Field(  # noqa: N815
        default=0, ge=0, le=86_400, description="So long it must be bad, or good again."
    )
    enabled: bool = True
    silencedUntil: AwareDatetime | None = Field(  # noqa: N815
        default=None, description="Until then nothing is sent; null: not silenced."
    )

    def changed(self) -> dict[str, object]:
        names = {
            "windowS": "window_s",
            "minCount": "min_count",
            "holdS": "hold_s",
            "silencedUntil": "silenced_until",
        }
        told = self.model_dump(exclude_unset=True)
        if self.silencedUntil is not None:
            told["silencedUntil"] = self.silencedUntil.astimezone(UTC)
        return {names.get(name, name): value for name, value in told.items()}


class TestAnswer(Struct, frozen=True, rename="camel"):
    """One delivery per channel."""

    id: str
    notice: str
    deliveries: list[Delivery]
    as_of: datetime


def _check_silence(until: datetime | None, now: datetime) -> None:
    """Far from now there are times that no calendar of ours has in UTC."""
    if until is not None and abs(until - now) > LONGEST_SILENCE:
        where = "ahead" if until > now else "ago"
        raise invalid("silencedUntil", f"silencedUntil: more than a year {where}")


def alert_router(pool: Pool, teller: Teller, clock: Callable[[], datetime]) -> APIRouter:
    """`pool` may write."""
    router = APIRouter(
        prefix=f"{ADMIN_PATH}/alerts", dependencies=[Depends(admitted)], tags=["Alerts"]
    )
    names = [channel.name for channel in teller.channels]

    async def listed() -> AlertList:
        now = clock()
        return await alert_list(pool, names, now - HISTORY_OVER, now)

    @router.get(
        "",
        summary="What is watched: rules, states, last figures, the changes of 30 days",
        response_model=document_model(AlertList),
        responses=_PROBLEMS,
    )
    async def listed_alerts() -> Response:
        return json_response(await listed())

    @router.put(
        "/{id}",
        summary="Change a rule, switch it off, or silence it for a time",
        response_model=document_model(Alert),
        responses=_PROBLEMS | _UNKNOWN,
    )
    async def put(id: Id, wanted: AlertWanted, acting: Acting) -> Response:  # noqa: A002
        now = clock()
        _check_silence(wanted.silencedUntil, now)
        try:
            await set_rule(pool, id, wanted.changed(), acting.signature, now)
        except UnknownAlert:
            raise not_found("There is no such alert.") from None
        return json_response(next(item for item in (await listed()).items if item.id == id))

    @router.post(
        "/{id}/test",
        summary="Send a test notice on every channel, and tell which took it",
        response_model=document_model(TestAnswer),
        responses=_PROBLEMS | _UNKNOWN | _CONFLICT,
    )
    async def test(id: Id, acting: Acting) -> Response:  # noqa: A002
        try:
            watched = watched_of(id)
        except UnknownAlert:
            raise not_found("There is no such alert.") from None
        if not teller.channels:
            raise conflict(NO_CHANNEL)
        async with pool.connection() as connection:
            await note(connection, acting.signature, "test alert", id, at=clock())
        name = str(uuid4())
        title, body = test_notice(watched, clock(), teller.around, name)
        deliveries = await send_to(teller.channels, title, body, is_bad=False)
        return json_response(TestAnswer(id, name, deliveries, clock()))

    return router
