"""Which houses do visitors end up with: whole configurations, the most frequent first."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import asdict
from datetime import datetime

from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.configurations import canonical_form, configuration_from_json
from nesthaus.domain.periods import ALL
from nesthaus.domain.pricing import Catalogue
from nesthaus.figures import over
from nesthaus.report import counts
from nesthaus.report.filters import Bots
from nesthaus.report.frequent import RARE
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading

_SQL = load_statements("nesthaus.report", "configurations.sql")
_COUNTED = over(counts.NARROWLY_CHOSEN, _SQL["counted"])
_ROWS_A_FETCH = 500


class PopularConfiguration(Struct, frozen=True, rename="camel"):
    """`selection_count` sessions ended with it, `completion_count` of them converted.
    `average_price` is the mean of their last prices, whole euros."""

    configuration_hash: str
    configuration: dict[str, object]
    selection_count: int
    completion_count: int
    average_price: int | None
    last_selected: datetime


class PopularConfigurations(Struct, frozen=True, rename="camel"):
    """The most frequent first; then the one selected last."""

    time_range: str
    configurations: list[PopularConfiguration]
    as_of: datetime | None


class _Row(Struct, frozen=True):
    """`example_at`: None where `example` is in canonical form already; that is None where only bots
    ended with the configuration."""

    configuration_hash: str
    sessions: int
    converted: int
    average_price: int | None
    last_selected: datetime
    example: dict[str, object] | None
    example_at: datetime | None


async def most_popular(
    pool: Pool, question: Question, catalogue: Catalogue, limit: int
) -> PopularConfigurations:
    async with reading(pool) as connection:
        found = await popular_configurations(connection, question, catalogue, limit)
        as_of = await counts.as_of(connection, question)
    return PopularConfigurations(question.period.name, found, as_of)


async def popular_configurations(
    connection: Connection, question: Question, catalogue: Catalogue, limit: int
) -> list[PopularConfiguration]:
    rows = await _most_frequent(connection, question, limit)
    if rows is None:
        statement, asked = await _statement(connection, question)
        rows = await _rows(connection, statement, asked | {"limit": limit})
    return [_told(row, row.example, catalogue) for row in rows if row.example is not None]


async def _most_frequent(
    connection: Connection, question: Question, limit: int
) -> list[_Row] | None:
    """From a small part of what is stored, where that is enough to be certain."""
    asked = await counts.stored_in_days(connection, question)
    if asked is None:
        return None
    for rare in RARE:
        rows = await _rows(
            connection, _SQL["most_frequent"], asked | {"limit": limit, "rare": rare}
        )
        if rows:
            return None if any(row.example is None for row in rows) else rows
    return None


async def each_configuration(
    connection: Connection, question: Question, catalogue: Catalogue
) -> AsyncGenerator[PopularConfiguration]:
    """All of them in the same order, however many; read as they are taken."""
    statement, asked = await _statement(connection, question)
    async with connection.cursor("each_configuration", row_factory=class_row(_Row)) as cursor:
        cursor.itersize = _ROWS_A_FETCH
        await cursor.execute(statement, asked | {"limit": None})
        async for row in cursor:
            if row.example is not None:
                yield _told(row, row.example, catalogue)


async def _statement(connection: Connection, question: Question) -> tuple[bytes, dict[str, object]]:
    """Only of persons: a configuration of bots alone is not known to be popular."""
    asked: dict[str, object] = {
        **asdict(question.filters),
        "starts": [question.period.since],
    }
    if question.filters.bots == Bots.EXCLUDE:
        stored = await counts.stored_in_days(connection, question)
        if stored is not None:
            return _SQL["stored"], stored
        if question.period == ALL and not question.is_filtered:
            return _SQL["stored_of_all_time"], asked
    return _COUNTED, asked


async def _rows(
    connection: Connection, statement: bytes, asked: Mapping[str, object]
) -> list[_Row]:
    async with connection.cursor(row_factory=class_row(_Row)) as cursor:
        await cursor.execute(statement, asked)
        return await cursor.fetchall()


def _told(
    row: _Row, configuration: dict[str, object], catalogue: Catalogue
) -> PopularConfiguration:
    if row.example_at is not None:
        # As it was saved: its canonical form is that of the list in force then.
        saved = configuration_from_json(configuration)
        configuration = canonical_form(saved, catalogue.in_force_at(row.example_at))
    return PopularConfiguration(
        configuration_hash=row.configuration_hash,
        configuration=configuration,
        selection_count=row.sessions,
        completion_count=row.converted,
        average_price=row.average_price,
        last_selected=row.last_selected,
    )
