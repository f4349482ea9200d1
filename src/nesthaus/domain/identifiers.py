"""Ids of events and beginnings of ids of sessions, both with their time.

An event's id is a UUIDv7 (RFC 9562, section 5.7), so that a retry meets the same row.
"""

import base64
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_UNTIL_2106 = 2**32 * 1_000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def milliseconds_of(at: datetime) -> int:
    """Whole milliseconds since the epoch, rounded down."""
    return (at - EPOCH) // _MILLISECOND


def instant_of(milliseconds: int) -> datetime:
    """The UTC time of so many milliseconds since the epoch; OverflowError beyond the year 9999."""
    # The other way takes twice as long, and a call has two of these. A float holds times of these
    # years to the microsecond.
    if 0 <= milliseconds < _UNTIL_2106:
        return datetime.fromtimestamp(milliseconds / 1_000, UTC)
    return EPOCH + timedelta(milliseconds=milliseconds)


def is_uuid7(identifier: UUID) -> bool:
    # As UUID.version tells it, which takes ten times as long.
    return identifier.int >> 62 & 0b11 == 2 and identifier.int >> 76 & 0xF == 7


def instant_of_uuid7(identifier: UUID) -> datetime:
    """The creation time inside a UUIDv7."""
    return instant_of(identifier.int >> 80)


def digits_of(at_ms: int) -> str:
    """The second of a moment, as six digits of base 36.

    Our session ids begin so, the tracker's too: sessions of a time then lie side by side in every
    key, whose pages are filled up one after the other instead of here and there (70 bytes an
    interaction instead of 118). No digit is a capital, because collations sort these as they like.
    """
    seconds = at_ms // 1000
    return "".join(_DIGITS[seconds // 36**place % 36] for place in range(5, -1, -1))


def new_session_id(at: datetime, random_bytes: Callable[[int], bytes] = os.urandom) -> str:
    """22 characters of the alphabet that session ids allow: the second, and 96 random bits."""
    noise = base64.urlsafe_b64encode(random_bytes(12)).decode()
    return digits_of(milliseconds_of(at)) + noise


class Uuid7Source:
    """Makes UUIDv7s that grow within a millisecond (RFC 9562, section 6.2, method 1).

    The 12 bits of rand_a count within the millisecond; when they are used up the ids of one
    millisecond go on at random.
    """

    def __init__(self, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._random_bytes = random_bytes
        self._lock = threading.Lock()
        self._millisecond = -1
        self._counter = 0

    def make(self, at: datetime) -> UUID:
        """A new id whose time is `at`, cut to the millisecond."""
        return self.make_at(milliseconds_of(at))

    def make_at(self, milliseconds: int) -> UUID:
        random = int.from_bytes(self._random_bytes(10))
        with self._lock:
            if milliseconds == self._millisecond and self._counter < 0xFFF:
                self._counter += 1
            else:
                # Starts in the lower half, so that at least 2,048 more fit into this millisecond.
                self._counter = (random >> 68) & 0x7FF
                self._millisecond = milliseconds
            counter = self._counter
        tail = random & ((1 << 62) - 1)
        return UUID(int=milliseconds << 80 | 7 << 76 | counter << 64 | 2 << 62 | tail)
