"""What a feature flag does to the sessions that have it: beside those that do not."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.buckets import GROWTH
from nesthaus.figures import over
from nesthaus.report import counts
from nesthaus.report.archived import refuse_archived
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading
from nesthaus.report.summaries import Buckets, Summary, summary_of
from nesthaus.report.tracking_health import loss_rate
from nesthaus.report.young_page_loads import SETTLED_AFTER

_SQL = load_statements("nesthaus.report", "flag_effect.sql")
_SIDES = over(counts.NARROWLY_CHOSEN, _SQL["sides"], once=False)


class Side(Struct, frozen=True, rename="camel"):
    """Of `sessions`, those without activity for an hour sent `expected` events, by their sequence
    numbers, of which `received` are stored. `response_time`, in milliseconds, is that of the calls
    which the pages themselves made to their servers; `errors` of these were answered with 5xx."""

    sessions: int
    expected: int
    received: int
    loss_rate: float | None
    response_time: Summary
    errors: int
    error_rate: float | None


class FlagEffect(Struct, frozen=True, rename="camel"):
    """`without`: sessions that were told the flag is off. Those that began before anybody had set
    it are on neither side."""

    time_range: str
    key: str
    having: Side
    without: Side
    as_of: datetime


@dataclass(frozen=True, slots=True)
class _Values:
    has_it: bool
    kind: str
    bucket: int | None
    count: int
    value_sum: Decimal
    value_max: float


async def flag_effect(pool: Pool, question: Question, key: str) -> FlagEffect:
    """Raises Problem where sessions of the period are archived."""
    asked = asdict(question.filters) | {
        "key": key,
        "starts": [question.period.since],
        "quiet_since": question.asked_at - SETTLED_AFTER,
        "growth": GROWTH,
    }
    async with (
        reading(pool) as connection,
        connection.cursor(row_factory=class_row(_Values)) as cursor,
    ):
        await refuse_archived(connection, question.period)
        await cursor.execute(_SIDES, asked)
        rows = await cursor.fetchall()
    return FlagEffect(
        time_range=question.period.name,
        key=key,
        having=_side([row for row in rows if row.has_it]),
        without=_side([row for row in rows if not row.has_it]),
        as_of=question.asked_at,
    )


def _side(rows: Sequence[_Values]) -> Side:
    values: dict[str, list[Buckets]] = defaultdict(list)
    for row in rows:
        part = Buckets(row.value_sum, row.value_max, [row.bucket], [row.count])
        values[row.kind].append(part)

    def count(kind: str) -> int:
        return summary_of(values[kind]).count

    response_time = summary_of(values["client_api_time"])
    expected, received, errors = map(count, ("expected", "received", "client_api_error"))
    return Side(
        sessions=count("sessions"),
        expected=expected,
        received=received,
        loss_rate=loss_rate(expected, received),
        response_time=response_time,
        errors=errors,
        error_rate=errors / response_time.count if response_time.count else None,
    )
