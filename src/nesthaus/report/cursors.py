"""Where a page of sessions ends: opaque to callers, and refused when it was not made here."""

import base64
import binascii
from datetime import datetime
from hashlib import blake2b

import msgspec
from msgspec import Struct

from nesthaus.responses import invalid


class Place(Struct, frozen=True, array_like=True):
    """The last session of a page."""

    start_time: datetime
    session_id: str


_DIGEST_BYTES = 6
_decoder = msgspec.msgpack.Decoder(Place)


def cursor_of(place: Place) -> str:
    payload = msgspec.msgpack.encode(place)
    return base64.urlsafe_b64encode(_digest(payload) + payload).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """Raises Problem for what `cursor_of` did not make."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        raw = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        payload = raw[_DIGEST_BYTES:]
        if (
            raw[:_DIGEST_BYTES] == _digest(payload)
            and cursor_of(place := _decoder.decode(payload)) == cursor
        ):
            return place
    except (UnicodeEncodeError, binascii.Error, msgspec.DecodeError):
        pass
    raise invalid("cursor", "cursor is not one that this list gave out")


def _digest(payload: bytes) -> bytes:
    # No secret: a cursor gives no right to anything, the digest only tells a mangled one.
    return blake2b(payload, digest_size=_DIGEST_BYTES, person=b"nesthaus-page").digest()
