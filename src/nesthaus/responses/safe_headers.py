"""What browsers are told in every answer."""

from collections.abc import Iterable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What every answer carries that does not say otherwise itself: it is data, for our own pages."""

TLS_ONLY = (b"strict-transport-security", b"max-age=31536000")
_PAIRS = [(name.lower().encode(), value.encode()) for name, value in SAFE_HEADERS.items()]


def safe_headers_beside(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Those of SAFE_HEADERS that are not among `headers`, whose names are in lower case."""
    own = {name for name, _ in headers}
    return [header for header in _PAIRS if header[0] not in own]


def with_safe_headers(app: ASGIApp) -> ASGIApp:
    """`app` with SAFE_HEADERS in each of its answers, where the answer has not its own."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = safe_headers_beside(message["headers"])
                if scope["scheme"] == "https":
                    added.append(TLS_ONLY)
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await app(scope, receive, send_safely)

    return answer
