"""Everything a table or a figure holds for a question, row by row, however much it is."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from nesthaus.db.copying import copied_lines
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.pricing import Catalogue
from nesthaus.figures import over
from nesthaus.report import counts
from nesthaus.report.archived import refuse_archived
from nesthaus.report.configurations import PopularConfiguration, each_configuration
from nesthaus.report.daily import DailyRow, daily_rows
from nesthaus.report.formats import Format, document_of, heading_in, lines_in, rows_in
from nesthaus.report.journeys import InteractionRow, SnapshotRow
from nesthaus.report.questions import Question
from nesthaus.report.reading import reading
from nesthaus.report.sessions import SessionRow

TIME_LIMIT_MS = 900_000
"""For one statement. It goes on as fast as the client takes what it says, so a slow line counts."""

_SQL = load_statements("nesthaus.report", "export.sql")
_PART_ROWS = 500

Rows = Callable[[Connection, Question, Catalogue], AsyncGenerator[Struct]]


class MetricRow(Struct, frozen=True, rename="camel"):
    """A row of `performance_metrics`."""

    id: UUID
    timestamp: datetime
    received_at: datetime
    session_id: str | None
    metric_name: str
    value: float
    unit: str | None
    count: int
    additional_data: dict[str, object] | None


@dataclass(frozen=True, slots=True)
class Export:
    """`make` is None where the database writes the rows itself, by the statement of that name;
    they are as they stand, while what is made may be of stored figures."""

    name: str
    summary: str
    row: type[Struct]
    make: Rows | None = None


EXPORTS = (
    Export("sessions", "Sessions, the earliest first", SessionRow),
    Export("interactions", "Interactions of the sessions, session by session", InteractionRow),
    Export("snapshots", "Saved configurations of the sessions, session by session", SnapshotRow),
    Export("daily", "Every figure of each day; of each hour for 24h", DailyRow, daily_rows),
    Export(
        "popular-configurations",
        "Whole configurations, the most frequent first",
        PopularConfiguration,
        each_configuration,
    ),
    Export("performance", "Measured values, the earliest first", MetricRow),
)


async def exported(
    pool: Pool, export: Export, kind: Format, question: Question, catalogue: Catalogue
) -> AsyncGenerator[bytes]:
    """A file in parts. To be closed by who does not want all of it: that ends the query at once."""
    async with reading(pool) as connection:
        await connection.execute(_SQL["time_limit"], {"milliseconds": TIME_LIMIT_MS})
        if export.make is None:
            if export.name != "performance":
                await refuse_archived(connection, question.period)
            as_of = question.asked_at
            parts = _copied(connection, export, kind, question)
        else:
            as_of = await counts.as_of(connection, question)
            parts = _made(export, kind, export.make(connection, question, catalogue))
        async with aclosing(parts), aclosing(document_of(kind, parts, as_of)) as document:
            async for part in document:
                yield part


async def _copied(
    connection: Connection, export: Export, kind: Format, question: Question
) -> AsyncGenerator[bytes]:
    """COPY, because the server writes a whole row in the time it takes to read one field here."""
    rows = over(counts.NARROWLY_CHOSEN, _SQL[export.name])
    statement = _SQL["as_csv" if kind is Format.CSV else "as_json"].replace(b"{rows}", rows)
    asked = asdict(question.filters) | {
        "starts": [question.period.since],
        "is_filtered": question.is_filtered,
    }
    async with aclosing(copied_lines(connection, statement, asked)) as copied:
        async for lines in copied:
            yield lines_in(kind, lines, export.row)


async def _made(
    export: Export, kind: Format, rows: AsyncGenerator[Struct]
) -> AsyncGenerator[bytes]:
    yield heading_in(kind, export.row)
    async with aclosing(rows):
        some: list[Struct] = []
        async for row in rows:
            some.append(row)
            if len(some) == _PART_ROWS:
                yield rows_in(kind, some, export.row)
                some = []
    yield rows_in(kind, some, export.row)
