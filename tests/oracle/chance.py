"""Dice, and what they make: identifiers and times."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

T = TypeVar("T")


class Chance(random.Random):
    """The same for the same seed; every time it makes is a whole millisecond."""

    def often(self, share: float) -> bool:
        return self.random() < share

    def one_of(self, things: Sequence[T]) -> T:
        return things[self.randrange(len(things))]

    def span(self, least_s: float, most_s: float) -> timedelta:
        return timedelta(milliseconds=int(self.uniform(least_s, most_s) * 1000))

    def event_id(self, at: datetime) -> str:
        """A UUIDv7 of that millisecond, the rest random."""
        milliseconds = milliseconds_of(at)
        high = f"{milliseconds:012x}7{self.randrange(0x1000):03x}"
        low = f"{self.randrange(0x4000) + 0x8000:04x}{self.randrange(1 << 48):012x}"
        return f"{high[:8]}-{high[8:12]}-{high[12:]}-{low[:4]}-{low[4:]}"


def milliseconds_of(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
