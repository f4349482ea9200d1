"""How amounts are spread over many days: exact order statistics from counts that add up.

Of each day the amounts are kept in order, and how many lie in each bucket. Added up, the buckets
tell in which of them a rank lies; only its amounts are then looked at. Pure.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from operator import add

PRICE_STEP_EUR = 1_000
"""The width of a bucket of prices."""
LAST_PRICE_BUCKET = 4_000
"""All prices from here on lie in it; there are houses, but no end of numbers."""
TIME_GROWTH = 1.1
"""Buckets of times, on either side of zero, are by so much wider than the one before."""


@dataclass(frozen=True, slots=True)
class Spread:
    """`ends`: how many amounts lie in each bucket, from `first_bucket` on, or before it."""

    first_bucket: int
    ends: Sequence[int]

    @property
    def count(self) -> int:
        return self.ends[-1] if self.ends else 0

    def bucket_of(self, rank: int) -> int:
        """Where the amount of this rank lies, from 1 to `count`."""
        return self.first_bucket + bisect_left(self.ends, rank)

    def before(self, bucket: int) -> int:
        """How many amounts lie below the bucket."""
        place = bucket - self.first_bucket
        if place <= 0 or not self.ends:
            return 0
        return self.ends[min(place, len(self.ends)) - 1]


def added(spreads: Iterable[Spread]) -> Spread:
    """All of them as one."""
    some = [spread for spread in spreads if spread.ends]
    if not some:
        return Spread(0, ())
    first = min(spread.first_bucket for spread in some)
    length = max(spread.first_bucket + len(spread.ends) for spread in some) - first
    ends = [0] * length
    for spread in some:
        ahead = spread.first_bucket - first
        behind = length - ahead - len(spread.ends)
        filled = chain(repeat(0, ahead), spread.ends, repeat(spread.count, behind))
        # A list of some hundred numbers for each day and category: `map` adds them in C.
        ends = list(map(add, ends, filled))
    return Spread(first, ends)


def nth_of(runs: Sequence[Sequence[int]], nth: int) -> int:
    """The `nth` least of all, from 1 on, of runs that are in order each. It takes as many steps as
    the widest distance has binary digits, however many amounts there are."""
    held = [run for run in runs if run]
    amounts = range(min(run[0] for run in held), max(run[-1] for run in held) + 1)
    place = bisect_left(
        amounts, nth, key=lambda amount: sum(bisect_right(run, amount) for run in held)
    )
    return amounts[place]
