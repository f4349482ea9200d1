"""Every call of the API, with its status and its time, as real-time tells them."""

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_PATH = "/api/"
_FAULT = 500


def measured(app: ASGIApp, note: Callable[[int, float], None]) -> ASGIApp:
    """`note` hears status and milliseconds of each answer, once it has been sent. A call that ends
    without an answer is an error."""

    async def measure(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(API_PATH):
            await app(scope, receive, send)
            return
        started = time.perf_counter()
        status = _FAULT

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, noting)
        finally:
            note(status, (time.perf_counter() - started) * 1000)

    return measure
