"""Works out anew what follows from a session's raw rows, where a batch changed some of them.

Counters and times are carried on from the row; everything else is read from the raw rows, because
what is earliest, latest or smallest cannot be known from one value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from psycopg.rows import class_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.visitors import BURST
from nesthaus.persist import bursts, orders
from nesthaus.persist.sessions import (
    FinalSnapshot,
    HeldEntry,
    HeldFinalisation,
    Progress,
    apply_entries,
    apply_final_snapshot,
    apply_finalisations,
    judge_visitor,
)

_SQL = load_statements("nesthaus.persist", "derive.sql")

_H = TypeVar("_H", HeldEntry, HeldFinalisation)
_R = TypeVar("_R")

Sessions = Mapping[str, Progress]


@dataclass(frozen=True, slots=True)
class _Counted:
    session_id: str
    interactions: int
    latest: datetime


@dataclass(frozen=True, slots=True)
class _Snapshot:
    session_id: str
    at: datetime
    configuration: str
    configuration_hash: str


@dataclass(frozen=True, slots=True)
class _Price:
    session_id: str
    last_price: int
    price_list_version: str


async def derive(connection: Connection, sessions: Sessions) -> None:
    """Brings all columns of touched sessions up to date, but status and what follows from it."""
    await _recount_moved(connection, {k: p for k, p in sessions.items() if p.moved and p.touched})
    await _entries(connection, {k: p for k, p in sessions.items() if p.entries_changed})
    await _finalisations(connection, {k: p for k, p in sessions.items() if p.finalisations_changed})
    await _snapshots(connection, {k: p for k, p in sessions.items() if p.snapshots_changed})
    await _visitors(connection, {k: p for k, p in sessions.items() if p.touched})


async def _recount_moved(connection: Connection, sessions: Sessions) -> None:
    """The start is now so much earlier that rows stored before have to leave the figures."""
    for session_id, progress in sorted(sessions.items()):
        parameters = {"session_id": session_id, "horizon": progress.horizon}
        for table in ("interactions", "entries", "snapshots", "finalisations"):
            await connection.execute(_SQL[f"mark_{table}_over"], parameters)
        progress.all_changed()
        progress.session.total_interactions = 0
        progress.session.last_activity = progress.start
    for counted in await _rows(connection, "count_interactions", _Counted, sessions):
        session = sessions[counted.session_id].session
        session.total_interactions = counted.interactions
        session.last_activity = max(session.last_activity, counted.latest)


async def _entries(connection: Connection, sessions: Sessions) -> None:
    held = _by_session(await _rows(connection, "entries", HeldEntry, sessions))
    for session_id, progress in sessions.items():
        entries = held.get(session_id, ())
        apply_entries(progress.session, entries)
        _note_activity(progress, (e.at for e in entries if not e.over and not e.implied))


async def _finalisations(connection: Connection, sessions: Sessions) -> None:
    held = _by_session(await _rows(connection, "finalisations", HeldFinalisation, sessions))
    reported = {each.order_id for rows in held.values() for each in rows if each.order_id}
    owner_of = await orders.owners(connection, reported)
    for session_id, progress in sessions.items():
        rows = held.get(session_id, ())
        others = {order for order, owner in owner_of.items() if owner != session_id}
        apply_finalisations(progress.session, rows, others)
        _note_activity(progress, (each.at for each in rows if not each.over))


async def _snapshots(connection: Connection, sessions: Sessions) -> None:
    found = await _rows(connection, "final_snapshots", _Snapshot, sessions)
    finals = {each.session_id: each for each in found}
    priced = await _rows(connection, "last_prices", _Price, sessions)
    prices = {each.session_id: each for each in priced}
    for session_id, progress in sessions.items():
        final, price = finals.get(session_id), prices.get(session_id)
        apply_final_snapshot(progress, None if final is None else _final(final, price))
        if final is not None:
            _note_activity(progress, (final.at,))


def _final(snapshot: _Snapshot, price: _Price | None) -> FinalSnapshot:
    return FinalSnapshot(
        at=snapshot.at,
        configuration=snapshot.configuration,
        configuration_hash=snapshot.configuration_hash,
        last_price=None if price is None else price.last_price,
        last_price_list_version=None if price is None else price.price_list_version,
    )


async def _visitors(connection: Connection, sessions: Sessions) -> None:
    """Sets why a session is a bot's; asks the stored rows only where what is at hand cannot
    tell."""
    asked = [progress.session for progress in sessions.values() if judge_visitor(progress)]
    found = await bursts.among(connection, [(each.session_id, each.start_time) for each in asked])
    for session_id in found:
        sessions[session_id].session.bot_reason = BURST


def _note_activity(progress: Progress, times: Iterable[datetime]) -> None:
    """Only where the last activity is worked out anew: else it is known from the arrivals."""
    if progress.moved:
        latest = max(times, default=progress.start)
        progress.session.last_activity = max(progress.session.last_activity, latest)


def _by_session(rows: Iterable[_H]) -> dict[str, list[_H]]:
    by_session: dict[str, list[_H]] = {}
    for row in rows:
        by_session.setdefault(row.session_id, []).append(row)
    return by_session


async def _rows(connection: Connection, name: str, shape: type[_R], sessions: Sessions) -> list[_R]:
    """No query where there is no session to ask for.

    All that counts lies between `first` and `last`; told so, the planner leaves out partitions.
    """
    if not sessions:
        return []
    parameters = {
        "session_id": list(sessions),
        "first": min(progress.start for progress in sessions.values()),
        "last": max(progress.horizon for progress in sessions.values()),
    }
    async with connection.cursor(row_factory=class_row(shape)) as cursor:
        await cursor.execute(_SQL[name], parameters)
        return await cursor.fetchall()
