"""How is it going: sessions, conversions, prices of a period, beside the period before."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.periods import Period, starts_of
from nesthaus.domain.pricing import Catalogue, average_price
from nesthaus.domain.sessions import Status
from nesthaus.domain.visitors import DeviceType
from nesthaus.report.configurations import PopularConfiguration, popular_configurations
from nesthaus.report.counts import Counts, count
from nesthaus.report.questions import Question, question_before
from nesthaus.report.reading import reading

TOTALS = ("sessions", "bounces")
DAILY = ("sessions", "interactions", "conversions")
POPULAR = 10

_SQL = load_statements("nesthaus.report", "overview.sql")


class Totals(Struct, frozen=True, rename="camel"):
    """`average_session_duration` in seconds, `average_price` in whole euros, rates 0 to 1; None
    where there is nothing to take them of."""

    total_sessions: int
    total_interactions: int
    average_session_duration: float | None
    conversion_rate: float | None
    converted_sessions: int
    verified_conversions: int
    abandoned_sessions: int
    ongoing_sessions: int
    bounce_rate: float | None
    average_price: int | None


class Day(Struct, frozen=True):
    """`date` is a day; for a period of hours the start of one."""

    date: str
    sessions: int
    interactions: int
    conversions: int


class Annotation(Struct, frozen=True):
    """What happened that may explain a change. `kind`: `price_list` or `release`."""

    at: datetime
    kind: str
    text: str


class StatusCount(Struct, frozen=True):
    status: str
    count: int


class DeviceCount(Struct, frozen=True, rename="camel"):
    device_type: str
    sessions: int


class Overview(Struct, frozen=True, rename="camel"):
    """`daily` has a row for each day of the range, also where nothing happened."""

    time_range: str
    overview: Totals
    previous: Totals
    daily: list[Day]
    annotations: list[Annotation]
    popular_configurations: list[PopularConfiguration]
    conversion_funnel: list[StatusCount]
    devices: list[DeviceCount]
    as_of: datetime | None


async def overview(pool: Pool, question: Question, catalogue: Catalogue) -> Overview:
    async with reading(pool) as connection:
        daily = await count(connection, question, TOTALS, catalogue, apart=True)
        earlier = question_before(question, catalogue)
        before = await count(connection, earlier, TOTALS, catalogue)
        popular = await popular_configurations(connection, question, catalogue, POPULAR)
        annotations = await _annotations(connection, question.period, catalogue)
    now = daily.together()
    return Overview(
        time_range=question.period.name,
        overview=_totals(now),
        previous=_totals(before),
        daily=list(_days(daily, question.period, catalogue)),
        annotations=annotations,
        popular_configurations=popular,
        conversion_funnel=[
            StatusCount(status.value, now.one("status", "", status.value).count)
            for status in Status
        ],
        devices=[
            DeviceCount(device.value, now.one("devices", "", device.value).count)
            for device in DeviceType
        ],
        as_of=now.as_of,
    )


def _totals(counts: Counts) -> Totals:
    sessions = counts.one("sessions")
    converted = counts.one("conversions").count
    prices = counts.one("prices")
    return Totals(
        total_sessions=sessions.count,
        total_interactions=counts.one("interactions").count,
        average_session_duration=_share(sessions.amount_sum, sessions.timed_count),
        conversion_rate=_share(converted, sessions.count),
        converted_sessions=converted,
        verified_conversions=counts.one("conversions", "", "verified").count,
        abandoned_sessions=counts.one("status", "", Status.ABANDONED.value).count,
        ongoing_sessions=counts.one("status", "", Status.ONGOING.value).count,
        bounce_rate=_share(counts.one("bounces").count, sessions.count),
        average_price=average_price(prices.amount_sum, prices.count),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _days(counts: Counts, period: Period, catalogue: Catalogue) -> Iterator[Day]:
    names = [day.isoformat() for day in period.days] or [
        start.isoformat().replace("+00:00", "Z") for start in starts_of(period, catalogue.zone)
    ]
    by_cell = {
        (row.metric_type, row.cell): row.count
        for metric in DAILY
        for row in counts.of(metric)
        if row.category == row.value_text == ""
    }
    for cell, name in enumerate(names):
        yield Day(name, *(by_cell.get((metric, cell), 0) for metric in DAILY))


class _Release(Struct, frozen=True):
    at: datetime
    version: str


async def _annotations(
    connection: Connection, period: Period, catalogue: Catalogue
) -> list[Annotation]:
    """Price lists that came into force in the period, and releases first run in it."""
    async with connection.cursor(row_factory=class_row(_Release)) as cursor:
        await cursor.execute(_SQL["releases"], {"since": period.since, "until": period.until})
        releases = [
            Annotation(row.at, "release", f"nesthaus {row.version}")
            for row in await cursor.fetchall()
        ]
    lists = [
        Annotation(start, "price_list", f"Price list {price_list.version}")
        for start, price_list in zip(catalogue.starts, catalogue.lists, strict=True)
        if period.since <= start < period.until
    ]
    return sorted(releases + lists, key=lambda each: each.at)
