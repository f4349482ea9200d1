"""What browsers are told in every answer."""

from collections.abc import Mapping

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

_TLS_ONLY = (b"strict-transport-security", b"max-age=31536000")


def with_safe_headers(app: ASGIApp) -> ASGIApp:
    """`app` with SAFE_HEADERS in each of its answers, where the answer has not its own."""
    safe = [(name.lower().encode(), value.encode()) for name, value in SAFE_HEADERS.items()]

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                added = [header for header in safe if header[0] not in own]
                if scope["scheme"] == "https":
                    added.append(_TLS_ONLY)
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await app(scope, receive, send_safely)

    return answer
