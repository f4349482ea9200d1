"""The tracking API's routes: the only place of this stage that knows HTTP status codes.

Plain ASGI in front of the web framework (docs/decisions/0004). Every answer, refusals included, may
be read by pages of the allowed origins.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import psycopg
from msgspec import Struct
from starlette.types import ASGIApp, Receive, Scope, Send

from nesthaus.domain.events import Delivery
from nesthaus.domain.refusals import Refusal
from nesthaus.ingest.admission import Admission, ClientGone, Request, TooFast
from nesthaus.ingest.origins import Origins
from nesthaus.ingest.prices import Prices
from nesthaus.ingest.refusal_counts import RefusalCounts
from nesthaus.ingest.refused import Refused
from nesthaus.ingest.tracking import Answer, Tracking
from nesthaus.responses import Problem, problem_response
from nesthaus.responses.direct import Respond
from nesthaus.responses.whole import Headers, send_whole
from nesthaus.stream import envelope
from nesthaus.stream.durable import DurableLog, Overloaded

OK, CREATED, ACCEPTED, NO_CONTENT, NOT_MODIFIED = 200, 201, 202, 204, 304
UNAVAILABLE = 503
OVERLOADED_RETRY_S = 5
STATUS_OF: dict[Refusal, int] = {
    Refusal.MALFORMED: 400,
    Refusal.INVALID: 400,
    Refusal.STALE: 400,
    Refusal.AHEAD: 400,
    Refusal.UNAUTHORISED: 401,
    Refusal.FORBIDDEN: 403,
    Refusal.TOO_LARGE: 413,
    Refusal.CONTENT_TYPE: 415,
    Refusal.RATE_LIMITED: 429,
    Refusal.OVERLOADED: UNAVAILABLE,
}
# NO_CONSENT and INTERNAL have no status of their own: such a call is answered 202 with
# `stored: false`. ERASED is found out after the answer.

_log = logging.getLogger(__name__)

_JSON = Headers((b"content-type", b"application/json"))
_PROBLEM = (b"content-type", b"application/problem+json")


class Reply(Struct, frozen=True):
    status: int
    body: bytes
    headers: Headers


_ALSO = {"GET": "HEAD"}
_PREFLIGHT = Headers(
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"Content-Type, Authorization, Traceparent"),
    (b"access-control-max-age", b"86400"),
)

Done = Callable[[Reply | Exception], None]


class Endpoint:
    """One public route as an ASGI application: preflight, method, refusals, answer. `begin` answers
    the same without a task, where `begin_answer` can."""

    def __init__(
        self,
        method: str,
        answer: Callable[[Scope, Receive], Awaitable[Reply]],
        origins: Origins,
        refusals: RefusalCounts,
        begin_answer: Callable[[Scope, bytes, Done], None] | None = None,
    ) -> None:
        self._method = method
        self._methods = frozenset({method, _ALSO.get(method, method)})
        self._answer = answer
        self._origins = origins
        self._refusals = refusals
        self._begin_answer = begin_answer
        self.is_direct = begin_answer is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            reply = self._without_asking(scope["method"]) or await self._answer(scope, receive)
        except ClientGone:
            return
        except Exception as error:  # noqa: BLE001 - the edge: nothing is in front of this route
            reply = self._failed(error, scope)
        headers = reply.headers, self._origins.headers(scope)
        await send_whole(scope, send, reply.status, headers, reply.body)

    def begin(self, scope: Scope, body: bytes, respond: Respond) -> None:
        """Of a request with the route's method; only where it `is_direct`."""
        assert self._begin_answer is not None

        def done(reply: Reply | Exception) -> None:
            if isinstance(reply, Exception):
                reply = self._failed(reply, scope)
            respond(reply.status, (reply.headers, self._origins.headers(scope)), reply.body)

        try:
            self._begin_answer(scope, body, done)
        except Exception as error:  # noqa: BLE001 - the edge: nothing is in front of this route
            done(error)

    def _without_asking(self, method: str) -> Reply | None:
        if method in self._methods:
            return None
        if method == "OPTIONS":
            return Reply(NO_CONTENT, b"", _PREFLIGHT)
        allow = (b"allow", f"{self._method}, OPTIONS".encode())
        return _problem(405, f"{method} is not allowed here, only {self._method}", allow)

    def _failed(self, error: Exception, scope: Scope) -> Reply:
        if isinstance(error, Refused):
            self._refusals.add(error.reason)
            return _refusal(error)
        if isinstance(error, Overloaded):
            self._refusals.add(Refusal.OVERLOADED)
            return _OVERLOADED
        if isinstance(error, psycopg.OperationalError):
            return _unavailable("the token cannot be checked now; nothing was taken")
        _log.error("a call to %s failed", scope["path"], exc_info=error)
        return _problem(500, "something went wrong here; nothing was taken")


def _problem(
    status: int, sentence: str, *headers: tuple[bytes, bytes], field: str | None = None
) -> Reply:
    body = bytes(problem_response(Problem(status, sentence, field=field)).body)
    return Reply(status, body, Headers(_PROBLEM, *headers))


def _refusal(refused: Refused) -> Reply:
    if isinstance(refused, TooFast):
        return _too_fast(refused.sentence, refused.wait_s)
    challenge = [(b"www-authenticate", b"Bearer")]
    return _problem(
        STATUS_OF[refused.reason],
        refused.sentence,
        *(challenge if refused.reason is Refusal.UNAUTHORISED else ()),
        field=refused.field,
    )


