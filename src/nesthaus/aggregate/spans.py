"""Which hours and days are counted together. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from nesthaus.domain.periods import start_of_day, start_of_hour

_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
_WIDEST = timedelta(days=31)
"""Hours counted together lie within it, so that they are read from few partitions."""


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days in order, with their first moments and those of the days after them."""

    dates: Sequence[date]
    since: Sequence[datetime]
    until: Sequence[datetime]

    def columns(self) -> dict[str, object]:
        """For `unnest`."""
        return {"date": self.dates, "since": self.since, "until": self.until}

    def bounds(self) -> dict[str, object]:
        return {"since": min(self.since), "until": max(self.until)}


def days_of(dates: Iterable[date], zone: ZoneInfo) -> Days:
    ordered = sorted(set(dates))
    return Days(
        ordered,
        [start_of_day(day, zone) for day in ordered],
        [start_of_day(day + _DAY, zone) for day in ordered],
    )


def day_of(hour: datetime, zone: ZoneInfo) -> date:
    return hour.astimezone(zone).date()


def hours_meant(mark: datetime, zone: ZoneInfo) -> frozenset[datetime]:
    """The clock hours a mark speaks of.

    One as a rule. A mark of a worker whose clocks stand in another zone may cut ours in two: then
    all hours in which its sessions may have begun.
    """
    if start_of_hour(mark, zone) == mark:
        return frozenset({mark})
    return frozenset(start_of_hour(mark + n * _QUARTER, zone) for n in range(4))


def first_of(marks: Sequence[datetime], size: int) -> Sequence[datetime]:
    """At most `size`, at least one of `marks`, which are in order; they lie close together."""
    return [mark for mark in marks[:size] if abs(mark - marks[0]) <= _WIDEST]


def dates_between(first: date, until: date) -> list[date]:
    return [first + n * _DAY for n in range((until - first).days)]


def hours_by_day(hours: Collection[datetime], zone: ZoneInfo) -> list[tuple[datetime, date]]:
    return [(hour, day_of(hour, zone)) for hour in sorted(hours)]
