"""The figures of a question: from the stored ones where they tell, else counted from sessions."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import chain, repeat
from operator import add

from psycopg.rows import class_row, scalar_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.periods import starts_of
from nesthaus.domain.pricing import Catalogue
from nesthaus.domain.weeks import spans_beside
from nesthaus.figures import FIGURES, METRICS, NOT_IN_WEEKS, figure_parameters, narrow, over
from nesthaus.report.archived import refuse_archived
from nesthaus.report.questions import Breakdown, Question

SQL = load_statements("nesthaus.report", "counts.sql")
NARROWLY_CHOSEN = narrow(SQL["chosen_by_filter"])


@dataclass(frozen=True, slots=True)
class Count:
    """One row of a figure. `cell` is the day or hour of the period, from 0, where they are told
    apart. What `amount_sum` and the others mean, `nesthaus.figures` says for each metric."""

    cell: int
    metric_type: str
    category: str
    value_text: str
    count: int
    unique_sessions: int
    time_sum_ms: int
    timed_count: int
    amount_sum: int


@dataclass(slots=True)
class Counts:
    """`as_of`: see the function of that name."""

    as_of: datetime | None
    _rows: dict[str, list[Count]] = field(default_factory=dict[str, list[Count]])

    def add(self, rows: Iterable[Count]) -> None:
        for row in rows:
            self._rows.setdefault(row.metric_type, []).append(row)

    def of(self, metric_type: str) -> Sequence[Count]:
        return self._rows.get(metric_type, ())

    def all(self) -> Iterator[Count]:
        return chain.from_iterable(self._rows.values())

    def together(self) -> "Counts":
        """Days or hours that were told apart, added up."""
        sums: dict[tuple[str, str, str], list[int]] = {}
        for row in self.all():
            key = row.metric_type, row.category, row.value_text
            numbers = (
                row.count,
                row.unique_sessions,
                row.time_sum_ms,
                row.timed_count,
                row.amount_sum,
            )
            sums[key] = list(map(add, sums.get(key, repeat(0)), numbers))
        whole = Counts(self.as_of)
        whole.add(Count(0, *key, *numbers) for key, numbers in sums.items())
        return whole

    def one(self, metric_type: str, category: str = "", value_text: str = "") -> Count:
        """Zeros where nothing was counted."""
        for row in self.of(metric_type):
            if (row.category, row.value_text) == (category, value_text):
                return row
        return Count(0, metric_type, category, value_text, 0, 0, 0, 0, 0)


async def count(
    connection: Connection,
    question: Question,
    figures: Sequence[str],
    catalogue: Catalogue,
    *,
    apart: bool = False,
    but: Collection[str] = (),
) -> Counts:
    """`figures` are names of `nesthaus.figures`. With `apart` each day or hour of the period has
    rows of its own, else there is one for the whole. Metrics of `but` are left out where that
    spares anything."""
    if await is_stored(connection, question):
        metrics = [metric for name in figures for metric in METRICS[name] if metric not in but]
        return await _stored(connection, question, metrics, apart)
    counts = Counts(question.asked_at)
    starts = starts_of(question.period, catalogue.zone)
    asked = {
        **asdict(question.filters),
        **figure_parameters(catalogue, question.period.since, question.period.until, but),
        "starts": list(starts if apart else starts[:1]),
    }
    for name in figures:
        counts.add(await _rows(connection, _counted(name), asked))
    return counts


@cache
def _counted(figure: str) -> bytes:
    """PostgreSQL counts it in several processes, if it may look for its sessions as it likes. Only
    `options` asks of configurations, which would not fit in memory for the others."""
    chosen = SQL["chosen_by_filter"] if figure == "options" else NARROWLY_CHOSEN
    return over(chosen, FIGURES[figure], once=False)


async def is_stored(connection: Connection, question: Question) -> bool:
    """Whether stored figures tell of just these sessions. Raises Problem where only the sessions
    themselves could, and they are archived."""
    if await _is_stored(connection, question):
        return True
    await refuse_archived(connection, question.period)
    return False


async def _is_stored(connection: Connection, question: Question) -> bool:
    breakdown = question.stored_in
    if breakdown is None or breakdown.dimension != "utm_source":
        return breakdown is not None
    asked = _span(question) | {"source": breakdown.value}
    return await _scalar(connection, _by_period(question, "source_is_stored"), asked) is True


async def stored_in_days(connection: Connection, question: Question) -> dict[str, object] | None:
    """What stored figures of days are asked to tell of just these sessions, of totals, one
    breakdown, or both (`parts`); None where there are none."""
    breakdown, days = question.stored_in, question.period.days
    if not days or not await is_stored(connection, question) or breakdown is None:
        return None
    return {
        "first": days[0],
        "last": days[-1],
        "parts": int(breakdown.totals) + int(breakdown.dimension is not None),
        **_part(breakdown),
    }


async def weeks_and_days(connection: Connection, question: Question) -> dict[str, object]:
    """What whole days of a question are told from: weeks that are added up, and spans of the days
    beside them."""
    return _weeks_and_days(question, await _counted_weeks(connection, question))


async def _counted_weeks(connection: Connection, question: Question) -> list[date]:
    days = question.period.days
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(SQL["counted_weeks"], {"first": days[0], "last": days[-1]})
        return await cursor.fetchall()


def _weeks_and_days(question: Question, weeks: Sequence[date]) -> dict[str, object]:
    days = question.period.days
    spans = spans_beside(days[0], days[-1], weeks)
    return {
        "weeks": weeks,
        "span_first": [first for first, _ in spans],
        "span_last": [last for _, last in spans],
    }


def _part(breakdown: Breakdown) -> dict[str, object]:
    """Totals, one breakdown, or both: no other pairs of `dimensions` and `values` exist."""
    totals = [""] if breakdown.totals else []
    dimension, value = breakdown.dimension, breakdown.value
    return {
        "totals": breakdown.totals,
        "dimension": dimension,
        "dimension_value": value,
        "dimensions": totals if dimension is None else [*totals, dimension],
        "values": totals if value is None else [*totals, value],
    }


async def as_of(connection: Connection, question: Question) -> datetime | None:
    """When the figures of this question were computed; None where none ever were."""
    if not await is_stored(connection, question):
        return question.asked_at
    return await _counted_at(connection)


async def _counted_at(connection: Connection) -> datetime | None:
    counted_at = await _scalar(connection, SQL["counted_at"], {})
    assert counted_at is None or isinstance(counted_at, datetime)
    return counted_at


async def _stored(
    connection: Connection, question: Question, metrics: Sequence[str], apart: bool
) -> Counts:
    breakdown = question.stored_in
    assert breakdown is not None
    counts = Counts(await _counted_at(connection))
    asked = _span(question) | _part(breakdown) | {"metrics": metrics, "apart": apart}
    if question.period.days:
        by_day = apart or not NOT_IN_WEEKS.isdisjoint(metrics)
        weeks = [] if by_day else await _counted_weeks(connection, question)
        asked |= _weeks_and_days(question, weeks)
    counts.add(await _rows(connection, _by_period(question, "stored"), asked))
    return counts


def _by_period(question: Question, name: str) -> bytes:
    return SQL[f"{name}_by_day" if question.period.days else f"{name}_by_hour"]


def _span(question: Question) -> dict[str, object]:
    period = question.period
    if period.days:
        return {"first": period.days[0], "last": period.days[-1]}
    return {"since": period.since, "until": period.until}


async def _rows(
    connection: Connection, statement: bytes, asked: Mapping[str, object]
) -> list[Count]:
    async with connection.cursor(row_factory=class_row(Count)) as cursor:
        await cursor.execute(statement, asked)
        return await cursor.fetchall()


async def _scalar(connection: Connection, statement: bytes, asked: Mapping[str, object]) -> object:
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(statement, asked)
        return await cursor.fetchone()
