"""Takes one session out of everything that is kept: its tombstone first, then what it names.

Broken off anywhere, it is to be called again; what arrives meanwhile or later is dropped.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from msgspec import Struct
from psycopg.errors import DeadlockDetected
from psycopg.rows import class_row, dict_row, scalar_row
from redis.asyncio import Redis

from nesthaus.access import audit
from nesthaus.archive.sessions import Archive
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.events import Delivery
from nesthaus.domain.tombstones import Tombstones
from nesthaus.persist.archived import closed_months, forget_archived, hold_files, place_of
from nesthaus.persist.erasure import Place, mark_hours, take_out
from nesthaus.persist.rows import OF_NO_SESSION
from nesthaus.persist.store import Rules
from nesthaus.persist.tombstones import all_tombstones, await_turns, bury_name, erased_among
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.envelope import Unreadable, decode
from nesthaus.stream.forgetting import forget_answers, forget_entries, forget_live, waiting_of
from nesthaus.stream.generations import Generations
from nesthaus.stream.spool_forgetting import forget_spooled, spooled_of
from nesthaus.stream.traces import rest_of

_SQL = load_statements("nesthaus.persist", "erasing.sql")
_MOST_TRIES = 10
_TIME_MS = 120_000
# Whoever archives holds the files for as long as a part takes.
_ARCHIVE_TIME_MS = 600_000
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)

# Tables with session ids, but those cut by time.
_TABLES = (
    "user_sessions",
    "session_entries",
    "duplicate_events",
    "session_finalisations",
    "session_figures",
    "orders",
    "recount_marks",
    "dead_letters",
    "archived_sessions",
)
_CUT = ("interaction_events", "configuration_snapshots", "performance_metrics")


@dataclass(frozen=True, slots=True)
class _Letter:
    id: UUID
    session_id: str | None
    payload: bytes


class Receipt(Struct, frozen=True, rename="camel"):
    """That a session was erased, without telling which. `erased` counts what there was of it: rows
    by table, and what was still on its way to them."""

    receipt: UUID
    erased_at: datetime
    erased: dict[str, int]


@dataclass(frozen=True, slots=True)
class Kept:
    """Where sessions are kept besides the tables. `copy` keeps the tombstones where a restore of
    the tables finds them."""

    redis: Redis
    shards: int
    spool: Path
    copy: Callable[[Tombstones], None]
    archive: Archive


@dataclass(frozen=True, slots=True)
class _Span:
    """Of all that happened in a session, as far as it is known; `last` is before `first` where
    nothing is."""

    first: datetime = _LATEST
    last: datetime = _EARLIEST

    def over(self, *times: datetime | None) -> "_Span":
        known = [each for each in times if each is not None]
        return _Span(min([self.first, *known]), max([self.last, *known]))


UNKNOWN_SPAN = _Span()


@dataclass(frozen=True, slots=True)
class Erasing:
    """`pool` may write."""

    pool: Pool
    kept: Kept
    clock: Callable[[], datetime]
    rules: Rules

    async def erase(self, session_id: str, by: str) -> Receipt | None:
        """None where nothing is known of it. Raises StreamAway or StoreTrouble when the tables are
        done and the rest is not: it is to be called again."""
        now = self.clock()
        waiting = await self._bury(session_id, now)
        if waiting is None:
            return None
        async with self.pool.connection() as connection:
            tombstones = await all_tombstones(connection)
        await asyncio.to_thread(self.kept.copy, tombstones)
        spooled = await asyncio.to_thread(forget_spooled, self.kept.spool, session_id)
        span = UNKNOWN_SPAN.over(*(event.at for each in waiting for event in each.events))
        receipt = await self._erase_rows(session_id, by, span, now)
        async with self.pool.connection() as connection:
            archived = await forget_in_archive(connection, self.kept.archive, session_id, now)
        redis = self.kept.redis
        await forget_live(redis, session_id, tombstones)
        streamed = await forget_entries(redis, self.kept.shards, session_id)
        await forget_answers(redis)
        await Generations(redis).figures_changed()
        receipt.erased.update(streamEntries=streamed, spoolRecords=spooled, archivedRows=archived)
        return receipt

    async def _bury(self, session_id: str, now: datetime) -> list[Delivery] | None:
        """What waits of it; None where nothing is known of it, and no tombstone is written."""
        waiting = await asyncio.to_thread(spooled_of, self.kept.spool, session_id)
        away: StreamAway | None = None
        try:
            waiting += await waiting_of(self.kept.redis, self.kept.shards, session_id)
        except StreamAway as error:
            away = error
        async with self.pool.connection() as connection:
            is_anywhere = waiting or await is_known(connection, session_id)
            closed = await closed_months(connection)
        archive = self.kept.archive
        if not is_anywhere and not await asyncio.to_thread(archive.search, session_id, closed):
            if away is not None:
                raise away
            return None
        async with self.pool.connection() as connection:
            await bury_name(connection, session_id, now)
        return waiting

    async def _erase_rows(self, session_id: str, by: str, span: _Span, now: datetime) -> Receipt:
        """Once nobody stores any more who does not know the tombstone."""
        async with self.pool.connection() as connection:
            await connection.execute(_SQL["give_time"], {"milliseconds": str(_TIME_MS)})
            await await_turns(connection)
        for tries in range(1, _MOST_TRIES + 1):
            try:
                async with self.pool.connection() as connection:
                    counts = await erase_rows(connection, session_id, span, now, self.rules)
                    receipt = Receipt(uuid4(), now, counts)
                    subject = str(receipt.receipt)
                    await audit.note(connection, by, "erase session", subject, counts, at=now)
            except DeadlockDetected:  # of two that cross one is sent back
                if tries == _MOST_TRIES:
                    raise
            else:
                return receipt
        raise AssertionError("the last try returns or raises")


async def is_known(connection: Connection, session_id: str) -> bool:
    """Whether any row names the session, or it was erased before."""
    if await erased_among(connection, {session_id}):
        return True
    if await place_of(connection, session_id) is not None:
        return True
    span = await _span_of(connection, session_id)
    return span != UNKNOWN_SPAN or bool(await letters_of(connection, session_id))


async def forget_in_archive(
    connection: Connection, archive: Archive, session_id: str, now: datetime
) -> int:
    """How many rows went; after its tombstone. Raises StoreTrouble."""
    async with connection.transaction():
        await connection.execute(_SQL["give_time"], {"milliseconds": str(_ARCHIVE_TIME_MS)})
        await hold_files(connection)
        place = await place_of(connection, session_id)
        if place is None:
            closed = await closed_months(connection)
            place = await asyncio.to_thread(archive.search, session_id, closed)
        if place is None:
            return 0
        rows = await asyncio.to_thread(archive.forget, place, session_id, now)
        await forget_archived(connection, session_id)
    return rows


async def erase_rows(
    connection: Connection, session_id: str, span: _Span, now: datetime, rules: Rules
) -> dict[str, int]:
    """How many rows went, by table. `span` is what is known besides; in one transaction."""
    await connection.execute(_SQL["give_time"], {"milliseconds": str(_TIME_MS)})
    asked = {"session_id": session_id}
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SQL["count_rows"], asked)
        counts: dict[str, int] = (await cursor.fetchone()) or {}
    found = await _span_of(connection, session_id)
    span = span.over(found.first, found.last) if found != UNKNOWN_SPAN else span
    letters = await letters_of(connection, session_id)
    span = span.over(*_times(letters))
    await connection.execute(_SQL["note_uncompacted"], _where(span, now))
    gone = await take_out(connection, [session_id], now, rules)
    metrics = await _times_of(connection, "delete_metrics", asked)
    await _drop_letters(connection, letters, session_id)
    hours = [each.start_time for each in gone] + metrics
    hours += await _times_of(connection, "delete_marks", asked)
    # Without its name, which nobody needs to count its hours again.
    await mark_hours(connection, [Place(OF_NO_SESSION, at) for at in hours], rules.zone)
    return {"sessions": len(gone), **counts, "metrics": len(metrics), "deadLetters": len(letters)}


async def _span_of(connection: Connection, session_id: str) -> _Span:
    span = UNKNOWN_SPAN
    for name in ("session_span", "metrics_span"):
        row = await (await connection.execute(_SQL[name], {"session_id": session_id})).fetchone()
        span = span.over(*(row or ()))
    return span


async def letters_of(connection: Connection, session_id: str) -> list[_Letter]:
    """Those that tell of it, as what is left of them without it."""
    async with connection.cursor(row_factory=class_row(_Letter)) as cursor:
        await cursor.execute(_SQL["letters"], {"session_id": session_id})
        return [
            each
            for each in await cursor.fetchall()
            if each.session_id == session_id or rest_of(each.payload, session_id) != each.payload
        ]


def _times(letters: Sequence[_Letter]) -> list[datetime]:
    times: list[datetime] = []
    for letter in letters:
        with suppress(Unreadable):
            times += [event.at for event in decode(letter.payload).events]
    return times


async def _drop_letters(
    connection: Connection, letters: Sequence[_Letter], session_id: str
) -> None:
    for letter in letters:
        rest = rest_of(letter.payload, session_id)
        if rest is None or letter.session_id == session_id:
            await connection.execute(_SQL["delete_letter"], {"id": letter.id})
        else:
            await connection.execute(_SQL["write_letter"], {"id": letter.id, "payload": rest})


async def _times_of(
    connection: Connection, name: str, asked: Mapping[str, object]
) -> list[datetime]:
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL[name], asked)
        return await cursor.fetchall()


def _where(span: _Span, now: datetime) -> dict[str, object]:
    """Partitions are named by their month in UTC."""
    return {
        "tables": list(_TABLES),
        "cut": list(_CUT),
        "first": f"{span.first:%Y_%m}",
        "last": f"{span.last:%Y_%m}",
        "now": now,
    }
