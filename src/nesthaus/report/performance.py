"""How fast is it, for the servers and for the visitors: one metric over time."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar

from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.buckets import GROWTH, percentile
from nesthaus.domain.periods import starts_of
from nesthaus.domain.pricing import Catalogue
from nesthaus.figures import over
from nesthaus.report import counts
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading

SLOWEST = 10

_Row = TypeVar("_Row")
_SQL = {
    name: over(counts.NARROWLY_CHOSEN, statement)
    for name, statement in load_statements("nesthaus.report", "performance.sql").items()
}


class Summary(Struct, frozen=True):
    """In the metric's unit. Percentiles are at most 1 % off; None where nothing was measured."""

    count: int
    average: float | None
    p50: float | None
    p75: float | None
    p95: float | None
    p99: float | None
    max: float | None


class Point(Summary, frozen=True):
    """`at` is the start of an hour or a day."""

    at: datetime


class Slow(Struct, frozen=True, rename="camel"):
    at: datetime
    value: float
    route: str | None
    request_id: str | None


class Performance(Struct, frozen=True, rename="camel"):
    time_range: str
    metric: str
    unit: str | None
    summary: Summary
    series: list[Point]
    slowest: list[Slow]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class _Bucket:
    slot: int
    bucket: int | None
    unit: str | None
    count: int
    value_sum: float
    value_max: float


async def performance(
    pool: Pool, question: Question, catalogue: Catalogue, metric: str
) -> Performance:
    starts = starts_of(question.period, catalogue.zone)
    asked = asdict(question.filters) | {
        "metric": metric,
        "starts": list(starts),
        "growth": GROWTH,
        "is_filtered": question.is_filtered,
        "limit": SLOWEST,
    }
    async with reading(pool) as connection:
        buckets = await _rows(connection, _Bucket, "buckets", asked)
        slowest = await _rows(connection, Slow, "slowest", asked)
    by_slot: dict[int, list[_Bucket]] = {}
    for row in buckets:
        by_slot.setdefault(row.slot, []).append(row)
    return Performance(
        time_range=question.period.name,
        metric=metric,
        unit=next((row.unit for row in buckets if row.unit is not None), None),
        summary=Summary(*_told(buckets)),
        series=[
            Point(*_told(by_slot.get(slot, [])), at=start) for slot, start in enumerate(starts)
        ],
        slowest=slowest,
        as_of=question.asked_at,
    )


async def _rows(
    connection: Connection, row: type[_Row], statement: str, asked: Mapping[str, object]
) -> list[_Row]:
    async with connection.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(_SQL[statement], asked)
        return await cursor.fetchall()


def _told(
    buckets: Sequence[_Bucket],
) -> tuple[int, float | None, float | None, float | None, float | None, float | None, float | None]:
    """Count, average, percentiles and maximum of buckets put together."""
    count = sum(row.count for row in buckets)
    if not count:
        return 0, None, None, None, None, None, None
    by_bucket: dict[int | None, int] = {}
    for row in buckets:
        by_bucket[row.bucket] = by_bucket.get(row.bucket, 0) + row.count
    greatest = max(row.value_max for row in buckets)
    # A bucket ends a little above the greatest value in it.
    p50, p75, p95, p99 = (
        min(percentile(by_bucket, percent) or 0.0, greatest) for percent in (50, 75, 95, 99)
    )
    average = sum(row.value_sum for row in buckets) / count
    return count, average, p50, p75, p95, p99, greatest
