"""Who may call the admin API: asked before anything else about a call is looked at."""

from dataclasses import dataclass, field
from typing import Annotated

import psycopg
from fastapi import Depends, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nesthaus.access.actors import Actor, Role
from nesthaus.access.cookies import PLAIN_NAME, SECURE_NAME, login_in
from nesthaus.access.logins import Logins, is_csrf_token
from nesthaus.access.origins import comes_from_elsewhere
from nesthaus.access.tokens import Tokens
from nesthaus.responses import (
    Problem,
    at_most,
    database_problem,
    forbidden,
    problem_response,
    too_large,
    unauthorised,
)

ADMIN_PATH = "/api/admin"
LOGIN_PATH = ADMIN_PATH + "/login"
LOGOUT_PATH = ADMIN_PATH + "/logout"
CSRF_HEADER = "X-CSRF-Token"
MAX_BODY_BYTES = 256 * 1024
# Anybody may send it: a name and a password, each of its characters escaped twice over.
MAX_LOGIN_BYTES = 32 * 1024

_READING = frozenset({"GET", "HEAD"})
_KEY = "nesthaus.admitted"


@dataclass(frozen=True, slots=True)
class Admitted:
    """`login` is the cookie's value; None where the caller showed an API token."""

    actor: Actor
    login: str | None = field(repr=False)


def bearer_token(headers: Headers) -> str | None:
    """The token of `Authorization: Bearer TOKEN`; None where there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


class AdminGate:
    """Pure ASGI middleware in front of everything below /api/admin.

    A dependency of the routes would come too late: the body is parsed, and an unknown route or a
    wrong method is told, before dependencies are asked. Nothing behind it is kept by caches.
    """

    def __init__(self, app: ASGIApp, tokens: Tokens, logins: Logins) -> None:
        self._app = app
        self._tokens = tokens
        self._logins = logins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _path(scope)
        if scope["type"] != "http" or not (path == ADMIN_PATH or path.startswith(ADMIN_PATH + "/")):
            await self._app(scope, receive, send)
            return
        most_bytes = MAX_LOGIN_BYTES if path == LOGIN_PATH else MAX_BODY_BYTES
        try:
            scope[_KEY] = await self._admit(scope, path)
            _check_length(Headers(scope=scope), most_bytes)
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
        except psycopg.OperationalError as error:
            await problem_response(database_problem(error))(scope, receive, send)
        else:
            await self._app(scope, at_most(most_bytes, receive), _unstored(send))

    async def _admit(self, scope: Scope, path: str) -> Admitted | None:
        """None for who wants to log in."""
        headers = Headers(scope=scope)
        if path == LOGIN_PATH and scope["method"] == "POST":
            if comes_from_elsewhere(headers):
                raise forbidden("A page of another site may not log anybody in.")
            return None
        admitted = await self._recognised(scope, headers)
        if admitted.actor.role is Role.TRACKER:
            raise forbidden("A tracker's token reports conversions; it reads nothing.")
        if scope["method"] not in _READING:
            if admitted.actor.role is Role.VIEWER and path != LOGOUT_PATH:
                raise forbidden("A viewer may read, not change.")
            if admitted.login is not None:
                _check_page(headers, admitted.login)
        return admitted

    async def _recognised(self, scope: Scope, headers: Headers) -> Admitted:
        token = bearer_token(headers)
        if token is not None:
            actor = await self._tokens.actor_of(token)
            if actor is None:
                raise unauthorised("The API token is unknown or revoked.", had_token=True)
            return Admitted(actor, None)
        login = login_in(headers, scope["scheme"])
        if login is None:
            raise unauthorised("This needs a login or an API token.", had_token=False)
        actor = await self._logins.actor_of(login)
        if actor is None:
            raise unauthorised("The login is over; log in again.", had_token=False)
        return Admitted(actor, login)


def _path(scope: Scope) -> str:
    path: str = scope.get("path", "")
    return path.removeprefix(scope.get("root_path", ""))


def _check_page(headers: Headers, login: str) -> None:
    """The cookie comes along whoever made the browser ask; the page must show that it was ours."""
    if comes_from_elsewhere(headers):
        raise forbidden("A page of another site may not change anything here.")
    if not is_csrf_token(headers.get(CSRF_HEADER, ""), login):
        raise forbidden(f"{CSRF_HEADER} is missing or wrong; GET {ADMIN_PATH}/me tells it.")


def _check_length(headers: Headers, most_bytes: int) -> None:
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > most_bytes:
        raise too_large(most_bytes)


def _unstored(send: Send) -> Send:
    async def send_unstored(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
        await send(message)

    return send_unstored


_BEARER = HTTPBearer(scheme_name="bearer", auto_error=False, description="An API token.")
_COOKIE = APIKeyCookie(
    name=PLAIN_NAME,
    scheme_name="cookie",
    auto_error=False,
    description=(
        f"A login; over TLS the cookie is called {SECURE_NAME}. Every change also needs the "
        f"header {CSRF_HEADER}, which the login and GET {ADMIN_PATH}/me tell."
    ),
)


async def admission(
    request: Request,
    _bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    _cookie: Annotated[str | None, Security(_COOKIE)],
) -> Admitted:
    """The second lock: without the gate in front no route answers."""
    admitted = request.scope.get(_KEY)
    if not isinstance(admitted, Admitted):
        raise TypeError("an admin route was reached without passing the gate")
    return admitted


async def admitted(admission: Annotated[Admitted, Depends(admission)]) -> Actor:
    """Who calls. Every admin router depends on it; a route that writes asks for `Acting`."""
    return admission.actor


Acting = Annotated[Actor, Depends(admitted)]
