"""The connections of a serving process: how many there are, and how long a client may take.

uvicorn by itself waits for ever for the rest of a request, keeps a head without end, and has no
limit. Here every wait for a client is over at some time, and who waits the longest makes room.
"""

import asyncio
import math
import re
import resource
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import islice
from typing import Any

from httptools import HttpParserError
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from nesthaus.responses import Problem, problem_response
from nesthaus.responses.direct import Begin, DirectPaths
from nesthaus.responses.safe_headers import SAFE_HEADERS
from nesthaus.responses.whole import WHOLE, Headers

HEAD_WITHIN_S = 10.0
BODY_WITHIN_S = 30.0
TAKEN_WITHIN_S = 75.0
"""So long a client may take nothing of its answer while there is some."""

# A client that still sends when it is answered already is read for so long, so that it sees why.
_LINGER_S = 5.0
MOST_HEAD_BYTES = 64 * 1024
# Of all that follows a head: body, signs of its chunks, trailers. No route takes a body that large.
_MOST_BODY_BYTES = 8 * 1024 * 1024
_MOST = 10_000
# Pools, the stream, spool files, pages that are being sent.
_OTHER_FILES = 300
# Of those who have waited the longest, when one of them has to make room.
_MOST_ASKED = 100
# Beyond the limit, while they read that they came on top of it.
_MOST_REFUSED = 100
_RETRY_AFTER_S = 5
_OFFER = re.compile(rb"\r\nupgrade:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds, but `most`: how many connections there may be."""

    most: int
    head_s: float = HEAD_WITHIN_S
    body_s: float = BODY_WITHIN_S
    taken_s: float = TAKEN_WITHIN_S


@dataclass(slots=True)
class Crowd:
    """All connections of a process. `waiting` are those whose client is to send something, by how
    long ago they had their last answer or were opened; `direct` are calls that need no task."""

    patience: Patience
    direct: DirectPaths = field(default_factory=dict[bytes, Begin])
    waiting: "dict[PatientProtocol, None]" = field(default_factory=dict["PatientProtocol", None])
    _dated: list[tuple[bytes, bytes]] | None = None
    _date_lines: bytes = b""

    def hang_up_on_late(self, connections: set[Any], now: float) -> None:
        """To be called about once a second."""
        for connection in list(connections):
            if isinstance(connection, PatientProtocol):
                connection.hang_up_if_late(now)

    def date_lines(self, headers: list[tuple[bytes, bytes]]) -> bytes:
        """The headers the server gives every answer, as they are sent; others once a second."""
        if headers is not self._dated:
            self._dated, self._date_lines = headers, Headers(*headers).wire
        return self._date_lines

    def make_room(self) -> bool:
        """Whether somebody went who only waited, and had taken all of an answer."""
        for connection in islice(self.waiting, _MOST_ASKED):
            if connection.transport.get_write_buffer_size() == 0:
                connection.drop()
                return True
        return False


def most_connections() -> int:
    """As many as files may be open, which is raised as far as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    has_limit = soft != resource.RLIM_INFINITY
    return max(1, min(_MOST, soft - _OTHER_FILES)) if has_limit else _MOST


# What each request passes calls it by this name: `super()` costs as much as what is called.
_Plain = HttpToolsProtocol


class PatientProtocol(HttpToolsProtocol):
    """One connection. `_late_at` is when its client has taken too long over what it does now;
    never while it is we who have to do something."""

    def __init__(self, crowd: Crowd, **given: Any) -> None:
        super().__init__(**given)
        self._crowd = crowd
        self._late_at = math.inf
        self._stalled_at = math.inf
        self._in_head = True
        self._is_begun = False
        self._body_is_whole = True
        self._is_refused = False
        self._bytes = 0
        self._last_cycle: RequestResponseCycle | None = None
        # The same for each request: one that held its own cycle made a circle with it, and the
        # collector's work for that was 3 % of a call.
        self._extensions: Any = {WHOLE: self._write_whole}

    def connection_made(self, transport: asyncio.Transport) -> None:
        is_full = len(self.connections) >= self._crowd.patience.most
        super().connection_made(transport)
        self._late_at = self.loop.time() + self._crowd.patience.head_s
        if not is_full or self._crowd.make_room():
            self._crowd.waiting[self] = None
        elif len(self.connections) <= self._crowd.patience.most + _MOST_REFUSED:
            self._refuse(503, "too many connections at once; try again later", _RETRY_AFTER_S)
        else:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.waiting.pop(self, None)
        self._late_at = self._stalled_at = math.inf
        self._extensions.clear()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._bytes == 0 and self._in_head and not self._is_answering():
            self._late_at = self.loop.time() + self._crowd.patience.head_s
        self._bytes += len(data)
        if self._is_refused:
            if self._bytes > _MOST_BODY_BYTES:
                self.transport.abort()
            return
        if not self._in_head and self._bytes > _MOST_BODY_BYTES:
            self._refuse(413, f"the body is over {_MOST_BODY_BYTES // 1024} KiB")
            return
        # Nearly none has it; a look at each head would cost more than this one.
        # `in` would raise an error inside, and take it back.
        if self._in_head and data.find(b"pgrade") >= 0:
            data = _without_offer(data)
        _Plain.data_received(self, data)
        if self._in_head and self._bytes > MOST_HEAD_BYTES:
            self._refuse_head()

    def on_message_begin(self) -> None:
        _Plain.on_message_begin(self)
        self._is_begun = True

    def on_headers_complete(self) -> None:
        if self._bytes > MOST_HEAD_BYTES and self._sent_head_bytes() > MOST_HEAD_BYTES:
            self._refuse_head()
            raise HttpParserError("a head that is too large")
        if self.parser is not None and self.parser.should_upgrade():
            # CONNECT, or an offer that came in pieces. The parser would take the body for another
            # request.
            self._refuse(400, "the connection cannot be used for another protocol")
            raise HttpParserError("an upgrade")
        is_next_in_line = self._is_answering()
        _Plain.on_headers_complete(self)
        self._last_cycle = self.cycle
        self._in_head = self._body_is_whole = False
        self.scope["extensions"] = self._extensions
        if not is_next_in_line:
            self._late_at = self.loop.time() + self._crowd.patience.body_s

    def _write_whole(self, scope: Scope, head: list[bytes], body: bytes) -> bool:
        """What `send` of the cycle does with both messages of an answer, where nothing is in the
        way of it."""
        cycle = self.cycle
        # The cycle is that of the last request that came, others may still wait for their answers.
        if cycle.scope is not scope or cycle.response_started or not cycle.keep_alive:
            return False
        if self.flow.write_paused:
            return False
        if not cycle.disconnected:
            cycle.response_started = cycle.response_complete = True
            cycle.message_event.set()
            date = self._crowd.date_lines(self.server_state.default_headers)
            self.transport.write(b"".join([*head, date, b"\r\n", body]))
            cycle.on_response()
        return True

    def on_message_complete(self) -> None:
        cycle = self._last_cycle
        is_answered = cycle is not None and cycle.response_complete
        if cycle is not None and not is_answered:
            cycle.more_body = False
            cycle.message_event.set()
        self._in_head = self._body_is_whole = True
        self._is_begun = False
        self._bytes = 0
        if is_answered:
            self._wait_for_next()
        else:
            self._late_at = math.inf
            self._crowd.waiting.pop(self, None)

    def on_response_complete(self) -> None:
        """As uvicorn does it, but for the timer it sets for each answer: `_late_at` serves."""
        self.server_state.total_requests += 1
        is_followed = bool(self.pipeline)
        if not self.transport.is_closing():
            self.flow.resume_reading()
            if is_followed:
                self._start_asgi_task(*self.pipeline.pop())
        if self._body_is_whole and not is_followed:
            self._wait_for_next()
        elif not self._body_is_whole:
            patience_s = self._crowd.patience.body_s if is_followed else _LINGER_S
            self._late_at = self.loop.time() + patience_s

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled_at = self.loop.time() + self._crowd.patience.taken_s

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stalled_at = math.inf

    def send_400_response(self, msg: str) -> None:
        """In our own form."""
        self._refuse(400, msg)

    def hang_up_if_late(self, now: float) -> None:
        is_late = now >= self._late_at
        is_ending = self._is_refused or self.transport.is_closing()
        if now >= self._stalled_at or (is_late and is_ending):
            self.transport.abort()
        elif is_late and self._in_head and not self._is_begun:
            self.drop()
        elif is_late:
            self._refuse(408, "the request took too long to arrive")

    def drop(self) -> None:
        """What was written still goes out, if the client takes it soon."""
        self._crowd.waiting.pop(self, None)
        self._late_at = self.loop.time() + _LINGER_S
        self.transport.close()

    def _wait_for_next(self) -> None:
        self._crowd.waiting.pop(self, None)
        if self.transport.is_closing():
            self._late_at = self.loop.time() + self._crowd.patience.taken_s
            return
        self._crowd.waiting[self] = None
        patience_s = self._crowd.patience.head_s if self._is_begun else self.timeout_keep_alive
        self._late_at = self.loop.time() + patience_s

    def _is_answering(self) -> bool:
        cycle = self._last_cycle
        return cycle is not None and not cycle.response_complete

    def _may_answer(self) -> bool:
        """Whether nothing of ours would get into the middle of another answer."""
        cycle = self._last_cycle
        if cycle is None or self._in_head:
            return not self._is_answering()
        return not (cycle.response_started or self.pipeline)

    def _sent_head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _refuse_head(self) -> None:
        self._refuse(431, f"the head is over {MOST_HEAD_BYTES // 1024} KiB")

    def _refuse(self, status: int, sentence: str, retry_after_s: int | None = None) -> None:
        """Reads on for a while: closed with something unread, it would take the answer along."""
        if self._is_refused or self.transport.is_closing():
            return
        if not self._may_answer():
            self.drop()
            return
        if self._is_answering():
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._is_refused = True
        self._late_at = self.loop.time() + _LINGER_S
        self.transport.write(_refusal(status, sentence, retry_after_s))
        self.transport.write_eof()


def _without_offer(data: bytes) -> bytes:
    """A head that offers another protocol, as if it did not, which a server may do (RFC 9110, 7.8):
    Java's client offers HTTP/2 with every first call."""
    head, end, rest = data.partition(b"\r\n\r\n")
    return _OFFER.sub(b"\r\nIgnored:", head) + end + rest


def _refusal(status: int, sentence: str, retry_after_s: int | None) -> bytes:
    """A whole answer after which the connection is closed."""
    headers = {**SAFE_HEADERS, "Connection": "close"}
    if retry_after_s is not None:
        headers["Retry-After"] = str(retry_after_s)
    response = problem_response(Problem(status, sentence, headers=headers))
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
    lines += [name + b": " + value for name, value in response.raw_headers]
    return b"\r\n".join([*lines, b"", bytes(response.body)])
