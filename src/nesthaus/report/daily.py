"""Every figure of a period, day by day, as rows."""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from datetime import timedelta

from msgspec import Struct

from nesthaus.db.pool import Connection
from nesthaus.domain.periods import Period, start_of_day
from nesthaus.domain.pricing import Catalogue
from nesthaus.figures import FIGURES
from nesthaus.report.counts import count
from nesthaus.report.questions import Question
from nesthaus.report.young_page_loads import settled, young_page_loads

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class DailyRow(Struct, frozen=True, rename="camel"):
    """One figure of a day, as in `daily_analytics`, but for page loads younger than an hour, which
    nothing tells; `date` is the start of an hour in a period of hours. Nothing counted, no row.
    `average_time` is `time_sum_ms` / `timed_count`."""

    date: str
    metric_type: str
    category: str
    value_text: str
    count: int
    unique_sessions: int
    time_sum_ms: int
    timed_count: int
    average_time: float | None
    amount_sum: int


async def daily_rows(
    connection: Connection, question: Question, catalogue: Catalogue
) -> AsyncGenerator[DailyRow]:
    """In the order of date, metric, category and value."""
    for date, part in _parts(question, catalogue):
        # One at a time, so that a year needs no more memory than a day.
        counted = await count(connection, part, tuple(FIGURES), catalogue)
        young = await young_page_loads(connection, part)
        rows = [
            DailyRow(
                date,
                row.metric_type,
                row.category,
                row.value_text,
                row.count,
                row.unique_sessions,
                row.time_sum_ms,
                row.timed_count,
                row.time_sum_ms / row.timed_count if row.timed_count else None,
                row.amount_sum,
            )
            for row in settled(counted.all(), young)
        ]
        rows.sort(key=lambda row: (row.metric_type, row.category, row.value_text))
        for row in rows:
            yield row


def _parts(question: Question, catalogue: Catalogue) -> Iterator[tuple[str, Question]]:
    """The days or hours of a question's period, each with the question of it alone."""
    period = question.period
    for day in period.days:
        since, until = (start_of_day(each, catalogue.zone) for each in (day, day + _DAY))
        name = day.isoformat()
        yield name, _within(question, Period(name, since, until, (day,)))
    if not period.days:
        for number in range((period.until - period.since) // _HOUR):
            since = period.since + number * _HOUR
            name = since.isoformat().replace("+00:00", "Z")
            yield name, _within(question, Period(name, since, since + _HOUR))


def _within(question: Question, period: Period) -> Question:
    filters = replace(question.filters, since=period.since, until=period.until)
    return replace(question, period=period, filters=filters)
