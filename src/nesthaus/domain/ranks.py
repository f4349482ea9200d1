"""Quantiles by nearest rank: each is a value that was really there."""

from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")


def nearest_rank(counted: Sequence[tuple[_T, int]], percent: int) -> _T | None:
    """`counted` are values, ascending, with how often each occurs. None where there are none."""
    rank = -(-percent * sum(times for _, times in counted) // 100)
    for value, times in counted:
        rank -= times
        if rank <= 0:
            return value
    return None
