"""The only codec of the stream: one Delivery as MessagePack, with a version in front."""

import msgspec

from nesthaus.domain.events import Delivery

VERSION = b"\x01"

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Delivery)


class Unreadable(Exception):
    """The bytes are no delivery this program can read: never a reason to try again."""


def encode(delivery: Delivery) -> bytes:
    return VERSION + _encoder.encode(delivery)


def decode(payload: bytes) -> Delivery:
    """Raises Unreadable, which says why."""
    if payload[:1] != VERSION:
        raise Unreadable(f"envelope version {payload[:1]!r} is not {VERSION!r}")
    try:
        return _decoder.decode(payload[1:])
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from error
