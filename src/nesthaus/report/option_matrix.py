"""Which option of one category goes with which of another, in the houses visitors end up with."""

from dataclasses import asdict
from datetime import datetime

from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.pricing import Catalogue
from nesthaus.figures import figure_parameters, over
from nesthaus.report import counts
from nesthaus.report.labels import Labels
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading

_SQL = load_statements("nesthaus.report", "option_matrix.sql")
_COUNTED = over(counts.SQL["chosen_by_filter"], _SQL["pairs"])


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
    as_of: datetime


async def option_matrix(
    pool: Pool, question: Question, catalogue: Catalogue, a: str, b: str
) -> OptionMatrix:
    asked = {
        **asdict(question.filters),
        **figure_parameters(catalogue, question.period.since, question.period.until),
        "starts": [question.period.since],
        "a": a,
        "b": b,
    }
    async with (
        reading(pool) as connection,
        connection.cursor(row_factory=class_row(Pair)) as cursor,
    ):
        await cursor.execute(_COUNTED, asked)
        items = await cursor.fetchall()
    labels = Labels(catalogue)
    items.sort(key=lambda pair: (labels.place(a, pair.a), labels.place(b, pair.b)))
    return OptionMatrix(question.period.name, items, question.asked_at)
