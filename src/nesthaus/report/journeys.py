"""Everything one session did, in order, with what it cost at each step."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Struct
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import class_row

from nesthaus.archive.sessions import Archive, Place
from nesthaus.archive.tables import SESSIONS
from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.configurations import configuration_from_json
from nesthaus.domain.events import Entry, Finalisation, Interaction, Outcome, Snapshot, Trigger
from nesthaus.domain.insights import Insights, insights
from nesthaus.domain.journeys import Step, Told, timeline
from nesthaus.domain.pricing import Catalogue
from nesthaus.report import sessions
from nesthaus.report.journey_rows import (
    FinalisationRow,
    InteractionRow,
    JourneyRows,
    OpeningRow,
    SnapshotRow,
    together,
)
from nesthaus.report.sessions import SessionRow

_SQL = load_statements("nesthaus.report", "journeys.sql")

# A visitor makes a few hundred events; a program that makes millions must not fill the memory here.
# Each step has a configuration, which may be 16 KB.
MOST_ROWS = 5_000

# gc=False below and in the domain: rows and steps hold no cycles, and a pass of the garbage
# collector over a thousand of them takes longer than telling the journey.

Row = TypeVar("Row")


class Journey(Struct, frozen=True, rename="camel"):
    """Rows that are `over` are listed, but no steps of the timeline. `truncated`: the session has
    more rows than are told here, and timeline and insights know of no others."""

    session: SessionRow
    interactions: list[InteractionRow]
    snapshots: list[SnapshotRow]
    timeline: list[Step]
    insights: Insights
    truncated: bool
    as_of: datetime


async def journey(
    pool: Pool,
    archive: Archive,
    session_id: str,
    catalogue: Catalogue,
    as_of: datetime,
    *,
    most: int = MOST_ROWS,
) -> Journey | None:
    """None where there is no such session. Raises StoreTrouble, of one that is archived."""
    rows, place = await _read(pool, session_id, most)
    if place is not None:
        archived = await asyncio.to_thread(archive.rows_of, place, session_id)
        rows = _cut(together(rows, archived), most) if archived[SESSIONS.name] else rows
    if rows is None:
        return None
    # Of a long session it takes a second or more, and calls must not wait for it.
    return await asyncio.to_thread(_told, rows, catalogue, as_of)


def _told(rows: JourneyRows, catalogue: Catalogue, as_of: datetime) -> Journey:
    events = _events(rows)
    over = frozenset(row.id for row in rows.finalisations if row.over)
    steps = timeline(rows.session.start_time, events, catalogue, over)
    required = catalogue.in_force_at(rows.session.start_time).required_categories
    return Journey(
        session=rows.session,
        interactions=rows.interactions,
        snapshots=rows.snapshots,
        timeline=steps,
        insights=insights(steps, _of_its_own(events, rows.session), required),
        truncated=rows.truncated,
        as_of=as_of,
    )


async def _read(pool: Pool, session_id: str, most: int) -> tuple[JourneyRows | None, Place | None]:
    """All tables as of one moment, in one round trip; and where in the archive the session is."""
    asked = {"session_id": session_id, "most": most + 1}
    async with pool.connection() as connection, connection.pipeline(), connection.transaction():
        await connection.execute("set transaction isolation level repeatable read, read only")
        found = await _ask(connection, SessionRow, sessions.SQL["one_session"], asked)
        openings = await _ask(connection, OpeningRow, _SQL["opening"], asked)
        interactions = await _ask(connection, InteractionRow, _SQL["interactions"], asked)
        snapshots = await _ask(connection, SnapshotRow, _SQL["snapshots"], asked)
        finalisations = await _ask(connection, FinalisationRow, _SQL["finalisations"], asked)
        places = await _ask(connection, Place, _SQL["archived"], asked)
        place = await places.fetchone()
        session = await found.fetchone()
        if session is None:
            return None, place
        rows = JourneyRows(
            session,
            await openings.fetchall(),
            await interactions.fetchall(),
            await snapshots.fetchall(),
            await finalisations.fetchall(),
            truncated=False,
        )
    return _cut(rows, most), place


def _cut(rows: JourneyRows, most: int) -> JourneyRows:
    listed = (rows.interactions, rows.snapshots, rows.finalisations)
    if all(len(some) <= most for some in listed):
        return rows
    return JourneyRows(
        rows.session,
        rows.openings,
        rows.interactions[:most],
        rows.snapshots[:most],
        rows.finalisations[:most],
        truncated=True,
    )


async def _ask(
    connection: AsyncConnection[tuple[Any, ...]],
    row: type[Row],
    statement: bytes,
    asked: Mapping[str, object],
) -> AsyncCursor[Row]:
    cursor = connection.cursor(row_factory=class_row(row))
    return await cursor.execute(statement, asked)


def _events(rows: JourneyRows) -> list[Told]:
    """What counts of a session's rows; the over ones do not, but a conversion does."""
    return [
        *[_entry(row) for row in rows.openings],
        *[_interaction(row) for row in rows.interactions if not row.over],
        *[_snapshot(row) for row in rows.snapshots if not row.over],
        *[_finalisation(row) for row in rows.finalisations],
    ]


def _of_its_own(events: Sequence[Told], session: SessionRow) -> list[Told]:
    """Without conversions by an order that belongs to another session, which reported it first."""
    if session.converted_at is not None:
        return list(events)
    return [
        event
        for event in events
        if not isinstance(event, Finalisation) or event.outcome is not Outcome.CONVERTED
    ]


def _entry(row: OpeningRow) -> Entry:
    shown = row.configuration_data
    return Entry(
        id=row.id,
        at=row.timestamp,
        configuration=None if shown is None else configuration_from_json(shown),
    )


def _interaction(row: InteractionRow) -> Interaction:
    return Interaction(
        id=row.id,
        at=row.timestamp,
        type=row.event_type,
        category=row.category,
        element_id=row.element_id,
        value=row.selection_value,
        previous_value=row.previous_value,
        quantity=row.quantity,
        square_meters=row.square_meters,
        sequence=row.sequence,
    )


def _snapshot(row: SnapshotRow) -> Snapshot:
    return Snapshot(
        id=row.id,
        at=row.timestamp,
        configuration=configuration_from_json(row.configuration_data),
        configuration_hash=row.configuration_hash,
        trigger=None if row.trigger_event is None else Trigger(row.trigger_event),
        total_price_eur=row.total_price,
        completion_percentage=row.completion_percentage,
        price_list_version=row.price_list_version,
    )


def _finalisation(row: FinalisationRow) -> Finalisation:
    return Finalisation(
        id=row.id,
        at=row.timestamp,
        outcome=Outcome(row.conversion_status),
        exit_page=row.exit_page,
        order_id=row.order_id,
        verified=row.verified,
    )
