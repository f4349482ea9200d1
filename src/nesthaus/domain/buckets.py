"""Percentiles from counts that add up: values fall into buckets whose bounds grow by 2 %.

A bucket's value is at most 1 % off (as in DDSketch: Masson, Rim, Lee, VLDB 2019).
"""

from collections.abc import Mapping
from math import sqrt

GROWTH = 1.02


def value_of(bucket: int | None) -> float:
    """What stands for the values of a bucket, which lie between GROWTH ** (bucket - 1), excluded,
    and GROWTH ** bucket. Bucket None is that of 0 and what is below."""
    return 0.0 if bucket is None else GROWTH**bucket / sqrt(GROWTH)


def percentile(counts: Mapping[int | None, int], percent: int) -> float | None:
    """By nearest rank. None where nothing was counted."""
    rank = -(-percent * sum(counts.values()) // 100)
    if not rank:
        return None
    for bucket in sorted(counts, key=lambda each: (each is not None, each or 0)):
        rank -= counts[bucket]
        if rank <= 0:
            return value_of(bucket)
    return None
