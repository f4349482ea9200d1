"""Every call of the API: its time by route, its errors, and what took long in those that did."""

import re
import time
from collections.abc import Callable, Collection, Mapping
from itertools import count
from secrets import token_hex

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nesthaus.domain.measures import SLOW_MS
from nesthaus.observe import Call, this_call, valid_traceparent
from nesthaus.responses.direct import Begin, Respond, Write
from nesthaus.responses.whole import Headers, head_of
from nesthaus.stream.measures import Measures, Series

API_PATH = "/api/"
NO_ROUTE = "none"
_FAULT = 500
_STATEMENTS_TOLD = 10
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# What a proxy may have given a call, so that both logs tell of the same one.
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Measured:
    """`app` with all its calls measured.

    `note` hears status and milliseconds of each answer, once it has been sent. A call that ends
    without an answer is an error. Each answer has an X-Request-Id: the call's own, or a new one.
    """

    def __init__(
        self,
        app: ASGIApp,
        note: Callable[[int, float], None],
        measures: Measures,
        tracking_paths: Collection[str],
    ) -> None:
        self._app = app
        self._note = note
        self._measures = measures
        self._tracking_paths = frozenset(tracking_paths)
        self._process, self._numbers = token_hex(4), count(1)
        self._kept: dict[tuple[str, str, int], tuple[Series, Series]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(API_PATH):
            await self._app(scope, receive, send)
            return
        call = self._call(dict(scope["headers"]))
        # A call has a task of its own: what is set here is nobody else's.
        this_call.set(call)
        started = time.perf_counter()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
                request_id = (b"x-request-id", (call.request_id or "").encode())
                message["headers"] = [*message["headers"], request_id]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._ended(call, scope, started)

    def direct(self, begin: Callable[[Scope, bytes, Respond], None]) -> Begin:
        """The same for calls that are answered without a task."""

        def measure(scope: Scope, body: bytes, write: Write) -> None:
            call = self._call(dict(scope["headers"]))
            started = time.perf_counter()

            def respond(status: int, headers: tuple[Headers, Headers], told: bytes) -> None:
                call.status = status
                write(head_of(status, headers, len(told), call.request_id), told)
                self._ended(call, scope, started)

            # Whoever waits for something takes along whose call it is.
            token = this_call.set(call)
            begin(scope, body, respond)
            this_call.reset(token)

        return measure

    def _call(self, headers: Mapping[bytes, bytes]) -> Call:
        request_id = _sent_id(headers) or f"{self._process}-{next(self._numbers)}"
        return Call(request_id, _traceparent(headers), [])

    def _ended(self, call: Call, scope: Scope, started: float) -> None:
        took_ms = (time.perf_counter() - started) * 1_000
        status = call.status or _FAULT
        self._note(status, took_ms)
        times, errors = self._series_of(scope, status)

        def told() -> dict[str, object]:
            return {"requestId": call.request_id, "statements": _longest(call.statements or [])}

        times.note(took_ms, told if took_ms > SLOW_MS else None)
        if status >= _FAULT:
            errors.note(1.0, told)

    def _series_of(self, scope: Scope, status: int) -> tuple[Series, Series]:
        """Of times, and of errors."""
        route = scope["path"] if scope["path"] in self._tracking_paths else _route_of(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        key = route, method, status // 100
        found = self._kept.get(key)
        if found is None:
            classed = f"{status // 100}xx"
            labels = (("route", route), ("method", method), ("status", classed))
            times = self._measures.series("api_response_time", labels)
            errors = self._measures.series("api_error", labels)
            found = self._kept[key] = times, errors
        return found


def _route_of(scope: Scope) -> str:
    """As the application names it; never the path that was asked for, of which there is no end."""
    route = scope.get("route")
    return getattr(route, "path", None) or NO_ROUTE


def _sent_id(headers: Mapping[bytes, bytes]) -> str | None:
    sent = headers.get(b"x-request-id")
    return sent.decode() if sent is not None and _REQUEST_ID.fullmatch(sent) else None


def _traceparent(headers: Mapping[bytes, bytes]) -> str | None:
    sent = headers.get(b"traceparent")
    return None if sent is None else valid_traceparent(sent.decode("latin-1"))


def _longest(statements: list[tuple[str, float]]) -> dict[str, float]:
    """The milliseconds of those statements that took the longest, by their names."""
    sums: dict[str, float] = {}
    for name, took_ms in statements:
        sums[name] = sums.get(name, 0.0) + took_ms
    longest = sorted(sums.items(), key=lambda each: -each[1])[:_STATEMENTS_TOLD]
    return {name: round(took_ms, 1) for name, took_ms in longest}
