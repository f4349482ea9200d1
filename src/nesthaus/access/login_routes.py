"""The admin API's login, logout, and who one is."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from nesthaus.access.addresses import caller_of
from nesthaus.access.answers import Me, me_of
from nesthaus.access.cookies import clear_login, set_login
from nesthaus.access.parts import Access
from nesthaus.access.password_rules import MOST_CHARACTERS
from nesthaus.access.passwords import TooManyAtOnce
from nesthaus.access.rights import ADMIN_PATH, Admitted, admission
from nesthaus.responses import (
    Problem,
    forbidden,
    json_response,
    too_many,
    unauthorised,
    unavailable,
)
from nesthaus.responses.documents import document_model, problem_documents

_NO_CONTENT = 204
_BUSY_RETRY_S = 2
PROBLEMS = problem_documents(
    _400="A field is missing or wrong; `field` names it.",
    _401="No login and no API token, or none that is valid.",
    _403="No right to this, or X-CSRF-Token is missing.",
    _503="The database is away; `Retry-After` says when to try again.",
)
_LIMITED = problem_documents(
    _400="A field is missing or wrong; `field` names it.",
    _401="The name or the password is wrong.",
    _403="A page of another site asked for it.",
    _429="Too many wrong passwords; `Retry-After` says when to try again.",
    _503="The database is away, or too many log in at once.",
)


class Credentials(BaseModel):
    email: str = Field(max_length=1_000, description="An e-mail address, or `admin`.")
    password: str = Field(max_length=MOST_CHARACTERS)


def login_router(access: Access, zone: ZoneInfo) -> APIRouter:
    """`/login` is the one admin route that the gate lets everybody reach."""
    router = APIRouter(prefix=ADMIN_PATH, tags=["Access"])
    _add_login(router, access, zone)
    _add_own_login(router, access, zone)
    return router


def busy() -> Problem:
    return unavailable("Too many passwords are being checked; try again.", _BUSY_RETRY_S)


def _add_login(router: APIRouter, access: Access, zone: ZoneInfo) -> None:
    @router.post(
        "/login",
        summary="Log in",
        response_model=document_model(Me),
        responses=_LIMITED,
    )
    async def login(request: Request, given: Credentials) -> Response:
        caller = caller_of(request.client.host if request.client else "")
        wait_s = await access.attempts.take(caller, given.email)
        if wait_s is not None:
            raise too_many(f"Too many wrong passwords; try again in {wait_s} s.", wait_s)
        try:
            account = await access.accounts.with_password(given.email, given.password)
        except TooManyAtOnce:
            raise busy() from None
        begun = None if account is None else await access.logins.begin(account)
        if account is None or begun is None:
            raise unauthorised("The name or the password is wrong.", had_token=False)
        await access.attempts.forgive(caller, given.email)
        response = json_response(me_of(account.actor(), begun, zone))
        set_login(response, begun, request.url.scheme)
        return response


def _add_own_login(router: APIRouter, access: Access, zone: ZoneInfo) -> None:
    @router.post("/logout", summary="Log out", status_code=_NO_CONTENT, responses=PROBLEMS)
    async def logout(
        request: Request, admission: Annotated[Admitted, Depends(admission)]
    ) -> Response:
        if admission.login is None:
            raise forbidden("An API token has no login to end; an admin revokes it.")
        await access.logins.end(admission.login)
        response = Response(status_code=_NO_CONTENT)
        clear_login(response, request.url.scheme)
        return response

    @router.get(
        "/me",
        summary="Who am I?",
        response_model=document_model(Me),
        responses=PROBLEMS,
    )
    async def me(admission: Annotated[Admitted, Depends(admission)]) -> Response:
        return json_response(me_of(admission.actor, admission.login, zone))
