"""Quantiles by nearest rank: each is a value that was really there."""

from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")


def rank_of(percent: int, count: int) -> int:
    """From 1 to `count`, which is not 0."""
    return -(-percent * count // 100)


def nearest_rank(counted: Sequence[tuple[_T, int]], percent: int) -> _T | None:
    """`counted` are values, ascending, with how often each occurs. None where there are none."""
    rank = rank_of(percent, sum(times for _, times in counted))
    for value, times in counted:
        rank -= times
        if rank <= 0:
            return value
    return None
