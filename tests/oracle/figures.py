"""The small sums of the definitions: ratios, means, ranks, intervals."""

import math
from collections.abc import Iterable, Sequence

Z_95 = 1.959963984540054


def ratio(part: float, whole: float) -> float | None:
    """Null where there is nothing to count."""
    return part / whole if whole else None


def mean(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None


def mean_price(prices: Iterable[int]) -> int | None:
    """Whole euros, half up."""
    known = list(prices)
    return (2 * sum(known) + len(known)) // (2 * len(known)) if known else None


def nearest_rank(values: Iterable[int], percent: int) -> int | None:
    ordered = sorted(values)
    return ordered[max(1, -(-percent * len(ordered) // 100)) - 1] if ordered else None


def wilson(part: int, whole: int) -> tuple[float, float]:
    share = part / whole
    middle = share + Z_95**2 / (2 * whole)
    half = Z_95 * math.sqrt(share * (1 - share) / whole + Z_95**2 / (4 * whole**2))
    scale = 1 + Z_95**2 / whole
    return (middle - half) / scale, (middle + half) / scale


def newcombe(part: int, whole: int, other: int, other_whole: int) -> tuple[float, float, float]:
    """The difference of two shares, first less second, and its 95 % interval (method 10)."""
    one, two = part / whole, other / other_whole
    low_one, high_one = wilson(part, whole)
    low_two, high_two = wilson(other, other_whole)
    low = one - two - math.sqrt((one - low_one) ** 2 + (high_two - two) ** 2)
    high = one - two + math.sqrt((high_one - one) ** 2 + (two - low_two) ** 2)
    return one - two, low, high
