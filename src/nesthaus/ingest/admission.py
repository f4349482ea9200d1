"""The steps every tracking call passes before its body is looked at, in this order:

content type, rate limit, size. Each refuses with a reason of its own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct
from starlette.types import Message, Receive, Scope

from nesthaus.access.addresses import Networks, caller_of, is_loopback, lies_in, truncated
from nesthaus.access.rate_limits import RateLimit
from nesthaus.domain.refusals import Refusal
from nesthaus.domain.visitors import CHECK_AGENT
from nesthaus.ingest.load import Load, Share
from nesthaus.ingest.refused import Refused

MAX_BODY_BYTES = 256 * 1024
_OWN_COOKIE = re.compile(rb"(?:^|;)\s*nest_internal=(?!0?\s*(?:;|$))")
_CONTENT_TYPES = frozenset({b"application/json", b"text/plain"})


class ClientGone(Exception):
    """The caller hung up before its body was complete: there is nobody to answer."""


class Request(Struct, frozen=True):
    """An admitted call. `address` is truncated, or none at all; `no_consent` is what the headers
    alone say; `is_own` is traffic of the shop itself."""

    body: bytes
    received_at: datetime
    user_agent: str | None
    address: str | None
    no_consent: bool
    is_own: bool
    token: str | None


class TooFast(Refused):
    def __init__(self, wait_s: int) -> None:
        sentence = f"too many calls from this address; try again in {wait_s} s"
        super().__init__(Refusal.RATE_LIMITED, sentence)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Admission:
    """`clock` gives the times of receipt: no two calls have the same. What comes from `own` is left
    out; addresses are kept, truncated, only where `keeps_addresses`."""

    clock: Callable[[], datetime]
    rate_limit: RateLimit
    limit_loopback: bool
    load: Load
    own: Networks = ()
    keeps_addresses: bool = True

    async def admit(
        self, scope: Scope, receive: Receive, share: Share, *, limited: bool = True
    ) -> Request:
        """Raises Refused, Overloaded or ClientGone. The body counts to the call's `share`."""
        received_at, headers = self.clock(), dict[bytes, bytes](scope["headers"])
        self._check_head(scope, headers, received_at, limited=limited)
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            body = message.get("body", b"")
            share.add(len(body))
        else:
            body = await _read_chunks(message, receive, share)
        return self._request(scope, headers, received_at, body)

    def admit_whole(self, scope: Scope, body: bytes, share: Share) -> Request:
        """The same where the body is there."""
        received_at, headers = self.clock(), dict[bytes, bytes](scope["headers"])
        self._check_head(scope, headers, received_at, limited=True)
        share.add(len(body))
        return self._request(scope, headers, received_at, body)

    def _check_head(
        self, scope: Scope, headers: Mapping[bytes, bytes], now: datetime, *, limited: bool
    ) -> None:
        _check_content_type(headers.get(b"content-type", b""))
        if limited:
            self._check_rate(_address(scope), now)
        # A length that lies is caught later; an honest one saves reading what will be refused.
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > MAX_BODY_BYTES:
            raise _too_large()

    def _request(
        self, scope: Scope, headers: Mapping[bytes, bytes], received_at: datetime, body: bytes
    ) -> Request:
        if len(body) > MAX_BODY_BYTES:
            raise _too_large()
        address = _address(scope)
        user_agent = _text(headers.get(b"user-agent"))
        token = _bearer(headers.get(b"authorization"))
        # A server of the shop reports conversions, and `nesthaus verify` is in no figure.
        is_visitor = token is None and not (user_agent or "").startswith(CHECK_AGENT)
        return Request(
            body=body,
            received_at=received_at,
            user_agent=user_agent,
            address=truncated(address) if self.keeps_addresses else None,
            no_consent=headers.get(b"sec-gpc") == b"1" or headers.get(b"dnt") == b"1",
            is_own=is_visitor and self._is_own(address, headers, scope),
            token=token,
        )

    def _is_own(self, address: str, headers: Mapping[bytes, bytes], scope: Scope) -> bool:
        if self.own and lies_in(address, self.own):
            return True
        return b"cookie" in headers and _has_own_cookie(scope)

    def _check_rate(self, address: str, now: datetime) -> None:
        if not self.limit_loopback and is_loopback(address):
            return
        wait_s = self.rate_limit.take(caller_of(address), now)
        if wait_s is not None:
            raise TooFast(wait_s)


def _address(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _check_content_type(value: bytes) -> None:
    if value in _CONTENT_TYPES:
        return
    if value.partition(b";")[0].strip().lower() not in _CONTENT_TYPES:
        sentence = "Content-Type: allowed are application/json and text/plain"
        raise Refused(Refusal.CONTENT_TYPE, sentence, "Content-Type")


async def _read_chunks(message: Message, receive: Receive, share: Share) -> bytes:
    chunks = bytearray()
    while True:
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        share.add(len(chunk))
        chunks += chunk
        if len(chunks) > MAX_BODY_BYTES:
            raise _too_large()
        if not message.get("more_body"):
            return bytes(chunks)
        message = await receive()


def _too_large() -> Refused:
    return Refused(Refusal.TOO_LARGE, f"body: more than {MAX_BODY_BYTES // 1024} KiB", None)


def _text(value: bytes | None) -> str | None:
    """A header as text: what is not UTF-8 or cannot be stored is replaced."""
    if not value:
        return None
    return value.decode("utf-8", "replace")[:1000].replace("\0", "\ufffd")


def _has_own_cookie(scope: Scope) -> bool:
    """Set to anything but 0; a browser may send its cookies in several headers."""
    cookies = [value for name, value in scope["headers"] if name == b"cookie"]
    return any(_OWN_COOKIE.search(each) for each in cookies)


def _bearer(value: bytes | None) -> str | None:
    scheme, _, token = (value or b"").partition(b" ")
    return token.strip().decode("latin-1") if scheme.lower() == b"bearer" and token else None
