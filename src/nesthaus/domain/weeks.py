"""Calendar weeks, whose sums spare adding up their days. Pure."""

from collections.abc import Collection
from datetime import date, timedelta

_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


def week_of(day: date) -> date:
    """The Monday it follows, or is."""
    return day - day.weekday() * _DAY


def spans_beside(first: date, last: date, weeks: Collection[date]) -> list[tuple[date, date]]:
    """First and last days of what is left from `first` to `last` without these weeks, which lie in
    it; in order."""
    spans: list[tuple[date, date]] = []
    begin = first
    for week in sorted(weeks):
        if begin < week:
            spans.append((begin, week - _DAY))
        begin = week + _WEEK
    if begin <= last:
        spans.append((begin, last))
    return spans
