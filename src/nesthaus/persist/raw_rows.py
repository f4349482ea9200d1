"""Puts what a batch brought into the raw tables, and notes what was really inserted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row, scalar_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.events import Finalisation, Interaction, Outcome, Snapshot
from nesthaus.persist import duplicates
from nesthaus.persist.batch import Arrivals, Remark
from nesthaus.persist.rows import (
    INTERACTION_TYPES,
    AcceptanceRow,
    EntryRow,
    FinalisationRow,
    InteractionRow,
    SnapshotRow,
    columns,
    entry_rows,
    finalisation_rows,
    header_row,
    interaction_rows,
    snapshot_rows,
    version_row,
)
from nesthaus.persist.sessions import Progress, count_interactions

_Row = InteractionRow | SnapshotRow | FinalisationRow
_SQL = load_statements("nesthaus.persist", "raw_rows.sql")


@dataclass(frozen=True, slots=True)
class Claim:
    """A session reports an order."""

    order_id: str
    session_id: str
    ordered_at: datetime


@dataclass(frozen=True, slots=True)
class _InsertedInteraction:
    session_id: str
    at: datetime
    over: bool


@dataclass(frozen=True, slots=True)
class _InsertedFinalisation:
    session_id: str
    at: datetime
    conversion_status: str
    order_id: str | None


Arrived = Mapping[str, Arrivals]
Sessions = Mapping[str, Progress]


async def insert_interactions(connection: Connection, arrived: Arrived, sessions: Sessions) -> int:
    """The number really inserted. By binary copy what certainly is new, the rest one by one."""
    new: list[InteractionRow] = []
    perhaps: list[InteractionRow] = []
    for session_id, arrivals in arrived.items():
        if not arrivals.interactions:
            continue
        progress = sessions[session_id]
        rows = interaction_rows(session_id, progress.start, arrivals.interactions.values())
        counted: list[datetime] = []
        inserted = False
        for row in rows:
            if not progress.certainly_lacks(row.timestamp):
                perhaps.append(row)
                continue
            inserted = True
            new.append(row)
            if not row.over:
                counted.append(row.timestamp)
        if inserted:
            count_interactions(progress, counted)
    await _copy(connection, new)
    missing = await _insert_missing(connection, perhaps, sessions)
    known = _perhaps_known(perhaps, [row.session_id for row in missing])
    await duplicates.note(connection, Interaction, arrived, known, sessions)
    return len(new) + len(missing)


async def _copy(connection: Connection, rows: list[InteractionRow]) -> None:
    if not rows:
        return
    async with (
        connection.cursor() as cursor,
        cursor.copy(_SQL["copy_interactions"]) as copy,
    ):
        copy.set_types(INTERACTION_TYPES)
        for row in rows:
            await copy.write_row(row)


async def _insert_missing(
    connection: Connection, rows: list[InteractionRow], sessions: Sessions
) -> list[_InsertedInteraction]:
    if not rows:
        return []
    parameters = columns(rows, InteractionRow._fields)
    async with connection.cursor(row_factory=class_row(_InsertedInteraction)) as cursor:
        await cursor.execute(_SQL["insert_interactions"], parameters)
        inserted = await cursor.fetchall()
    for row in inserted:
        count_interactions(sessions[row.session_id], () if row.over else (row.at,))
    return inserted


async def insert_entries(connection: Connection, arrived: Arrived, sessions: Sessions) -> None:
    rows: list[EntryRow] = []
    for session_id, arrivals in arrived.items():
        start = sessions[session_id].start
        rows += entry_rows(session_id, start, arrivals)
        rows += _implied_rows(session_id, arrivals, sessions[session_id])
    if not rows:
        return
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["insert_entries"], columns(rows, EntryRow._fields))
        for session_id in await cursor.fetchall():
            sessions[session_id].touched = sessions[session_id].entries_changed = True


def _implied_rows(session_id: str, arrivals: Arrivals, progress: Progress) -> Iterator[EntryRow]:
    """What calls told of themselves, where it may stand."""
    agent, version, stored = arrivals.header_agent, arrivals.tracker_version, progress.stored
    if agent is not None:
        told = [at for (at, _), entry in arrivals.entries.items() if entry.header_user_agent]
        if _may_stand(agent, stored.entry_at, told):
            yield header_row(session_id, progress.start, agent)
    if version is not None:
        told = [at for (at, _), entry in arrivals.entries.items() if entry.tracker_version]
        if _may_stand(version, stored.version_at, told):
            yield version_row(session_id, progress.start, version)


def _may_stand(remark: Remark, known: datetime | None, told: list[datetime]) -> bool:
    """One that is later than another one of the session never stands, whatever comes."""
    earliest = min(told, default=remark.at)
    return remark.at <= (earliest if known is None else min(earliest, known))


async def insert_snapshots(connection: Connection, arrived: Arrived, sessions: Sessions) -> None:
    rows: list[SnapshotRow] = []
    for session_id, arrivals in arrived.items():
        rows += snapshot_rows(session_id, sessions[session_id].start, arrivals)
    if not rows:
        return
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["insert_snapshots"], columns(rows, SnapshotRow._fields))
        inserted: list[str] = await cursor.fetchall()
    for session_id in inserted:
        sessions[session_id].touched = sessions[session_id].snapshots_changed = True
    known = _perhaps_known(rows, inserted)
    await duplicates.note(connection, Snapshot, arrived, known, sessions)


async def insert_finalisations(
    connection: Connection, arrived: Arrived, sessions: Sessions
) -> list[Claim]:
    """The orders that were reported by what was really inserted."""
    rows: list[FinalisationRow] = []
    for session_id, arrivals in arrived.items():
        rows += finalisation_rows(session_id, sessions[session_id].start, arrivals)
    if not rows:
        return []
    parameters = columns(rows, FinalisationRow._fields)
    async with connection.cursor(row_factory=class_row(_InsertedFinalisation)) as cursor:
        await cursor.execute(_SQL["insert_finalisations"], parameters)
        inserted = await cursor.fetchall()
    for row in inserted:
        sessions[row.session_id].touched = sessions[row.session_id].finalisations_changed = True
    known = _perhaps_known(rows, [row.session_id for row in inserted])
    await duplicates.note(connection, Finalisation, arrived, known, sessions)
    return [
        Claim(row.order_id, row.session_id, row.at)
        for row in inserted
        if row.order_id is not None and row.conversion_status == Outcome.CONVERTED
    ]


def _perhaps_known(rows: Sequence[_Row], inserted: Sequence[str]) -> list[AcceptanceRow]:
    """All rows of the sessions of which not all were inserted.

    Nearly always none. Telling the rows by their keys would make the usual case pay for the rare.
    """
    if len(inserted) == len(rows):
        return []
    sent, new = Counter(row.session_id for row in rows), Counter(inserted)
    return [
        AcceptanceRow(row.session_id, row.timestamp, row.id, row.received_at, copy=0)
        for row in rows
        if sent[row.session_id] > new[row.session_id]
    ]