# Whoever floods us is told so many times a second; there are a hundred waits at most.
@lru_cache(maxsize=128)
def _too_fast(sentence: str, wait_s: int) -> Reply:
    status = STATUS_OF[Refusal.RATE_LIMITED]
    return _problem(status, sentence, (b"retry-after", b"%d" % wait_s))


def _unavailable(sentence: str) -> Reply:
    return _problem(UNAVAILABLE, sentence, (b"retry-after", b"%d" % OVERLOADED_RETRY_S))


_OVERLOADED = _unavailable("nothing was taken; try again later")


@dataclass(frozen=True, slots=True)
class Storing:
    """How a tracking call is answered: what is made of it is in the log first. `accepted` hears of
    that."""

    admission: Admission
    durable: DurableLog
    accepted: Callable[[Delivery], None]

    async def answer(
        self,
        handle: Callable[[Request], Answer | Awaitable[Answer]],
        stored_status: int,
        scope: Scope,
        receive: Receive,
    ) -> Reply:
        with self.admission.load.share() as share:
            answer = handle(await self.admission.admit(scope, receive, share))
            if not isinstance(answer, Answer):
                answer = await answer
            if answer.delivery is not None:
                payload = envelope.encode(answer.delivery)
                await self.durable.append(answer.delivery.session_id, payload)
                self.accepted(answer.delivery)
        return _told(answer, stored_status)

    def begin(
        self,
        handle: Callable[[Request], Answer],
        stored_status: int,
        scope: Scope,
        body: bytes,
        done: Done,
    ) -> None:
        """The same without a task. May raise, as long as nothing is on its way into the log."""
        share = self.admission.load.share()
        share.begin()
        try:
            answer = handle(self.admission.admit_whole(scope, body, share))
            delivery = answer.delivery
            payload = None if delivery is None else envelope.encode(delivery)
        except BaseException:
            share.end()
            raise
        if delivery is None or payload is None:
            share.end()
            done(_told(answer, stored_status))
            return

        def stored(error: Exception | None) -> None:
            share.end()
            try:
                if error is None:
                    self.accepted(delivery)
            except Exception as failed:  # noqa: BLE001 - there is no task that would tell of it
                error = failed
            done(error or _told(answer, stored_status))

        self.durable.begin(delivery.session_id, payload, stored)


def _told(answer: Answer, stored_status: int) -> Reply:
    return Reply(stored_status if answer.stored else ACCEPTED, answer.body, _JSON)


def tracking_routes(
    tracking: Tracking,
    prices: Prices,
    storing: Storing,
    refusals: RefusalCounts,
    allowed_origins: tuple[str, ...],
) -> dict[str, Endpoint]:
    """By path: all routes of the contract's section 2 but the tracker script."""
    origins = Origins(allowed_origins)
    admission = storing.admission

    def endpoint(
        answer: Callable[[Scope, Receive], Awaitable[Reply]], method: str = "POST"
    ) -> Endpoint:
        return Endpoint(method, answer, origins, refusals)

    def tracked(handle: Callable[[Request], Answer], stored_status: int = ACCEPTED) -> Endpoint:
        return Endpoint(
            "POST",
            partial(storing.answer, handle, stored_status),
            origins,
            refusals,
            partial(storing.begin, handle, stored_status),
        )

    async def calculate(scope: Scope, receive: Receive) -> Reply:
        with admission.load.share() as share:
            request = await admission.admit(scope, receive, share, limited=False)
            return Reply(OK, prices.calculate(request), _JSON)

    async def price_list(scope: Scope, _receive: Receive) -> Reply:
        document = prices.document_in_force()
        etag = document.etag.encode()
        cached = (b"cache-control", b"public, max-age=60")
        headers = Headers(*_JSON.pairs, (b"etag", etag), cached)
        sent = dict(scope["headers"]).get(b"if-none-match", b"")
        if etag in (part.strip().removeprefix(b"W/") for part in sent.split(b",")):
            return Reply(NOT_MODIFIED, b"", headers)
        return Reply(OK, document.body, headers)

    save = tracked(tracking.save_configuration)
    # Whether its token is known is asked of the database, which takes a task.
    finalize = endpoint(partial(storing.answer, tracking.finalize, ACCEPTED))
    return {
        "/api/sessions/create": tracked(tracking.create, CREATED),
        "/api/sessions/track": tracked(tracking.track),
        "/api/sessions/track-interaction": tracked(tracking.track_interaction),
        "/api/sessions/track-batch": tracked(tracking.track_batch),
        "/api/sessions/save-configuration": save,
        "/api/sessions/save-config": save,
        "/api/sessions/finalize": finalize,
        "/api/performance/track": tracked(tracking.performance),
        "/api/pricing/calculate": endpoint(calculate),
        "/api/pricing/data": endpoint(price_list, "GET"),
    }


def in_front(endpoints: Mapping[str, ASGIApp], app: ASGIApp) -> ASGIApp:
    """`endpoints` by path; everything else goes to `app`."""

    # No coroutine of its own, through which each call would wait.
    def dispatch(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        is_call = scope["type"] == "http"
        return (endpoints.get(scope["path"], app) if is_call else app)(scope, receive, send)

    return dispatch
