"""How fast is it, for the servers and for the visitors: one metric over time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import astuple
from psycopg.rows import class_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.buckets import GROWTH, SLOWEST
from nesthaus.domain.periods import starts_of
from nesthaus.domain.pricing import Catalogue
from nesthaus.figures import over
from nesthaus.report import counts
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading
from nesthaus.report.summaries import Buckets, Summary, summary_of

_FEW = 5_000
"""Sessions: the values of so many are looked up one by one."""

_Row = TypeVar("_Row")
_SQL = load_statements("nesthaus.report", "performance.sql")
_OF_CHOSEN = over(counts.NARROWLY_CHOSEN, _SQL["measured"])


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
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class _Measured(Buckets):
    """Values of one part of the period."""

    slot: int
    unit: str | None


@dataclass(frozen=True, slots=True)
class _AndSlowest(_Measured):
    """Those of the whole period, the slowest first."""

    slowest_at: list[datetime]
    slowest_values: list[float]
    slowest_routes: list[str | None]
    slowest_request_ids: list[str | None]

    def slowest(self) -> list[Slow]:
        columns = (
            self.slowest_at,
            self.slowest_values,
            self.slowest_routes,
            self.slowest_request_ids,
        )
        return [Slow(*row) for row in zip(*columns, strict=True)]


async def performance(
    pool: Pool, question: Question, catalogue: Catalogue, metric: str
) -> Performance:
    async with reading(pool) as connection:
        measured, slowest = await _values(connection, question, catalogue, metric)
        as_of = await _as_of(connection, question)
    by_slot: dict[int, list[_Measured]] = defaultdict(list)
    for row in measured:
        by_slot[row.slot].append(row)
    return Performance(
        time_range=question.period.name,
        metric=metric,
        unit=min((row.unit for row in measured if row.unit is not None), default=None),
        summary=summary_of(measured),
        series=[
            Point(*astuple(summary_of(by_slot.get(slot, ()))), at=start)
            for slot, start in enumerate(starts_of(question.period, catalogue.zone))
        ],
        slowest=slowest,
        as_of=as_of,
    )


async def _values(
    connection: Connection, question: Question, catalogue: Catalogue, metric: str
) -> tuple[Sequence[_Measured], list[Slow]]:
    """From what is stored by day, or else from the values themselves."""
    stored = await counts.stored_in_days(connection, question)
    if stored is not None:
        asked = _parts(stored, question) | {"metric": metric, "slowest": SLOWEST}
        return (
            await _rows(connection, _Measured, _SQL["stored"], asked),
            await _rows(connection, Slow, _SQL["stored_slowest"], asked),
        )
    asked = asdict(question.filters) | {
        "metric": metric,
        "starts": list(starts_of(question.period, catalogue.zone)),
        "growth": GROWTH,
        "is_filtered": question.is_filtered,
        "slowest": SLOWEST,
        "few": _FEW,
    }
    measured = await _rows(connection, _AndSlowest, _OF_CHOSEN, asked)
    return measured, measured[0].slowest() if measured else []


def _parts(stored: Mapping[str, object], question: Question) -> dict[str, object]:
    """No value is in two of these, and no other pairs of them exist."""
    dimensions, values = [stored["dimension"]], [stored["dimension_value"]]
    if stored["totals"]:
        dimensions, values = [*dimensions, ""], [*values, ""]
    if not question.is_filtered:
        dimensions, values = [*dimensions, "session"], [*values, "none"]
    return {
        "first": stored["first"],
        "last": stored["last"],
        "dimensions": dimensions,
        "values": values,
    }


async def _as_of(connection: Connection, question: Question) -> datetime | None:
    """Values of single hours are read one by one, whosever they are."""
    return await counts.as_of(connection, question) if question.period.days else question.asked_at


async def _rows(
    connection: Connection, row: type[_Row], statement: bytes, asked: Mapping[str, object]
) -> list[_Row]:
    async with connection.cursor(binary=True, row_factory=class_row(row)) as cursor:
        await cursor.execute(statement, asked)
        return await cursor.fetchall()
