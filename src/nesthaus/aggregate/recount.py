"""Counts hours again, whole, with the days they belong to: one transaction, one moment."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row, scalar_row

from nesthaus.aggregate import configurations, days, pairs, performance, spreads
from nesthaus.aggregate.sources import KeptSources, keep_sources
from nesthaus.aggregate.spans import day_of, days_of, hours_by_day, hours_meant
from nesthaus.aggregate.state import check_zone, closed_months, found_state, is_closed
from nesthaus.aggregate.weeks import forget_weeks
from nesthaus.aggregate.writing import write_differences
from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements, name_of, named
from nesthaus.domain.pricing import Catalogue
from nesthaus.figures import FIGURES, figure_parameters

_SQL = load_statements("nesthaus.aggregate", "hours.sql")
_SESSION_FIGURES = load_statements("nesthaus.aggregate", "session_figures.sql")

_FIGURES = [
    named(b"with cell_figures as (\n" + figure + b"\n)\n" + _SQL["keep_figure"], name_of(figure))
    for figure in FIGURES.values()
]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of an hour that was stored otherwise than it is counted; None: no row at all."""

    hour: datetime
    dimension: str
    dimension_value: str
    metric_type: str
    category: str
    value_text: str
    stored_count: int | None
    stored_unique_sessions: int | None
    count: int | None
    unique_sessions: int | None


@dataclass(frozen=True, slots=True)
class Recounted:
    """`changed` rows of stored figures; `days_changed` are those of days, by day, `performance`
    those of measured values. `marked` are the hours that had marks."""

    hours: int
    changed: int
    marked: frozenset[datetime]
    days_changed: dict[date, int]
    performance: performance.Changes


NOTHING = Recounted(0, 0, frozenset(), {}, {})


async def recount_marked(
    connection: Connection, marks: Sequence[datetime], catalogue: Catalogue
) -> Recounted:
    """Counts the hours these marks speak of, and takes the marks away.

    Hours of closed months lose their marks alone. `connection` is in a transaction that sees one
    moment. Raises OtherZone.
    """
    hours = {hour for mark in marks for hour in hours_meant(mark, catalogue.zone)}
    return await _recount(connection, hours, marks, catalogue)


async def recount_days(
    connection: Connection,
    dates: Iterable[date],
    catalogue: Catalogue,
    *,
    zone_changes: bool = False,
) -> Recounted:
    """Counts every hour of these days; otherwise as above.

    With `zone_changes` what is stored may be counted in another zone.
    """
    spans = days_of(dates, catalogue.zone)
    hours: set[datetime] = set()
    for since, until in zip(spans.since, spans.until, strict=True):
        parameters = {"since": since, "until": until, "zone": catalogue.zone.key}
        async with connection.cursor(row_factory=scalar_row) as cursor:
            await cursor.execute(_SQL["hours_between"], parameters)
            hours.update(await cursor.fetchall())
    return await _recount(
        connection, hours, sorted(hours), catalogue, spans.dates, zone_changes=zone_changes
    )


async def differences(connection: Connection) -> list[Difference]:
    """Those that the recount in this transaction has found in hours, and mended."""
    async with connection.cursor(row_factory=class_row(Difference)) as cursor:
        await cursor.execute(_SQL["differences"])
        return await cursor.fetchall()


async def marked_hours(connection: Connection) -> list[datetime]:
    """The latest first."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["marked_hours"])
        return await cursor.fetchall()


async def _recount(
    connection: Connection,
    hours: Collection[datetime],
    marks: Sequence[datetime],
    catalogue: Catalogue,
    dates: Collection[date] = (),
    *,
    zone_changes: bool = False,
) -> Recounted:
    zone = catalogue.zone
    if not zone_changes:
        await check_zone(connection, zone)
        await found_state(connection, zone)
    marked = await _take_marks(connection, marks)
    closed = await closed_months(connection)
    open_hours = {hour for hour in hours if not is_closed(day_of(hour, zone), closed)}
    open_dates = {day for day in dates if not is_closed(day, closed)}
    open_dates |= {day_of(hour, zone) for hour in open_hours}
    if not open_dates:
        return NOTHING
    spans = days_of(open_dates, zone)
    kept = await keep_sources(connection, spans, zone)
    open_hours |= kept.hours_of_moved
    changed, before = await _count_hours(connection, open_hours, kept, catalogue)
    of_days = await days.sum_hours(connection, spans)
    of_configurations = await configurations.count(connection, spans, kept, catalogue)
    of_spreads = await spreads.count(connection, spans, kept)
    of_pairs = await pairs.count(connection, spans, kept, catalogue)
    of_performance = await performance.count(connection, spans, before, closed, zone)
    by_day = sum(map(Counter, (of_days, of_configurations, of_spreads, of_pairs)), Counter[date]())
    await forget_weeks(connection, by_day)
    changed += by_day.total() + sum(of_performance.values())
    return Recounted(len(open_hours), changed, marked, by_day, of_performance)


async def _take_marks(connection: Connection, marks: Sequence[datetime]) -> frozenset[datetime]:
    parameters = {"hour": list(marks)}
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["marked_among"], parameters)
        marked = frozenset(await cursor.fetchall())
    await connection.execute(_SQL["delete_marks"], {"hour": sorted(marked)})
    return marked


async def _count_hours(
    connection: Connection,
    hours: Collection[datetime],
    kept: KeptSources,
    catalogue: Catalogue,
) -> tuple[int, frozenset[date]]:
    """How many stored rows of hours became others; on which days something was measured in sessions
    of which nothing was known then."""
    await _choose(connection, hours, kept, catalogue)
    before = await performance.days_before_sessions(connection, catalogue.zone)
    await _count_chosen(connection, catalogue)
    return await write_differences(connection, _SQL, {"hour": sorted(hours)}), before


async def _choose(
    connection: Connection,
    hours: Collection[datetime],
    kept: KeptSources,
    catalogue: Catalogue,
) -> None:
    for name in ("make_chosen", "make_cell_figures", "make_hour_differences"):
        await connection.execute(_SQL[name])
    by_day = hours_by_day(hours, catalogue.zone)
    parameters = {
        "hour": [hour for hour, _ in by_day],
        "date": [day for _, day in by_day],
        "zone": catalogue.zone.key,
        **kept.columns(),
    }
    await connection.execute(_SQL["choose"], parameters)
    await connection.execute(_SQL["analyze_chosen"])


async def _count_chosen(connection: Connection, catalogue: Catalogue) -> None:
    """Every figure of the sessions that are chosen."""
    cursor = await connection.execute(_SQL["bounds_of_chosen"])
    row = await cursor.fetchone()
    if row is None or row[0] is None:
        return
    first, last = row
    parameters = figure_parameters(catalogue, first, last)
    for statement in _SESSION_FIGURES.values():
        await connection.execute(statement, parameters)
    for statement in _FIGURES:
        await connection.execute(statement, parameters)
    await connection.execute(_SQL["analyze_cell_figures"])
