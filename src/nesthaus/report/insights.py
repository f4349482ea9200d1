"""What do visitors hesitate over, and what tells those who buy from those who do not."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.funnels import steps_of
from nesthaus.domain.intervals import MEDIAN_HALF_WIDTH, ranks_of_median
from nesthaus.domain.pricing import Catalogue
from nesthaus.domain.ranks import rank_of
from nesthaus.figures import over
from nesthaus.report import counts as counting
from nesthaus.report.counts import Counts, count
from nesthaus.report.findings import Decided, Finding, findings
from nesthaus.report.funnel import DropOff, drop_off
from nesthaus.report.labels import Labels
from nesthaus.report.questions import Question, question_before
from nesthaus.report.reading import reading
from nesthaus.report.spreads import Ranks, StoredSpreads, stored_spreads

FIGURES = ("sessions", "choices", "funnel", "options")

_SQL = load_statements("nesthaus.report", "insights.sql")
_DECISIONS = over(counting.NARROWLY_CHOSEN, _SQL["decision_times"], once=False)


class DecisionTime(Struct, frozen=True, rename="camel"):
    """Of the sessions that decided about the category, converted ones and others apart."""

    category: str
    converted: bool
    sessions: int
    median_ms: int
    p90_ms: int


class Instead(Struct, frozen=True):
    """The option sessions ended with instead; None: with none."""

    option: str | None
    sessions: int


class ChangeOfMind(Struct, frozen=True, rename="camel"):
    """`chosen` sessions selected it at some time; `returned_to` of them came back to it after
    another one."""

    category: str
    option: str
    chosen: int
    abandoned_for: list[Instead]
    returned_to: int


class Insights(Struct, frozen=True, rename="camel"):
    time_range: str
    decision_time: list[DecisionTime]
    changes_of_mind: list[ChangeOfMind]
    drop_off: list[DropOff]
    findings: list[Finding]
    as_of: datetime | None


async def insights(pool: Pool, question: Question, catalogue: Catalogue) -> Insights:
    async with reading(pool) as connection:
        counts = await count(connection, question, FIGURES, catalogue)
        earlier = question_before(question, catalogue)
        before = await count(connection, earlier, ("sessions",), catalogue)
        decided = await _decided(connection, question)
    labels = Labels(catalogue)
    decided.sort(key=lambda row: (labels.place(row.category), not row.converted))
    return Insights(
        time_range=question.period.name,
        decision_time=[
            DecisionTime(row.category, row.converted, row.sessions, row.median_ms, row.p90_ms)
            for row in decided
        ],
        changes_of_mind=list(_changes_of_mind(counts, labels)),
        drop_off=drop_off(steps_of(catalogue.required_categories), counts),
        findings=findings(counts, before, decided, labels),
        as_of=counts.as_of,
    )


async def _decided(connection: Connection, question: Question) -> list[Decided]:
    stored = await stored_spreads(connection, question, "decision_time")
    if stored is not None:
        return await _decided_from(stored)
    asked = asdict(question.filters) | {
        "starts": [question.period.since],
        "half_width": MEDIAN_HALF_WIDTH,
    }
    async with connection.cursor(row_factory=class_row(Decided)) as cursor:
        await cursor.execute(_DECISIONS, asked)
        return await cursor.fetchall()


async def _decided_from(stored: StoredSpreads) -> list[Decided]:
    """By the ranks that `decision_times` asks for."""
    asked = [
        Ranks([key], [*ranks_of_median(spread.count), rank_of(90, spread.count)])
        for key, spread in stored.spreads.items()
    ]
    return [
        Decided(category, converted, spread.count, median_ms, p90_ms, low_ms, high_ms)
        for ((category, converted), spread), (low_ms, median_ms, high_ms, p90_ms) in zip(
            stored.spreads.items(), await stored.at_ranks(asked), strict=True
        )
    ]


def _changes_of_mind(counts: Counts, labels: Labels) -> Iterator[ChangeOfMind]:
    instead: dict[tuple[str, str], list[Instead]] = defaultdict(list)
    for row in counts.of("abandoned_for"):
        option, final = json.loads(row.value_text)
        instead[row.category, option].append(Instead(final, row.count))
    for row in sorted(
        counts.of("selections"), key=lambda row: labels.place(row.category, row.value_text)
    ):
        if row.value_text:
            yield ChangeOfMind(
                category=row.category,
                option=row.value_text,
                chosen=row.unique_sessions,
                abandoned_for=_most_frequent_first(instead[row.category, row.value_text]),
                returned_to=counts.one("returned_to", row.category, row.value_text).count,
            )


def _most_frequent_first(options: Sequence[Instead]) -> list[Instead]:
    return sorted(options, key=lambda each: (-each.sessions, each.option or ""))
