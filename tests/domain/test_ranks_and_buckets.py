"""Are quantiles values that were there, and percentiles of buckets near enough?"""

from collections import Counter
from math import ceil, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesthaus.domain.buckets import GROWTH, counts_of, in_order, percentiles, value_of
from nesthaus.domain.ranks import nearest_rank


def bucket_of(value: float) -> int | None:
    return ceil(log(value) / log(GROWTH)) if value > 0 else None


@pytest.mark.parametrize(
    ("percent", "value"), [(10, 1), (25, 2), (50, 3), (75, 4), (90, 5), (100, 5)]
)
def test_of_five_values_each_stands_for_a_fifth(percent: int, value: int) -> None:
    assert nearest_rank([(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)], percent) == value


def test_of_two_values_the_lower_is_the_median() -> None:
    assert nearest_rank([(10, 1), (20, 1)], 50) == 10


def test_of_nothing_there_is_no_quantile() -> None:
    assert nearest_rank([], 50) is None
    assert percentiles([], [], [50, 99]) == [None, None]


@given(
    values=st.lists(st.integers(-1000, 1000), min_size=1),
    percent=st.integers(1, 100),
)
def test_the_nearest_rank_is_the_definition(values: list[int], percent: int) -> None:
    ordered = sorted(values)
    counted = [(value, values.count(value)) for value in sorted(set(values))]
    assert nearest_rank(counted, percent) == ordered[ceil(percent * len(values) / 100) - 1]


@given(value=st.floats(1e-6, 1e9))
def test_a_bucket_is_at_most_one_percent_off(value: float) -> None:
    assert value_of(bucket_of(value)) == pytest.approx(value, rel=0.01)


@given(values=st.lists(st.floats(-10, 1e9)))
def test_counted_together_each_lies_where_it_lies_alone(values: list[float]) -> None:
    assert counts_of(sorted(values)) == Counter(bucket_of(value) for value in values)


def test_nothing_and_less_have_a_bucket_of_their_own() -> None:
    assert value_of(bucket_of(0)) == 0
    counts = {bucket_of(100): 1, None: 3}
    assert percentiles(*in_order(counts), [75, 76]) == [0, pytest.approx(100, rel=0.01)]


def test_percentiles_of_parts_are_those_of_the_whole() -> None:
    """Which averages of percentiles are not."""
    fast, slow = {bucket_of(10): 99}, {bucket_of(1000): 1}
    assert percentiles(*in_order(slow | fast), [99, 100]) == [
        pytest.approx(10, rel=0.01),
        pytest.approx(1000, rel=0.01),
    ]
