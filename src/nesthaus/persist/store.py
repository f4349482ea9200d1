"""Stores one batch in one transaction: raw rows, what follows from them, and marks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import uuid4
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from psycopg.rows import args_row, scalar_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.events import Delivery
from nesthaus.domain.periods import start_of_hour
from nesthaus.persist import orders, raw_rows
from nesthaus.persist.archived import archived_among, stays
from nesthaus.persist.batch import Arrivals, Batch, batch_of
from nesthaus.persist.derive import derive
from nesthaus.persist.rows import (
    OF_NO_SESSION,
    REFUSAL_COLUMNS,
    MetricRow,
    columns,
    metric_row,
    refusal_row,
)
from nesthaus.persist.sessions import (
    ACTIVITY_COLUMNS,
    SESSION_COLUMNS,
    Progress,
    Session,
    begin,
    settle,
)
from nesthaus.persist.tombstones import erased_among

_SQL = load_statements("nesthaus.persist", "store.sql")

_columns_of = attrgetter(*SESSION_COLUMNS)
_activity_of = attrgetter(*ACTIVITY_COLUMNS)


@dataclass(frozen=True, slots=True)
class Rules:
    """What storing depends on besides the deliveries. Days and hours are cut in `zone`."""

    idle_after: timedelta
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Stored:
    """Counts of interactions: those of the batch, each once, and those really inserted."""

    interactions: int
    inserted: int


async def store(
    connection: Connection, deliveries: Sequence[Delivery], now: datetime, rules: Rules
) -> Stored:
    """Idempotent, and the same whatever the order or the split of the deliveries. What belongs to
    an erased session is counted as refused.

    Raises ValueError for a delivery that makes no sense, and the database's own errors.
    """
    batch = batch_of(deliveries)
    async with connection.transaction():
        batch.drop(await erased_among(connection, batch.session_ids()))
        inserted = await _store_sessions(connection, batch.sessions, now, rules)
        await _store_rest(connection, batch, rules.zone)
    counted = sum(len(arrivals.interactions) for arrivals in batch.sessions.values())
    return Stored(counted, inserted)


async def work_out_anew(
    connection: Connection, session_ids: Iterable[str], now: datetime, rules: Rules
) -> None:
    """Known sessions whose orders changed hands, in the transaction of that change."""
    await _finish(connection, await _lock_known(connection, session_ids), now, rules)


async def _store_sessions(
    connection: Connection, arrived: Mapping[str, Arrivals], now: datetime, rules: Rules
) -> int:
    if not arrived:
        return 0
    archived = await archived_among(connection, arrived)
    for session_id, start in archived.items():
        stays(arrived[session_id], start)
    sessions = await _lock(connection, arrived, archived, now)
    await raw_rows.insert_entries(connection, arrived, sessions)
    await raw_rows.insert_snapshots(connection, arrived, sessions)
    claims = await raw_rows.insert_finalisations(connection, arrived, sessions)
    inserted = await raw_rows.insert_interactions(connection, arrived, sessions)
    await _take_orders_away(connection, await orders.claim(connection, claims), sessions)
    await _finish(connection, sessions, now, rules)
    return inserted


async def _lock(
    connection: Connection,
    arrived: Mapping[str, Arrivals],
    archived: Mapping[str, datetime],
    now: datetime,
) -> dict[str, Progress]:
    ids = [uuid4() for _ in arrived]
    names = list(arrived)
    parameters = {
        "session_id": names,
        "id": ids,
        "earliest": [archived.get(name, each.earliest) for name, each in arrived.items()],
        "now": now,
    }
    await connection.execute(_SQL["lock_sessions"], parameters)
    async with connection.cursor(row_factory=args_row(Session)) as cursor:
        await cursor.execute(_SQL["locked_sessions"], {"session_id": names})
        proposed = dict(zip(arrived, ids, strict=True))
        return {
            stored.session_id: begin(
                stored, arrived[stored.session_id], is_new=stored.id == proposed[stored.session_id]
            )
            for stored in await cursor.fetchall()
        }


async def _take_orders_away(
    connection: Connection, losers: Iterable[str], sessions: dict[str, Progress]
) -> None:
    """A session whose order turns out to be another's has to be worked out anew."""
    elsewhere: list[str] = []
    for session_id in sorted(losers):
        if session_id in sessions:
            sessions[session_id].touched = sessions[session_id].finalisations_changed = True
        else:
            elsewhere.append(session_id)
    sessions |= await _lock_known(connection, elsewhere)


async def _lock_known(connection: Connection, session_ids: Iterable[str]) -> dict[str, Progress]:
    """To be worked out anew; without those that were erased meanwhile."""
    locked: dict[str, Progress] = {}
    if names := sorted(session_ids):
        async with connection.cursor(row_factory=args_row(Session)) as cursor:
            await cursor.execute(_SQL["lock_known_sessions"], {"session_id": names})
            async for stored in cursor:
                progress = Progress(stored, replace(stored))
                progress.touched = progress.finalisations_changed = True
                locked[stored.session_id] = progress
    return locked


async def _finish(
    connection: Connection, sessions: Mapping[str, Progress], now: datetime, rules: Rules
) -> None:
    await derive(connection, sessions)
    touched = [progress for progress in sessions.values() if progress.touched]
    for progress in touched:
        settle(progress.session, now, rules.idle_after)
    await _write(connection, touched, now)
    await _mark(connection, touched, rules.zone)


async def _write(connection: Connection, touched: Sequence[Progress], now: datetime) -> None:
    active = [_activity_of(each.session) for each in touched if each.brought_interactions_alone]
    if active:
        parameters = columns(active, ACTIVITY_COLUMNS)
        await connection.execute(_SQL["write_activity"], {**parameters, "now": now})
    rows = [
        (*_columns_of(each.session), each.final_configuration)
        for each in touched
        if not each.brought_interactions_alone
    ]
    if rows:
        parameters = columns(rows, (*SESSION_COLUMNS, "final_configuration"))
        await connection.execute(_SQL["write_sessions"], {**parameters, "now": now})


async def _mark(connection: Connection, touched: Sequence[Progress], zone: ZoneInfo) -> None:
    """Both hours where the start moved to another one: the old one has to forget the session."""
    marks = {
        (each.session.session_id, start_of_hour(start, zone))
        for each in touched
        for start in {each.stored.start_time, each.session.start_time}
    }
    if marks:
        parameters = columns(sorted(marks), ("session_id", "hour"))
        await connection.execute(_SQL["insert_marks"], parameters)


async def _store_rest(connection: Connection, batch: Batch, zone: ZoneInfo) -> None:
    metrics = [metric_row(metric) for metric in batch.metrics.values()]
    if metrics:
        await _store_metrics(connection, metrics, zone)
    refusals = [refusal_row(each, zone) for each in batch.refusals.values()]
    if refusals:
        await connection.execute(_SQL["insert_refusals"], columns(refusals, REFUSAL_COLUMNS))


async def _store_metrics(
    connection: Connection, metrics: Sequence[MetricRow], zone: ZoneInfo
) -> None:
    """Marks the hours of the values, which may belong to no session."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["insert_metrics"], columns(metrics, MetricRow._fields))
        hours = {start_of_hour(at, zone) for at in await cursor.fetchall()}
    if hours:
        marks = [(OF_NO_SESSION, hour) for hour in sorted(hours)]
        await connection.execute(_SQL["insert_marks"], columns(marks, ("session_id", "hour")))
