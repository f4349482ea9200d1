"""What is chosen in each category, how often, and after how much time."""

from datetime import datetime

from msgspec import Struct

from nesthaus.db.pool import Pool
from nesthaus.domain.pricing import Catalogue
from nesthaus.report.counts import count
from nesthaus.report.labels import Labels
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading


class OptionSelections(Struct, frozen=True, rename="camel"):
    """`share`: sessions that selected it of those that selected anything in its category.
    `average_time_ms`: over its selections that carry a time."""

    category: str
    option: str
    label: str
    selections: int
    sessions: int
    share: float
    average_time_ms: float | None


class Selections(Struct, frozen=True, rename="camel"):
    """In the order of the catalogue."""

    time_range: str
    items: list[OptionSelections]
    as_of: datetime | None


async def selections(pool: Pool, question: Question, catalogue: Catalogue) -> Selections:
    async with reading(pool) as connection:
        but = ("abandoned_for", "returned_to")
        counts = await count(connection, question, ("choices",), catalogue, but=but)
    rows = counts.of("selections")
    of_category = {row.category: row.unique_sessions for row in rows if not row.value_text}
    labels = Labels(catalogue)
    items = [
        OptionSelections(
            category=row.category,
            option=row.value_text,
            label=labels.option(row.category, row.value_text),
            selections=row.count,
            sessions=row.unique_sessions,
            share=row.unique_sessions / of_category[row.category],
            average_time_ms=row.time_sum_ms / row.timed_count if row.timed_count else None,
        )
        for row in rows
        if row.value_text
    ]
    items.sort(key=lambda item: labels.place(item.category, item.option))
    return Selections(question.period.name, items, counts.as_of)
