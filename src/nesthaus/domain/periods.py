"""Which sessions a report speaks of: spans of whole hours or whole days in the project's zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

# No session lies outside; days near the ends of the calendar cannot be told in UTC.
_EARLIEST = date(2000, 1, 1)
_LATEST = date(2200, 1, 1)


class TimeRange(StrEnum):
    """The spans a caller can name; all of them end now."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"


_DAYS = {TimeRange.WEEK: 7, TimeRange.MONTH: 30, TimeRange.QUARTER: 90}


class InvalidPeriod(Exception):
    """`field` is the parameter that is wrong, `sentence` says how."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Period:
    """A session is in a period when `since` <= its start < `until`.

    `days` are the calendar days it consists of; empty where it is told by the hour.
    """

    name: str
    since: datetime
    until: datetime
    days: tuple[date, ...] = ()


ALL = Period("all", datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
"""Everything there is."""


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of that calendar day, in UTC; also where midnight is skipped or repeated."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def start_of_hour(at: datetime, zone: ZoneInfo) -> datetime:
    """The clock hour `at` lies in, named by its start in UTC; a repeated hour is two."""
    local = at.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return at.astimezone(UTC) - past


def period_of_days(name: str, first: date, count: int, zone: ZoneInfo) -> Period:
    days = tuple(map(date.fromordinal, range(first.toordinal(), first.toordinal() + count)))
    end = start_of_day(first + count * _DAY, zone)
    return Period(name, start_of_day(first, zone), end, days)


def period_of_range(time_range: TimeRange, now: datetime, zone: ZoneInfo) -> Period:
    """`Nd`: the N days that end with today. `24h`: the last 24 whole hours and this one."""
    if time_range is TimeRange.DAY:
        this_hour = start_of_hour(now, zone)
        return Period(time_range.value, this_hour - 24 * _HOUR, this_hour + _HOUR)
    count = _DAYS[time_range]
    today = now.astimezone(zone).date()
    return period_of_days(time_range.value, today - (count - 1) * _DAY, count, zone)


def period_between(since: date, until: date, zone: ZoneInfo) -> Period:
    """The days from `since` to the day before `until`. Raises InvalidPeriod."""
    for field, day in (("since", since), ("until", until)):
        if not _EARLIEST <= day <= _LATEST:
            raise InvalidPeriod(field, f"{field} must be between {_EARLIEST} and {_LATEST}")
    if until <= since:
        raise InvalidPeriod("until", "until must be later than since; its day is not included")
    return period_of_days(f"{since}..{until}", since, (until - since).days, zone)


def period_before(period: Period, zone: ZoneInfo) -> Period:
    """The same number of days, or of hours, right before."""
    if not period.days:
        length = period.until - period.since
        return Period(f"before {period.name}", period.since - length, period.since)
    count = len(period.days)
    first = period.days[0] - count * _DAY
    return period_of_days(f"before {period.name}", first, count, zone)


def starts_of(period: Period, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The first moments of the days, or of the hours, that a period consists of."""
    if period.days:
        return tuple(start_of_day(day, zone) for day in period.days)
    count = (period.until - period.since) // _HOUR
    return tuple(period.since + n * _HOUR for n in range(count))
