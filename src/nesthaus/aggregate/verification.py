"""Counts the last days again although nothing is marked: stored figures must not differ."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nesthaus.aggregate import performance
from nesthaus.aggregate.marked import Announce
from nesthaus.aggregate.recount import (
    Difference,
    Recounted,
    differences,
    marked_hours,
    recount_days,
)
from nesthaus.aggregate.spans import day_of
from nesthaus.aggregate.turns import counting
from nesthaus.aggregate.weeks import verify_weeks
from nesthaus.db.pool import Connection, Pool
from nesthaus.domain.pricing import Catalogue

DAYS = 14
_TOLD = 20
"""Differences of a day that are told one by one."""

_log = logging.getLogger(__name__)


async def verify(pool: Pool, catalogue: Catalogue, now: datetime, announce: Announce) -> int:
    """How many figures of the last 14 days, and of their weeks, differed without a mark that says
    why; each is mended.

    Today first, a day in a transaction. Raises as `count_marked` does.
    """
    today = now.astimezone(catalogue.zone).date()
    days = [today - timedelta(days=n) for n in range(DAYS)]
    wrong = 0
    for day in days:
        seen = await counting(
            pool, lambda connection, day=day: _verify_day(connection, day, catalogue)
        )
        done = seen.done
        unexplained = _without_a_mark(done, seen.found, catalogue)
        _tell(unexplained)
        wrong += len(unexplained) + _tell_of_sums(day, done, seen.found)
        wrong += _tell_of_performance(seen, catalogue)
        if done.changed:
            await announce()
    of_weeks = await verify_weeks(pool, days)
    for week, count in of_weeks.items():
        _log.error("week from %s: %d sums differed from their days; mended", week, count)
    if of_weeks:
        await announce()
    return wrong + sum(of_weeks.values())


@dataclass(frozen=True, slots=True)
class _Seen:
    """`waiting`: hours that have marks still."""

    done: Recounted
    found: Sequence[Difference]
    waiting: Sequence[datetime]


async def _verify_day(connection: Connection, day: date, catalogue: Catalogue) -> _Seen:
    done = await recount_days(connection, [day], catalogue)
    if not done.changed:
        return _Seen(done, [], [])
    return _Seen(done, await differences(connection), await marked_hours(connection))


def _without_a_mark(
    done: Recounted, found: Sequence[Difference], catalogue: Catalogue
) -> list[Difference]:
    """Which sources have rows of their own depends on the whole day, so its marks explain that."""
    marked_days = {day_of(hour, catalogue.zone) for hour in done.marked}
    return [
        each
        for each in found
        if each.hour not in done.marked
        and not (
            each.dimension == "utm_source" and day_of(each.hour, catalogue.zone) in marked_days
        )
    ]


def _tell(unexplained: Sequence[Difference]) -> None:
    for each in unexplained[:_TOLD]:
        part = f"{each.dimension}={each.dimension_value} " if each.dimension else ""
        _log.error(
            "hour %s: %s%s of category %r and value %r was stored as %s and is %s; mended",
            each.hour.isoformat(),
            part,
            each.metric_type,
            each.category,
            each.value_text,
            _words(each.stored_count, each.stored_unique_sessions),
            _words(each.count, each.unique_sessions),
        )
    if len(unexplained) > _TOLD:
        _log.error("%d more figures of this day differed; mended", len(unexplained) - _TOLD)


def _words(count: int | None, sessions: int | None) -> str:
    return "nothing" if count is None else f"{count} in {sessions} sessions"


def _tell_of_sums(day: date, done: Recounted, found: Sequence[Difference]) -> int:
    """Sums of a day in whose hours nothing changed."""
    count = done.days_changed.get(day, 0)
    if found or done.marked or not count:
        return 0
    _log.error("day %s: %d sums or configurations differed from their hours; mended", day, count)
    return count


def _tell_of_performance(seen: _Seen, catalogue: Catalogue) -> int:
    """A session that is marked, on whatever day, explains the values of its days."""
    marks = {*seen.done.marked, *seen.waiting}
    explained = {day_of(hour, catalogue.zone) for hour in marks}
    wrong = performance.unexplained(seen.done.performance, explained)
    for day, count in sorted(wrong.items()):
        _log.error("day %s: %d rows of measured values differed from them; mended", day, count)
    return sum(wrong.values())
