"""How every answer is written: JSON in camel case, and problems as RFC 9457 wants them.

The rest of the program names a problem; only here and in the routes does it get its number.
"""

import base64
import binascii
from collections.abc import Mapping
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, Protocol, TypeVar, cast

import msgspec
import psycopg
from fastapi.exceptions import RequestValidationError
from msgspec import UNSET, Struct, UnsetType
from psycopg.errors import QueryCanceled
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"

_AWAY_RETRY_S = 5
_SLOW_RETRY_S = 30

_DIGEST_BYTES = 6

Place = TypeVar("Place", bound=Struct)

_encoder = msgspec.json.Encoder(decimal_format="number")


class ProblemDocument(Struct, frozen=True, omit_defaults=True):
    """`error` is one short sentence, which names `field` where one is wrong."""

    type: str
    title: str
    status: int
    detail: str
    error: str
    field: str | UnsetType = UNSET


class Problem(Exception):
    """An answer that is no success. `sentence` is for the caller; it ends up in `error`."""

    def __init__(
        self,
        status: int,
        sentence: str,
        *,
        field: str | None = None,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.field = field
        self.detail = detail
        self.headers = headers


def encode(body: object) -> bytes:
    """JSON; aware UTC times end in Z, exact decimals are numbers, fields follow their Structs."""
    return _encoder.encode(body)


def json_response(body: object, status: int = 200) -> Response:
    return Response(encode(body), status, media_type=JSON)


def problem_response(problem: Problem) -> Response:
    document = ProblemDocument(
        type="about:blank",
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        detail=problem.detail or problem.sentence,
        error=problem.sentence,
        field=UNSET if problem.field is None else problem.field,
    )
    return Response(
        encode(document), problem.status, dict(problem.headers or {}), media_type=PROBLEM_JSON
    )


def invalid(field: str, sentence: str) -> Problem:
    return Problem(400, sentence, field=field)


def not_found(sentence: str) -> Problem:
    return Problem(404, sentence)


def unauthorised(sentence: str, *, had_token: bool) -> Problem:
    """RFC 6750: the challenge names an error only where a token was sent."""
    challenge = 'Bearer error="invalid_token"' if had_token else "Bearer"
    return Problem(401, sentence, headers={"WWW-Authenticate": challenge})


def forbidden(sentence: str) -> Problem:
    return Problem(403, sentence)


def conflict(sentence: str, field: str | None = None) -> Problem:
    return Problem(409, sentence, field=field)


def too_large(most_bytes: int) -> Problem:
    return Problem(413, f"body: more than {most_bytes // 1024} KiB")


def too_many(sentence: str, retry_after_s: int) -> Problem:
    return Problem(429, sentence, headers={"Retry-After": str(retry_after_s)})


def unavailable(sentence: str, retry_after_s: int) -> Problem:
    return Problem(503, sentence, headers={"Retry-After": str(retry_after_s)})


def database_problem(error: psycopg.OperationalError) -> Problem:
    """A statement that ran into its time limit, or a database that cannot be reached."""
    if isinstance(error, QueryCanceled):
        sentence = "The database took too long over this; a shorter range or a filter helps."
        return unavailable(sentence, _SLOW_RETRY_S)
    return unavailable("The database cannot be reached at the moment.", _AWAY_RETRY_S)


def at_most(most_bytes: int, receive: Receive) -> Receive:
    """`receive` that breaks off a body longer than that, whatever its Content-Length said."""
    received = 0

    async def receive_some() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most_bytes:
            # FastAPI turns all but this into a 400 while it reads a body.
            raise HTTPException(413, too_large(most_bytes).sentence)
        return message

    return receive_some


async def _answer_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error)


async def _answer_validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = cast("Mapping[str, Any]", error.errors()[0])
    # ("query", "limit"), ("body", "name"), or ("body", 17) where JSON breaks off at a place.
    place = [str(part) for part in first["loc"]]
    field = place[-1] if first["type"] != "json_invalid" else place[0]
    message = str(first["msg"]).removeprefix("Value error, ")
    sentence = message if message.startswith(field) else f"{field}: {message}"
    return problem_response(invalid(field, sentence))


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = error.detail
    if error.status_code == HTTPStatus.NOT_FOUND:
        sentence = f"There is nothing at {request.url.path}."
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        sentence = f"{request.url.path} does not take {request.method}."
    return problem_response(Problem(error.status_code, sentence, headers=error.headers))


async def _answer_database(_: Request, error: Exception) -> Response:
    assert isinstance(error, psycopg.OperationalError)
    return problem_response(database_problem(error))


async def _answer_fault(_: Request, __: Exception) -> Response:
    return problem_response(Problem(500, "Something went wrong here; it has been logged."))


def cursor_of(place: Struct) -> str:
    """Where a page ends, opaque to callers."""
    payload = msgspec.msgpack.encode(place)
    return base64.urlsafe_b64encode(_digest(payload) + payload).decode().rstrip("=")


def place_of(cursor: str, kind: type[Place]) -> Place:
    """Raises Problem for what `cursor_of` did not make of such a place."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        raw = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        digest, payload = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        place = msgspec.msgpack.decode(payload, type=kind)
        if digest == _digest(payload) and cursor_of(place) == cursor:
            return place
    except (UnicodeError, binascii.Error, msgspec.DecodeError):
        pass
    raise invalid("cursor", "cursor is not one that this list gave out")


def _digest(payload: bytes) -> bytes:
    # No secret: a cursor gives no right to anything, the digest only tells a mangled one.
    return blake2b(payload, digest_size=_DIGEST_BYTES, person=b"nesthaus-page").digest()


class TakesHandlers(Protocol):
    """FastAPI or Starlette."""

    def add_exception_handler(self, exc_class_or_status_code: Any, handler: Any) -> None: ...


def answer_problems(app: TakesHandlers) -> None:
    """From here on every route of `app`, plain Starlette ones too, answers errors as problems."""
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(psycopg.OperationalError, _answer_database)
    app.add_exception_handler(Exception, _answer_fault)
