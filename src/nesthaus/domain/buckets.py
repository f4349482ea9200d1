"""Percentiles from counts that add up: values fall into buckets whose bounds grow by 2 %.

A bucket's value is at most 1 % off (as in DDSketch: Masson, Rim, Lee, VLDB 2019).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from math import ceil, inf, log, sqrt

GROWTH = 1.02
_LOG_GROWTH = log(GROWTH)

SLOWEST = 10
"""As many of the greatest values are kept, and told, one by one."""


def counts_of(ascending: Sequence[float]) -> dict[int | None, int]:
    """How many values lie in which bucket."""
    nothing = bisect_right(ascending, 0)
    counts: dict[int | None, int] = {None: nothing} if nothing else {}
    # From bucket to bucket: value by value this was 2 % of a tracking call.
    first = nothing
    while first < len(ascending):
        bucket = _bucket_of(ascending[first])
        end = bisect_right(ascending, bucket, first, key=_bucket_of)
        counts[bucket] = end - first
        first = end
    return counts


def _bucket_of(value: float) -> int:
    """Of a value above 0."""
    return ceil(log(value) / _LOG_GROWTH)


def value_of(bucket: int | None) -> float:
    """What stands for the values of a bucket, which lie between GROWTH ** (bucket - 1), excluded,
    and GROWTH ** bucket. Bucket None is that of 0 and what is below."""
    if bucket is None:
        return 0.0
    try:
        return GROWTH**bucket / sqrt(GROWTH)
    except OverflowError:  # the bucket of the greatest numbers there are ends above them
        return inf


def percentiles(
    buckets: Sequence[int | None], counts: Sequence[int], percents: Iterable[int]
) -> list[float | None]:
    """By nearest rank; the buckets are in order. None where nothing was counted."""
    ends = list(accumulate(counts))
    if not ends:
        return [None for _ in percents]
    ranks = (-(-percent * ends[-1] // 100) for percent in percents)
    return [value_of(buckets[bisect_left(ends, rank)]) for rank in ranks]


def in_order(counts: Mapping[int | None, int]) -> tuple[list[int | None], list[int]]:
    """The buckets from the least on, and how many values each has."""
    buckets = sorted(counts, key=lambda bucket: -inf if bucket is None else bucket)
    return buckets, [counts[bucket] for bucket in buckets]
