"""When people come: evenings and Sundays more than nights, this month more than a year ago."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import exp
from random import Random
from zoneinfo import ZoneInfo

from nesthaus.domain.identifiers import milliseconds_of

_HOUR = timedelta(hours=1)
_HOUR_MS = 3_600_000
# Shares by local hour, from midnight on.
_WORKDAY = (6, 3, 2, 1, 1, 2, 6, 13, 20, 25, 28, 30, 36, 32, 28, 27, 28, 32, 38, 48, 58, 56, 38, 17)
_WEEKEND = (9, 5, 3, 2, 1, 2, 3, 7, 15, 28, 40, 46, 44, 42, 45, 49, 52, 50, 48, 52, 56, 50, 33, 16)
# Monday to Sunday.
_WEEKDAYS = (0.95, 0.93, 0.96, 1.0, 0.86, 0.98, 1.25)
_GROWTH_PER_DAY = 0.0015
_NOISE_OF_DAY = 0.12
_NOISE_OF_HOUR = 0.15


def start_times(
    random: Random, count: int, since: datetime, until: datetime, zone: ZoneInfo
) -> Iterator[int]:
    """`count` moments in order, in milliseconds since the epoch; `since` <= each < `until`."""
    hours = list(_hours(since, until))
    days: dict[date, float] = {}
    heights = list(accumulate(_weight(random, each, until, zone, days) for each in hours))
    first_ms, end_ms = milliseconds_of(since), milliseconds_of(until)
    hour, before = 0, 0.0
    for number in range(count):
        # Each in a slice of its own, so that they come in order without being sorted.
        height = (number + random.random()) / count * heights[-1]
        while heights[hour] <= height and hour < len(hours) - 1:
            before = heights[hour]
            hour += 1
        begin_ms = first_ms + hour * _HOUR_MS
        length_ms = min(_HOUR_MS, end_ms - begin_ms)
        share = (height - before) / (heights[hour] - before)
        yield begin_ms + min(int(share * length_ms), length_ms - 1)


def _hours(since: datetime, until: datetime) -> Iterator[datetime]:
    hour = since
    while hour < until:
        yield hour
        hour += _HOUR


def _weight(
    random: Random, hour: datetime, until: datetime, zone: ZoneInfo, days: dict[date, float]
) -> float:
    local = hour.astimezone(zone)
    day, weekday = local.date(), local.weekday()
    if day not in days:
        age_days = (until - hour) / timedelta(days=1)
        noise = random.gauss(0, _NOISE_OF_DAY)
        days[day] = _WEEKDAYS[weekday] * exp(noise - _GROWTH_PER_DAY * age_days)
    by_hour = _WEEKEND if weekday >= 5 else _WORKDAY
    noise = random.gauss(0, _NOISE_OF_HOUR)
    part = min(1.0, (until - hour) / _HOUR)
    return days[day] * by_hour[local.hour] * exp(noise) * part
