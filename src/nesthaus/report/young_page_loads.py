"""Page loads of which more may be on its way: what figures know of them is told by nobody yet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import timedelta

from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.sessions import FIGURES_END_AFTER
from nesthaus.figures import over
from nesthaus.report import counts as counting
from nesthaus.report.counts import Count
from nesthaus.report.questions import Question

SETTLED_AFTER = timedelta(hours=1)
"""Until a page load is this old, what it sent may still be on its way."""

_SQL = load_statements("nesthaus.report", "young_page_loads.sql")
_YOUNG = over(counting.SQL["chosen_by_filter"], _SQL["young_page_loads"], once=False)


class Young(Struct, frozen=True):
    """Of one tracker version: events expected and received of young page loads, and how many
    sessions have such alone."""

    tracker_version: str
    expected: int
    received: int
    with_expected: int
    with_received: int


async def young_page_loads(connection: Connection, question: Question) -> Mapping[str, Young]:
    """By tracker version. Of what the figures know, so that it can be taken from them."""
    young_since = question.asked_at - SETTLED_AFTER
    if question.period.until < young_since - FIGURES_END_AFTER:
        return {}
    asked = asdict(question.filters) | {
        "starts": [question.period.since],
        "young_since": young_since,
    }
    async with connection.cursor(row_factory=class_row(Young)) as cursor:
        await cursor.execute(_YOUNG, asked)
        return {row.tracker_version: row for row in await cursor.fetchall()}


def settled(rows: Iterable[Count], young: Mapping[str, Young]) -> Iterator[Count]:
    """The rows of figures without what `young` has; none where nothing is left."""
    unsettled = {
        ("tracking", version, name): (events, sessions)
        for version, of in young.items()
        for name, events, sessions in (
            ("expected", of.expected, of.with_expected),
            ("received", of.received, of.with_received),
        )
    }
    for row in rows:
        less = unsettled.get((row.metric_type, row.category, row.value_text))
        if less is None:
            yield row
            continue
        events, sessions = less
        if row.count > events:
            yield replace(
                row, count=row.count - events, unique_sessions=row.unique_sessions - sessions
            )
