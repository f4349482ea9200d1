"""Connections whose tracking calls are answered without a task, where nothing is in the way.

What uvicorn makes of each request (a cycle, an event, a task, messages) serves bodies that come in
pieces, answers that stream, and clients that want to be asked to go on. A tracking call has none of
these: it is in one piece, and so is its answer. Anything else goes the usual way.
"""

from contextlib import suppress
from functools import partial
from typing import Any, cast

from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from nesthaus.responses.direct import Begin, DirectPaths, Write
from nesthaus.roles.connections import MOST_HEAD_BYTES, Crowd, PatientProtocol

# What each request passes calls it by this name: `super()` costs as much as what is called.
_Patient = PatientProtocol


class _NobodyWaits:
    """In the place of the event by which a cycle wakes its task."""

    def set(self) -> None:
        """There is none."""


_NOBODY_WAITS = _NobodyWaits()


class DirectCycle:
    """What uvicorn and `PatientProtocol` ask of a request that is being answered."""

    __slots__ = (
        "body",
        "disconnected",
        "keep_alive",
        "message_event",
        "more_body",
        "response_complete",
        "response_started",
        "scope",
    )

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.body = b""
        self.more_body = False
        self.keep_alive = True
        self.disconnected = self.response_started = self.response_complete = False
        self.message_event = _NOBODY_WAITS


class DirectProtocol(PatientProtocol):
    """One connection. A request is held back from its head on; it is begun directly where its body
    is whole with the bytes that brought its head, else as any other. One at most of what comes
    together: thousands that are refused at once would keep everybody else waiting."""

    def __init__(self, crowd: Crowd, **given: Any) -> None:
        super().__init__(crowd, **given)
        self._held: Begin | None = None
        self._held_body = b""
        self._has_begun = False

    def data_received(self, data: bytes) -> None:
        self._has_begun = False
        _Patient.data_received(self, data)
        if self._held is not None:
            self._begin_as_any()

    def on_headers_complete(self) -> None:
        begin = self._crowd.direct.get(self.url)
        if begin is not None and self._is_plain():
            self._held, self._has_begun = begin, True
            self._in_head = self._body_is_whole = False
        else:
            _Patient.on_headers_complete(self)

    def on_body(self, body: bytes) -> None:
        if self._held is None:
            HttpToolsProtocol.on_body(self, body)
        else:
            self._held_body += body

    def on_message_complete(self) -> None:
        begin, self._held = self._held, None
        if begin is None:
            _Patient.on_message_complete(self)
            return
        scope: Any = self.scope
        scope["method"] = "POST"
        scope["path"] = self.url.decode()
        scope["raw_path"] = self.url
        scope["query_string"] = b""
        cycle = DirectCycle(scope)
        self.cycle = self._last_cycle = cast("Any", cycle)
        _Patient.on_message_complete(self)
        body, self._held_body = self._held_body, b""
        begin(scope, body, partial(self._write_direct, cycle))

    def send_400_response(self, msg: str) -> None:
        if self._held is not None:
            self._begin_as_any()
        _Patient.send_400_response(self, msg)

    def _is_plain(self) -> bool:
        parser = self.parser
        return (
            parser is not None
            and not self._has_begun
            and parser.get_method() == b"POST"
            and not self.expect_100_continue
            and not self._is_answering()
            and not self.flow.write_paused
            and not self._is_refused
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and self._bytes <= MOST_HEAD_BYTES
        )

    def _begin_as_any(self) -> None:
        """The rest of its body is still to come."""
        self._held = None
        _Patient.on_headers_complete(self)
        if self._held_body:
            HttpToolsProtocol.on_body(self, self._held_body)
            self._held_body = b""

    def _write_direct(self, cycle: DirectCycle, head: list[bytes], body: bytes) -> None:
        if cycle.disconnected or self.transport.is_closing():
            return
        cycle.response_started = cycle.response_complete = True
        head.append(self._crowd.date_lines(self.server_state.default_headers))
        if not cycle.keep_alive:
            head.append(b"connection: close\r\n")
        self.transport.write(b"".join([*head, b"\r\n", body]))
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()


def protocol_for(crowd: Crowd) -> type[DirectProtocol]:
    """As uvicorn wants it: something it calls for each connection."""
    return cast("type[DirectProtocol]", partial(DirectProtocol, crowd))


def behind_proxies(paths: DirectPaths, trusted: list[str]) -> DirectPaths:
    """The same calls of whom these proxies say they come."""

    async def known(*_: Any) -> None:
        """By now the scope tells who asks."""

    middleware: Any = ProxyHeadersMiddleware(known, trusted)

    def from_client(begin: Begin) -> Begin:
        def begin_from_client(scope: Scope, body: bytes, write: Write) -> None:
            # It waits for nothing, so that it needs no task either.
            with suppress(StopIteration):
                middleware(scope, None, None).send(None)
            begin(scope, body, write)

        return begin_from_client

    return {path: from_client(begin) for path, begin in paths.items()}
