"""Puts what a batch brought into the raw tables, and notes what was really inserted."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import class_row, scalar_row

from nesthaus.db.copying import copy_rows
from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.events import Finalisation, Interaction, Outcome, Snapshot
from nesthaus.persist import duplicates
from nesthaus.persist.batch import Arrivals, Key, Remark
from nesthaus.persist.rows import (
    INTERACTION_TYPES,
    AcceptanceRow,
    EntryRow,
    FinalisationRow,
    SnapshotRow,
    columns,
    entry_rows,
    finalisation_rows,
    header_row,
    interaction_row,
    snapshot_rows,
    version_row,
)
from nesthaus.persist.sessions import Progress, count_interactions

_Row = SnapshotRow | FinalisationRow
_SQL = load_statements("nesthaus.persist", "raw_rows.sql")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A session reports an order."""

    order_id: str
    session_id: str
    ordered_at: datetime
    verified: bool


@dataclass(frozen=True, slots=True)
class _ChangedFinalisation:
    session_id: str
    at: datetime
    conversion_status: str
    order_id: str | None
    verified: bool
    is_new: bool


Arrived = Mapping[str, Arrivals]
Sessions = Mapping[str, Progress]


async def insert_interactions(connection: Connection, arrived: Arrived, sessions: Sessions) -> int:
    """The number really inserted. All sessions are locked, so that nobody adds to what is known."""
    known = await _known_interactions(connection, arrived, sessions)
    rows = _missing_interactions(arrived, sessions, known)
    inserted = await copy_rows(connection, _SQL["copy_interactions"], INTERACTION_TYPES, rows)
    again = [
        AcceptanceRow(session_id, *key, arrived[session_id].interactions[key].received_at, copy=0)
        for session_id, keys in known.items()
        for key in keys
    ]
    await duplicates.note(connection, Interaction, arrived, again, sessions)
    return inserted


async def _known_interactions(
    connection: Connection, arrived: Arrived, sessions: Sessions
) -> dict[str, set[Key]]:
    """Those of the batch that are stored already. Notes what else there is of the same seconds."""
    spans = [
        (session_id, *span)
        for session_id, arrivals in arrived.items()
        if (span := _span_to_look_at(arrivals, sessions[session_id]))
    ]
    known: dict[str, set[Key]] = {}
    if not spans:
        return known
    async with connection.cursor(binary=True) as cursor:
        parameters = columns(spans, ("session_id", "first", "end"))
        await cursor.execute(_SQL["interactions_within"], parameters)
        for session_id, at, identifier in await cursor.fetchall():
            progress = sessions[session_id]
            if at <= progress.horizon:
                progress.near_times.append(at)
            if (at, identifier) in arrived[session_id].interactions:
                known.setdefault(session_id, set()).add((at, identifier))
    return known


def _span_to_look_at(arrivals: Arrivals, progress: Progress) -> tuple[datetime, datetime] | None:
    """Whole seconds, half-open, outside of which all that came is new and in seconds of its own.
    None: everywhere; or so it does not matter, since too little came to be a burst."""
    end = progress.stored.latest_seen.replace(microsecond=0) + _SECOND
    if progress.is_new or arrivals.earliest >= end:
        return None
    times = [at for at, _ in arrivals.interactions if at < end]
    if not times:
        return None
    if not progress.may_have(times) and not progress.may_be_burst(len(arrivals.interactions)):
        return None
    return min(times).replace(microsecond=0), max(times).replace(microsecond=0) + _SECOND


def _missing_interactions(
    arrived: Arrived, sessions: Sessions, known: Mapping[str, Collection[Key]]
) -> Iterator[tuple[object, ...]]:
    """Rows; counts them."""
    for session_id, arrivals in arrived.items():
        progress, known_here = sessions[session_id], known.get(session_id, ())
        horizon = progress.horizon
        counted: list[datetime] = []
        for key, received in arrivals.interactions.items():
            if known_here and key in known_here:
                continue
            at = key[0]
            over = at > horizon
            if not over:
                counted.append(at)
            yield interaction_row(session_id, received, over=over)
        if len(known_here) < len(arrivals.interactions):
            count_interactions(progress, counted)


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
    """The orders that were reported by what was really inserted, or is verified only now."""
    rows: list[FinalisationRow] = []
    for session_id, arrivals in arrived.items():
        rows += finalisation_rows(session_id, sessions[session_id].start, arrivals)
    if not rows:
        return []
    parameters = columns(rows, FinalisationRow._fields)
    async with connection.cursor(row_factory=class_row(_ChangedFinalisation)) as cursor:
        await cursor.execute(_SQL["insert_finalisations"], parameters)
        changed = await cursor.fetchall()
    for row in changed:
        sessions[row.session_id].touched = sessions[row.session_id].finalisations_changed = True
    inserted = [row for row in changed if row.is_new]
    known = _perhaps_known(rows, [row.session_id for row in inserted])
    await duplicates.note(connection, Finalisation, arrived, known, sessions)
    return [
        Claim(row.order_id, row.session_id, row.at, row.verified)
        for row in changed
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
