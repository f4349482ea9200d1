"""What did not reach us, came twice, late, with a wrong clock, or was refused."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.pricing import Catalogue
from nesthaus.domain.ranks import nearest_rank, rank_of
from nesthaus.report.counts import Counts, count
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading
from nesthaus.report.spreads import Ranks, stored_spreads
from nesthaus.report.young_page_loads import Young, settled, young_page_loads

FIGURES = ("sessions", "tracking")

_SQL = load_statements("nesthaus.report", "tracking_health.sql")


class VersionHealth(Struct, frozen=True, rename="camel"):
    """The same of the sessions of one tracker version; None: they did not say."""

    version: str | None
    sessions: int
    expected: int
    received: int
    loss_rate: float | None
    duplicates: int
    late: int
    over: int
    price_mismatches: int


class TrackingHealth(Struct, frozen=True, rename="camel"):
    """`expected` events were sent by page loads older than an hour, by their sequence numbers, of
    which `received` are stored. `over`: later than 7 days after a session's start, in no figure.
    `refused`: calls of the days, of all visitors. `clock_skew_ms`: median over sessions."""

    time_range: str
    sessions: int
    expected: int
    received: int
    loss_rate: float | None
    duplicates: int
    late: int
    over: int
    refused: dict[str, int]
    clock_skew_ms: int | None
    price_mismatches: int
    versions: list[VersionHealth]
    as_of: datetime | None


class _Refused(Struct, frozen=True):
    reason: str
    count: int


async def tracking_health(pool: Pool, question: Question, catalogue: Catalogue) -> TrackingHealth:
    async with reading(pool) as connection:
        counts = await count(connection, question, FIGURES, catalogue)
        young = await young_page_loads(connection, question)
        refused = await _refused(connection, question, catalogue)
        skew_ms = await _clock_skew(connection, question, catalogue)
    versions = list(_versions(counts, young))
    expected = sum(version.expected for version in versions)
    received = sum(version.received for version in versions)
    return TrackingHealth(
        time_range=question.period.name,
        sessions=counts.one("sessions").count,
        expected=expected,
        received=received,
        loss_rate=loss_rate(expected, received),
        duplicates=sum(version.duplicates for version in versions),
        late=sum(version.late for version in versions),
        over=sum(version.over for version in versions),
        refused=refused,
        clock_skew_ms=skew_ms,
        price_mismatches=sum(version.price_mismatches for version in versions),
        versions=versions,
        as_of=counts.as_of,
    )


async def _clock_skew(
    connection: Connection, question: Question, catalogue: Catalogue
) -> int | None:
    """The median over sessions."""
    stored = await stored_spreads(connection, question, "clock_skew")
    if stored is None:
        counts = await count(connection, question, ("clock_skew",), catalogue)
        return nearest_rank(
            sorted((int(row.value_text), row.count) for row in counts.of("clock_skew")), 50
        )
    spreads = stored.spreads
    if not spreads:
        return None
    rank = rank_of(50, sum(spread.count for spread in spreads.values()))
    return (await stored.at_ranks([Ranks(tuple(spreads), [rank])]))[0][0]


async def _refused(
    connection: Connection, question: Question, catalogue: Catalogue
) -> dict[str, int]:
    """A period of hours takes the whole days it touches."""
    period = question.period
    last = period.until - timedelta(microseconds=1)
    days: tuple[date, date] = (
        period.since.astimezone(catalogue.zone).date(),
        last.astimezone(catalogue.zone).date(),
    )
    async with connection.cursor(row_factory=class_row(_Refused)) as cursor:
        await cursor.execute(_SQL["refused"], {"first": days[0], "last": days[1]})
        return {row.reason: row.count for row in await cursor.fetchall()}


def _versions(counts: Counts, young: Mapping[str, Young]) -> Iterator[VersionHealth]:
    rows = settled(counts.of("tracking"), young)
    told = {(row.category, row.value_text): row.count for row in rows}
    for version in sorted({category for category, _ in told}):
        expected = told.get((version, "expected"), 0)
        received = told.get((version, "received"), 0)
        yield VersionHealth(
            version=version or None,
            sessions=told.get((version, "sessions"), 0),
            expected=expected,
            received=received,
            loss_rate=loss_rate(expected, received),
            duplicates=told.get((version, "duplicates"), 0),
            late=told.get((version, "late"), 0),
            over=told.get((version, "over"), 0),
            price_mismatches=told.get((version, "price_mismatches"), 0),
        )


def loss_rate(expected: int, received: int) -> float | None:
    return 1 - received / expected if expected else None
