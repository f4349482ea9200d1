"""What a difference between two groups may be, at 95 %: an interval, or that nobody can tell."""

from dataclasses import dataclass
from math import ceil, floor, sqrt

_Z_95 = 1.959963984540054

MEDIAN_HALF_WIDTH = 2.241402727604947 / 2
"""Times the root of n, half the distance in ranks between the ends of a median's interval: order
statistics by the normal approximation of the binomial (W. J. Conover, Practical Nonparametric
Statistics, 3.2). Each is at 97.5 %, so that two of them hold together at 95 % (Bonferroni)."""

FEWEST_SESSIONS = 40
"""Each side needs so many."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`effect` lies between `low` and `high`, which leave out zero."""

    effect: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    part: int
    whole: int

    def without(self, other: "Share") -> "Share":
        """The rest of a group."""
        return Share(self.part - other.part, self.whole - other.whole)


@dataclass(frozen=True, slots=True)
class Median:
    """A median with the interval that order statistics give it."""

    value: float
    low: float
    high: float
    count: int


def difference_of_shares(one: Share, other: Share) -> Difference | None:
    """`one` minus `other` with Newcombe's interval (R. G. Newcombe, Interval estimation for the
    difference between independent proportions, Statistics in Medicine 17, 1998, method 10).

    None where a side is too small, or where the interval does not leave out zero.
    """
    if min(one.whole, other.whole) < FEWEST_SESSIONS:
        return None
    p1, p2 = one.part / one.whole, other.part / other.whole
    low1, high1 = _wilson(one)
    low2, high2 = _wilson(other)
    effect = p1 - p2
    low = effect - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    high = effect + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return _telling(effect, low, high)


def _wilson(share: Share) -> tuple[float, float]:
    """Wilson's score interval."""
    n, z2 = share.whole, _Z_95**2
    p = share.part / n
    middle = p + z2 / (2 * n)
    half = _Z_95 * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)


def ranks_of_median(count: int) -> tuple[int, int, int]:
    """Those of the lower end of its interval, of the median by nearest rank, and of the upper end;
    of `count` values, not 0."""
    half = MEDIAN_HALF_WIDTH * sqrt(count)
    low = max(1, floor(count / 2 - half))
    high = min(count, ceil(count / 2 + half) + 1)
    return low, (count + 1) // 2, high


def difference_of_medians(one: Median, other: Median) -> Difference | None:
    """`one` minus `other`. None where a side is too small, or where it may as well be zero."""
    if min(one.count, other.count) < FEWEST_SESSIONS:
        return None
    return _telling(one.value - other.value, one.low - other.high, one.high - other.low)


def _telling(effect: float, low: float, high: float) -> Difference | None:
    return Difference(effect, low, high) if low > 0 or high < 0 else None
