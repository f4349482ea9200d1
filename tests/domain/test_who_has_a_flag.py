"""Has a session the same flags always, and as many sessions one as its percentage says?"""

import pytest

from nesthaus.domain.flags import Flag, flags_of, is_on

SESSIONS = [f"session-{n}" for n in range(4_000)]


@pytest.mark.parametrize("percentage", [0, 1, 30, 99, 100])
def test_the_share_of_sessions_is_the_percentage(percentage: int) -> None:
    flag = Flag("hover", enabled=True, percentage=percentage)
    share = sum(is_on(flag, session) for session in SESSIONS) / len(SESSIONS)
    # Five standard deviations of a share of 4,000.
    assert abs(share - percentage / 100) <= 5 * (percentage * (100 - percentage) / 4e7) ** 0.5


def test_who_has_it_keeps_it_while_the_percentage_grows() -> None:
    few, more = (Flag("hover", enabled=True, percentage=share) for share in (20, 60))
    assert all(is_on(more, session) for session in SESSIONS if is_on(few, session))


def test_two_flags_fall_on_sessions_independently() -> None:
    halves = [Flag(key, enabled=True, percentage=50) for key in ("hover", "scroll")]
    both = sum(all(flags_of(halves, session).values()) for session in SESSIONS)
    assert 900 < both < 1_100


def test_a_flag_that_is_not_enabled_is_on_for_nobody() -> None:
    assert not is_on(Flag("hover", enabled=False, percentage=100), "anna")
