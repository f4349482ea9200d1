"""Chance: things of which some are likelier, and amounts that vary."""

from bisect import bisect
from collections.abc import Iterable
from itertools import accumulate
from math import exp
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """A fixed choice; quicker than `Random.choices`, which checks its weights each time."""

    def __init__(self, things: Iterable[tuple[T, float]]) -> None:
        pairs = [(thing, weight) for thing, weight in things if weight > 0]
        self.things = tuple(thing for thing, _ in pairs)
        self._heights = list(accumulate(weight for _, weight in pairs))

    def pick(self, random: Random) -> T:
        height = random.random() * self._heights[-1]
        return self.things[min(bisect(self._heights, height), len(self.things) - 1)]


def varied(random: Random, median: float, spread: float) -> float:
    """Log-normal, as times and incomes are; three times as quick as `lognormvariate`."""
    return median * exp(random.gauss(0, spread))
