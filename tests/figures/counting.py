"""Counts figures of all sessions of a database, as aggregate does: over a temporary table."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row

from nesthaus.db.queries import load_statements
from nesthaus.figures import FIGURES, MAKE_CHOSEN, figure_parameters, over
from tests.prices import CATALOGUE

_SESSION_FIGURES = load_statements("nesthaus.aggregate", "session_figures.sql")

# A session lies in the cell of the minute it began in.
_ALL_SESSIONS: LiteralString = """
select
    session_id,
    extract(minute from start_time)::integer as cell,
    start_time,
    last_activity,
    conversion_status,
    converted_at is not null as converted,
    verified_at is not null as verified,
    session_duration,
    total_interactions,
    last_price,
    tracker_version,
    clock_skew_ms,
    final_configuration_hash,
    device_type,
    final_configuration,
    final_snapshot_at
from user_sessions
"""


@dataclass(frozen=True, slots=True, order=True)
class Figure:
    """A row of a figure."""

    cell: int
    metric_type: str
    category: str
    value_text: str
    count: int
    unique_sessions: int
    time_sum_ms: int = 0
    timed_count: int = 0
    amount_sum: int = 0


Connection = AsyncConnection[tuple[Any, ...]]


async def parameters_of(connection: Connection) -> dict[str, object]:
    bounds = "select min(start_time), max(start_time) from user_sessions"
    row = await (await connection.execute(bounds)).fetchone()
    assert row is not None
    return figure_parameters(CATALOGUE, *row)


async def write_session_figures(connection: Connection) -> int:
    """How many rows became others."""
    async with connection.transaction():
        await _choose(connection)
        parameters = await parameters_of(connection)
        changed = 0
        for statement in _SESSION_FIGURES.values():
            changed = (await connection.execute(statement, parameters)).rowcount
    return changed


async def session_figures(connection: Connection) -> dict[str, dict[str, Any]]:
    """Written anew, by session. What lies side by side in arrays is put together: `decisions`,
    `changes`."""
    await write_session_figures(connection)
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("select * from session_figures")
        return {row.pop("session_id"): _together(row) for row in await cursor.fetchall()}


def _together(row: dict[str, Any]) -> dict[str, Any]:
    decided = zip(row.pop("decided_categories"), row.pop("decision_ms"), strict=True)
    changed = zip(
        row.pop("changed_categories"),
        row.pop("changed_options"),
        row.pop("changed_finals"),
        row.pop("came_back"),
        strict=True,
    )
    return row | {
        "decisions": dict(decided),
        "changes": [
            {
                "category": category,
                "option": option,
                "final": final,
                "abandoned": option != final,
                "returned": returned,
            }
            for category, option, final, returned in changed
        ],
    }


async def figures(connection: Connection, names: Iterable[str] = FIGURES) -> list[Figure]:
    async with connection.transaction():
        await _choose(connection)
        parameters = await parameters_of(connection)
        return [row for name in names for row in await _rows(connection, FIGURES[name], parameters)]


async def filtered_figures(connection: Connection, names: Iterable[str] = FIGURES) -> list[Figure]:
    """The same, as report does for a filter: in one statement."""
    parameters = await parameters_of(connection)
    chosen = _ALL_SESSIONS.encode()
    return [
        row
        for name in names
        for row in await _rows(connection, over(chosen, FIGURES[name]), parameters)
    ]


async def _choose(connection: Connection) -> None:
    await connection.execute(MAKE_CHOSEN)
    await connection.execute("insert into chosen" + _ALL_SESSIONS)
    await connection.execute("analyze chosen")


async def _rows(
    connection: Connection, figure: bytes, parameters: dict[str, object]
) -> list[Figure]:
    async with connection.cursor(row_factory=class_row(Figure)) as cursor:
        await cursor.execute(figure, parameters)
        return await cursor.fetchall()
