"""Which option of one category goes with which of another, in the houses visitors end up with."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from msgspec import Struct
from psycopg.rows import class_row, tuple_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.pairs import categories_key
from nesthaus.domain.pricing import Catalogue
from nesthaus.figures import figure_parameters, over
from nesthaus.report import counts
from nesthaus.report.archived import refuse_archived
from nesthaus.report.counts import as_of, stored_in_days
from nesthaus.report.labels import Labels
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading

_SQL = load_statements("nesthaus.report", "option_matrix.sql")
_COUNTED = over(counts.SQL["chosen_by_filter"], _SQL["pairs"], once=False)


class Pair(Struct, frozen=True):
    """Sessions whose final configuration has both options."""

    a: str
    b: str
    sessions: int
    converted: int


class OptionMatrix(Struct, frozen=True, rename="camel"):
    """In the order of the catalogue; pairs that no session has are left out."""

    time_range: str
    items: list[Pair]
    as_of: datetime | None


async def option_matrix(
    pool: Pool, question: Question, catalogue: Catalogue, a: str, b: str
) -> OptionMatrix:
    async with reading(pool) as connection:
        asked = await stored_in_days(connection, question)
        # Of a category with itself nothing is stored.
        stored = None if asked is None or a == b else await _stored(connection, asked, a, b)
        if stored is not None:
            items, computed_at = stored, await as_of(connection, question)
        else:
            await refuse_archived(connection, question.period)
            items = await _counted(connection, question, catalogue, a, b)
            computed_at = question.asked_at
    labels = Labels(catalogue)
    items.sort(key=lambda pair: (labels.place(a, pair.a), labels.place(b, pair.b)))
    return OptionMatrix(question.period.name, items, computed_at)


async def _stored(
    connection: Connection, asked: Mapping[str, object], a: str, b: str
) -> list[Pair] | None:
    """None where a day has too many pairs to be stored."""
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(_SQL["stored_pairs"], {**asked, "categories": categories_key(a, b)})
        rows = await cursor.fetchall()
    if any(first is None for first, *_ in rows):
        return None
    if a < b:
        return [Pair(first, second, *numbers) for first, second, *numbers in rows]
    return [Pair(second, first, *numbers) for first, second, *numbers in rows]


async def _counted(
    connection: Connection, question: Question, catalogue: Catalogue, a: str, b: str
) -> list[Pair]:
    asked = {
        **asdict(question.filters),
        **figure_parameters(catalogue, question.period.since, question.period.until),
        "starts": [question.period.since],
        "a": a,
        "b": b,
    }
    async with connection.cursor(row_factory=class_row(Pair)) as cursor:
        await cursor.execute(_COUNTED, asked)
        return await cursor.fetchall()
