"""The login cookie: not for scripts, not for other sites, over TLS for this host alone."""

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response

from nesthaus.access.logins import LIMIT

PLAIN_NAME = "nesthaus_login"
# Browsers take a cookie of such a name only over TLS, for this very host, with Path=/.
SECURE_NAME = f"__Host-{PLAIN_NAME}"


def _name(scheme: str) -> str:
    return SECURE_NAME if scheme == "https" else PLAIN_NAME


def login_in(headers: Headers, scheme: str) -> str | None:
    """The login a request shows. `scheme` is that of the visitor's own connection."""
    cookies = cookie_parser("; ".join(headers.getlist("cookie")))
    return cookies.get(_name(scheme)) or None


def set_login(response: Response, login: str, scheme: str) -> None:
    """The server decides when it is over; the browser keeps it as long as it can last."""
    response.set_cookie(
        _name(scheme),
        login,
        max_age=int(LIMIT.total_seconds()),
        path="/",
        secure=scheme == "https",
        httponly=True,
        samesite="strict",
    )


def clear_login(response: Response, scheme: str) -> None:
    response.delete_cookie(
        _name(scheme), path="/", secure=scheme == "https", httponly=True, samesite="strict"
    )
