"""Counts any span of days again from the raw rows, beside whoever else counts."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from nesthaus.aggregate.configurations import sum_all_days
from nesthaus.aggregate.marked import Announce, Counted, next_size
from nesthaus.aggregate.recount import recount_days
from nesthaus.aggregate.spans import dates_between, day_of, days_of
from nesthaus.aggregate.state import (
    CHANGING,
    OtherZone,
    check_zone,
    closed_months,
    counted_in,
    is_closed,
    set_counted_at,
    set_time_zone,
)
from nesthaus.aggregate.turns import counting
from nesthaus.aggregate.weeks import forget_weeks
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.pricing import Catalogue

_SQL = load_statements("nesthaus.aggregate", "rebuild.sql")
_DAY = timedelta(days=1)
_MOST_DAYS = 31

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RebuildPlan:
    """`dates` are counted one after the other; `closed` days of the span cannot be any more.

    `everything`: the dates are all there are. `zone_changes`: they were counted in another zone.
    """

    dates: Sequence[date]
    closed: Sequence[date]
    everything: bool
    zone_changes: bool


async def plan_rebuild(
    pool: Pool, zone: ZoneInfo, since: date | None, until: date | None
) -> RebuildPlan:
    """The days from `since` to the day before `until`; what is left open reaches as far as there is
    anything. Raises OtherZone where these days alone would be counted in another zone than the
    rest, or some cannot be counted any more.
    """

    async def plan(connection: Connection) -> RebuildPlan:
        stored_in = await counted_in(connection)
        everything = since is None and until is None
        zone_changes = stored_in is not None and stored_in != zone.key
        if zone_changes and not everything:
            await check_zone(connection, zone)
        closed = await closed_months(connection)
        if zone_changes and closed:
            raise OtherZone(_impossible(stored_in or "", zone, closed))
        span = await _span(connection, zone)
        first = since or (span[0] if span else until)
        after = until or (span[1] + _DAY if span else since)
        dates = dates_between(first, after) if first and after else []
        return RebuildPlan(
            [day for day in dates if not is_closed(day, closed)],
            [day for day in dates if is_closed(day, closed)],
            everything,
            zone_changes,
        )

    return await counting(pool, plan)


def _impossible(stored_in: str, zone: ZoneInfo, closed: frozenset[date]) -> str:
    months = ", ".join(f"{month:%Y-%m}" for month in sorted(closed))
    return (
        f"NESTHAUS_TIMEZONE cannot become {zone.key}: the raw rows of {months} are archived, and"
        f" their figures are counted in {stored_in or 'another zone'}; set it back"
    )


async def _span(connection: Connection, zone: ZoneInfo) -> tuple[date, date] | None:
    """The first and the last day of which there is anything."""
    cursor = await connection.execute(_SQL["first_and_last"])
    moments = await cursor.fetchone()
    cursor = await connection.execute(_SQL["first_and_last_day"])
    days = await cursor.fetchone()
    assert moments is not None
    assert days is not None
    known = [day_of(moment, zone) for moment in moments if moment is not None]
    known += [day for day in days if day is not None]
    return (min(known), max(known)) if known else None


async def rebuild(
    pool: Pool,
    catalogue: Catalogue,
    plan: RebuildPlan,
    now: datetime,
    *,
    announce: Announce,
    told: Told,
) -> Counted:
    """Counts the days of the plan; `told` gets the number of days of each transaction. Their weeks
    are to be added up again.

    May be broken off at any time and begun again.
    """
    if plan.zone_changes:
        await counting(pool, lambda connection: set_time_zone(connection, CHANGING))
    counted = Counted()
    rest, size = list(plan.dates), 1
    while rest:
        chunk, began = rest[:size], time.monotonic()
        counted_now = await counting(
            pool,
            lambda connection, days=chunk: recount_days(
                connection, days, catalogue, zone_changes=plan.zone_changes
            ),
        )
        counted.hours += counted_now.hours
        counted.changed += counted_now.changed
        if counted_now.changed:
            await announce()
        told(len(chunk))
        size = min(next_size(size, time.monotonic() - began), _MOST_DAYS)
        rest = rest[len(chunk) :]
    await counting(pool, lambda connection: _finish(connection, catalogue, plan, now))
    return counted


async def _finish(
    connection: Connection, catalogue: Catalogue, plan: RebuildPlan, now: datetime
) -> None:
    dates = [*plan.dates, *plan.closed]
    await forget_weeks(connection, dates)
    if not plan.everything:
        return
    if dates:
        await sum_all_days(connection, days_of(dates, catalogue.zone), catalogue)
    if plan.zone_changes:
        await set_time_zone(connection, catalogue.zone.key)
        await set_counted_at(connection, now)
