"""Which span of time does a report speak of?"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesthaus.domain.periods import (
    InvalidPeriod,
    TimeRange,
    period_before,
    period_between,
    period_of_range,
    start_of_day,
    start_of_hour,
)

VIENNA = ZoneInfo("Europe/Vienna")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_seven_days_end_with_today_and_today_is_one_of_them() -> None:
    period = period_of_range(TimeRange.WEEK, utc("2026-06-15T12:00"), VIENNA)
    assert period.name == "7d"
    assert period.since == utc("2026-06-08T22:00")
    assert period.until == utc("2026-06-15T22:00")
    assert period.days[0] == date(2026, 6, 9)
    assert period.days[-1] == date(2026, 6, 15)
    assert len(period.days) == 7


def test_today_is_the_day_of_the_projects_zone_and_not_of_utc() -> None:
    period = period_of_range(TimeRange.WEEK, utc("2026-06-15T22:30"), VIENNA)
    assert period.days[-1] == date(2026, 6, 16)
    assert period.until == utc("2026-06-16T22:00")


@pytest.mark.parametrize(
    ("time_range", "first", "count"),
    [
        (TimeRange.MONTH, date(2026, 5, 17), 30),
        (TimeRange.QUARTER, date(2026, 3, 18), 90),
    ],
)
def test_longer_ranges_count_calendar_days(time_range: TimeRange, first: date, count: int) -> None:
    period = period_of_range(time_range, utc("2026-06-15T12:00"), VIENNA)
    assert period.days[0] == first
    assert len(period.days) == count


def test_the_night_the_clocks_go_forward_makes_the_week_an_hour_shorter() -> None:
    # 29 March 2026: 02:00 becomes 03:00 in Vienna.
    period = period_of_range(TimeRange.WEEK, utc("2026-03-30T10:00"), VIENNA)
    assert period.since == utc("2026-03-23T23:00")
    assert period.until == utc("2026-03-30T22:00")
    assert period.until - period.since == timedelta(hours=167)


def test_the_night_the_clocks_go_back_makes_the_week_an_hour_longer() -> None:
    # 25 October 2026: 03:00 becomes 02:00 in Vienna.
    period = period_of_range(TimeRange.WEEK, utc("2026-10-26T10:00"), VIENNA)
    assert period.since == utc("2026-10-19T22:00")
    assert period.until == utc("2026-10-26T23:00")
    assert period.until - period.since == timedelta(hours=169)


def test_24h_is_the_last_24_whole_hours_and_the_current_one() -> None:
    period = period_of_range(TimeRange.DAY, utc("2026-06-15T12:34:56.789"), VIENNA)
    assert period.since == utc("2026-06-14T12:00")
    assert period.until == utc("2026-06-15T13:00")
    assert period.days == ()


def test_24h_is_25_hours_also_when_the_clocks_go_back() -> None:
    period = period_of_range(TimeRange.DAY, utc("2026-10-25T10:20"), VIENNA)
    assert period.since == utc("2026-10-24T10:00")
    assert period.until == utc("2026-10-25T11:00")


def test_the_repeated_hour_is_two_hours() -> None:
    # 02:30 summer time, then 02:30 winter time.
    assert start_of_hour(utc("2026-10-25T00:30"), VIENNA) == utc("2026-10-25T00:00")
    assert start_of_hour(utc("2026-10-25T01:30"), VIENNA) == utc("2026-10-25T01:00")


def test_an_hour_begins_when_the_clock_on_the_wall_says_so() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")  # 5:30 ahead of UTC
    assert start_of_hour(utc("2026-06-15T12:34"), kolkata) == utc("2026-06-15T12:30")


def test_days_between_are_half_open() -> None:
    period = period_between(date(2026, 3, 28), date(2026, 3, 30), VIENNA)
    assert period.name == "2026-03-28..2026-03-30"
    assert period.days == (date(2026, 3, 28), date(2026, 3, 29))
    assert period.since == utc("2026-03-27T23:00")
    assert period.until == utc("2026-03-29T22:00")


def test_the_day_the_clocks_go_back_has_25_hours() -> None:
    period = period_between(date(2026, 10, 25), date(2026, 10, 26), VIENNA)
    assert period.since == utc("2026-10-24T22:00")
    assert period.until == utc("2026-10-25T23:00")


def test_a_day_without_a_midnight_begins_at_its_first_moment() -> None:
    # Santiago, 6 September 2026: 24:00 of the day before becomes 01:00.
    santiago = ZoneInfo("America/Santiago")
    assert start_of_day(date(2026, 9, 6), santiago) == utc("2026-09-06T04:00")


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        (date(2026, 6, 15), date(2026, 6, 15), "until"),
        (date(2026, 6, 15), date(2026, 6, 14), "until"),
        (date(1, 1, 1), date(2026, 6, 14), "since"),
        (date(2026, 6, 14), date(9999, 12, 31), "until"),
    ],
)
def test_a_span_that_cannot_be_names_its_field(since: date, until: date, field: str) -> None:
    with pytest.raises(InvalidPeriod) as caught:
        period_between(since, until, VIENNA)
    assert caught.value.field == field
    assert caught.value.sentence.startswith(field)


def test_the_period_before_has_the_same_number_of_days() -> None:
    before = period_before(period_between(date(2026, 3, 28), date(2026, 3, 31), VIENNA), VIENNA)
    assert before.days == (date(2026, 3, 25), date(2026, 3, 26), date(2026, 3, 27))
    assert before.since == utc("2026-03-24T23:00")
    assert before.until == utc("2026-03-27T23:00")


def test_the_period_before_24h_has_the_same_number_of_hours() -> None:
    now = period_of_range(TimeRange.DAY, utc("2026-06-15T12:34"), VIENNA)
    before = period_before(now, VIENNA)
    assert before.since == utc("2026-06-13T11:00")
    assert before.until == utc("2026-06-14T12:00")


@given(
    now=st.integers(0, 150 * 365 * 86400).map(lambda s: utc("2001-01-01") + timedelta(seconds=s)),
    time_range=st.sampled_from(TimeRange),
    zone=st.sampled_from(["Europe/Vienna", "UTC", "Asia/Kolkata", "America/New_York"]),
)
def test_a_period_holds_now_and_touches_the_one_before(
    now: datetime, time_range: TimeRange, zone: str
) -> None:
    period = period_of_range(time_range, now, ZoneInfo(zone))
    before = period_before(period, ZoneInfo(zone))
    assert period.since <= now < period.until
    assert before.until == period.since
    assert len(before.days) == len(period.days)
