"""When may a difference be called one?"""

from math import ceil, comb, floor

import pytest

from nesthaus.domain.intervals import (
    MEDIAN_HALF_WIDTH,
    Difference,
    Median,
    Share,
    difference_of_medians,
    difference_of_shares,
)


def test_shares_have_the_interval_of_newcombes_paper() -> None:
    """Table II, example (a): 56/70 against 48/80, method 10."""
    found = difference_of_shares(Share(56, 70), Share(48, 80))
    assert found is not None
    assert found.effect == pytest.approx(0.2)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_the_other_way_round_it_is_the_same_with_the_other_sign() -> None:
    found = difference_of_shares(Share(48, 80), Share(56, 70))
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (-0.3339, -0.0524)


def test_a_side_of_fewer_than_forty_sessions_tells_nothing() -> None:
    assert difference_of_shares(Share(39, 39), Share(0, 1000)) is None
    assert difference_of_shares(Share(40, 40), Share(0, 1000)) is not None
    assert difference_of_shares(Share(0, 1000), Share(39, 39)) is None


def test_an_interval_around_zero_tells_nothing() -> None:
    assert difference_of_shares(Share(21, 100), Share(20, 100)) is None


def test_the_rest_of_a_group_is_without_its_part() -> None:
    assert Share(5, 50).without(Share(2, 10)) == Share(3, 40)


def test_medians_differ_where_their_intervals_do_not_meet() -> None:
    slow, fast = Median(9_000, 8_000, 10_000, 40), Median(5_000, 4_000, 7_000, 400)
    assert difference_of_medians(slow, fast) == Difference(4_000, 1_000, 6_000)
    assert difference_of_medians(fast, slow) == Difference(-4_000, -6_000, -1_000)


def test_medians_whose_intervals_meet_may_be_the_same() -> None:
    assert difference_of_medians(Median(9, 7, 10, 400), Median(5, 4, 7, 400)) is None


def test_medians_of_few_sessions_tell_nothing() -> None:
    assert difference_of_medians(Median(9, 8, 10, 39), Median(5, 4, 6, 400)) is None


def test_the_ranks_of_a_median_hold_at_97_5_percent() -> None:
    """For 100 values: ranks 38 and 63; the binomial between them is at least 97.5 %."""
    low, high = floor(50 - MEDIAN_HALF_WIDTH * 10), ceil(50 + MEDIAN_HALF_WIDTH * 10) + 1
    assert (low, high) == (38, 63)
    assert sum(comb(100, k) for k in range(low, high)) / 2**100 >= 0.975
