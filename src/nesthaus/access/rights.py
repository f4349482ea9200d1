"""Who may call the admin API: asked before anything else about a call is looked at."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import psycopg
from fastapi import Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from nesthaus.access.tokens import Role
from nesthaus.responses import (
    Problem,
    database_problem,
    forbidden,
    problem_response,
    unauthorised,
)

ADMIN_PATH = "/api/admin"

RoleOf = Callable[[str], Awaitable[Role | None]]

_READING = frozenset({"GET", "HEAD"})
_KEY = "nesthaus.role"


def bearer_token(headers: Headers) -> str | None:
    """The token of `Authorization: Bearer TOKEN`; None where there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


class AdminGate:
    """Pure ASGI middleware in front of everything below /api/admin.

    A dependency of the routes would come too late: the body is parsed, and an unknown route or a
    wrong method is told, before dependencies are asked.
    """

    def __init__(self, app: ASGIApp, role_of: RoleOf) -> None:
        self._app = app
        self._role_of = role_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_admin(scope):
            await self._app(scope, receive, send)
            return
        try:
            scope[_KEY] = await self._admit(scope)
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
        except psycopg.OperationalError as error:
            await problem_response(database_problem(error))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _admit(self, scope: Scope) -> Role:
        token = bearer_token(Headers(scope=scope))
        if token is None:
            raise unauthorised("This needs an API token.", had_token=False)
        role = await self._role_of(token)
        if role is None:
            raise unauthorised("The API token is unknown or revoked.", had_token=True)
        if role is Role.TRACKER:
            raise forbidden("A tracker's token reports conversions; it reads nothing.")
        if role is Role.VIEWER and scope["method"] not in _READING:
            raise forbidden("A viewer may read, not change.")
        return role


def _is_admin(scope: Scope) -> bool:
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path == ADMIN_PATH or path.startswith(ADMIN_PATH + "/")


async def admitted(
    request: Request,
    _documented: Annotated[
        HTTPAuthorizationCredentials | None,
        Security(HTTPBearer(scheme_name="bearer", auto_error=False)),
    ],
) -> Role:
    """The caller's role. The second lock: without the gate in front no route answers."""
    role = request.scope.get(_KEY)
    if not isinstance(role, Role):
        raise TypeError("an admin route was reached without passing the gate")
    return role
