"""Answers that are known from their first to their last byte, written in one piece.

ASGI takes an answer in two messages and header by header. A server that checks and lowers twelve
headers each time needs as long for that as a tracking call for all of its own
(docs/decisions/0007).
"""

from collections.abc import Callable
from http import HTTPStatus

from starlette.types import Scope, Send

from nesthaus.observe import this_call

Write = Callable[[Scope, list[bytes], bytes], bool]
"""Takes the request's scope, a head in parts, without its last line, and the body; False where both
have to go as messages."""

WHOLE = "nesthaus.whole"
"""The ASGI extension by which a server offers its Write; gone where somebody adds to answers."""

_STATUS_LINES = {each.value: f"HTTP/1.1 {each} {each.phrase}\r\n".encode() for each in HTTPStatus}
_WITHOUT_BODY = frozenset({204, 304})


class Headers:
    """Some of an answer's headers, to be made once; `wire` is how they are sent.

    What a caller chose may not be among them: nobody looks for line ends any more.
    """

    __slots__ = ("pairs", "wire")

    def __init__(self, *pairs: tuple[bytes, bytes]) -> None:
        self.pairs = pairs
        self.wire = b"".join(b"%b: %b\r\n" % pair for pair in pairs)


def head_of(
    status: int, headers: tuple[Headers, Headers], length: int, request_id: str | None
) -> list[bytes]:
    """In parts, without its last line; of an answer that has a body."""
    own, common = headers
    head = [_STATUS_LINES[status], own.wire, common.wire, b"content-length: %d\r\n" % length]
    if request_id:
        head.append(b"x-request-id: %b\r\n" % request_id.encode())
    return head


async def send_whole(
    scope: Scope, send: Send, status: int, headers: tuple[Headers, Headers], body: bytes
) -> None:
    """In one piece where the server offers it. That passes by whoever listens to messages: so it
    tells the request's id itself, and notes its status in the call."""
    own, common = headers
    write: Write | None = scope.get("extensions", {}).get(WHOLE)
    if write is not None and status not in _WITHOUT_BODY and scope["method"] != "HEAD":
        call = this_call.get()
        request_id = None if call is None else call.request_id
        if write(scope, head_of(status, headers, len(body), request_id), body):
            if call is not None:
                call.status = status
            return
    told = [*own.pairs, *common.pairs]
    if status not in _WITHOUT_BODY:
        told.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})
