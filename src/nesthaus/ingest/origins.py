"""Which pages may read the answers of tracking calls, and what else every such answer carries."""

from starlette.types import Scope

from nesthaus.responses.safe_headers import TLS_ONLY, safe_headers_beside
from nesthaus.responses.whole import Headers

# Which pages may read an answer is for CORS to say; a beacon's answer nobody reads.
_FOR_ALL_SITES = (b"cross-origin-resource-policy", b"cross-origin")
_EXPOSED = (b"access-control-expose-headers", b"Retry-After")
_BY_ORIGIN = (b"vary", b"Origin")


class Origins:
    """CORS: which pages may read the answers (`*`, or a list of origins)."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._any = None
        if "*" in allowed:
            self._any = _for_all((b"access-control-allow-origin", b"*"), _EXPOSED)
        self._others = _for_all(_BY_ORIGIN)
        self._allowed = {
            origin: _for_all((b"access-control-allow-origin", origin), _BY_ORIGIN, _EXPOSED)
            for origin in (each.encode() for each in allowed)
        }

    def headers(self, scope: Scope) -> Headers:
        """With all else that is the same in every answer."""
        plain, over_tls = self._any or self._allowed.get(_origin_of(scope), self._others)
        return over_tls if scope["scheme"] == "https" else plain


def _for_all(*headers: tuple[bytes, bytes]) -> tuple[Headers, Headers]:
    """Without TLS, and over it."""
    given = [*headers, _FOR_ALL_SITES]
    safe = safe_headers_beside(given)
    return Headers(*given, *safe), Headers(*given, *safe, TLS_ONLY)


def _origin_of(scope: Scope) -> bytes:
    return next((value for name, value in scope["headers"] if name == b"origin"), b"")
