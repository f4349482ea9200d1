"""What could not be stored, why, and the ways out: back into the stream, or away for good."""

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

import msgspec
from psycopg.rows import class_row, scalar_row

from nesthaus.access import audit
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.persist.failures import storable
from nesthaus.persist.rows import columns
from nesthaus.persist.tombstones import erased_among
from nesthaus.stream.envelope import VERSION, Unreadable, decode
from nesthaus.stream.reader import StreamEntry

_SQL = load_statements("nesthaus.persist", "dead_letters.sql")
_PLACES = UUID("6f1c7d0e-5a55-5d0b-9f57-0f0b8f6a3c11")  # namespace of places in the stream
_COLUMNS = ("id", "session_id", "reason", "detail", "payload")

Append = Callable[[str | None, bytes], Awaitable[None]]
"""Puts a payload into the stream, to the shard of that session; returns once it is durable."""

Leave = Callable[[Connection, "DeadLetter"], Awaitable[None]]
"""Told of a letter that leaves, on the connection and in the transaction that takes it out."""


class Reason(StrEnum):
    """A closed set."""

    UNREADABLE = "unreadable"  # the bytes are no delivery
    UNSTORABLE = "unstorable"  # the database, or the program, refuses what it says


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`payload` is byte for byte what was in the stream."""

    id: UUID
    session_id: str | None
    reason: str
    detail: str
    created_at: datetime
    payload: bytes


@dataclass(frozen=True, slots=True)
class Buried:
    """Poison on its way to the dead letters; the session is None where nobody knows it."""

    entry: StreamEntry
    session_id: str | None
    reason: Reason
    detail: str


async def bury(connection: Connection, letters: Sequence[Buried], now: datetime) -> None:
    """Twice is once: the id is made of the entry's place in the stream. Without those of erased
    sessions, which are as good as dropped. On a connection of its own transaction."""
    named = {each.session_id for each in letters if each.session_id is not None}
    erased = await erased_among(connection, named)
    rows = [
        (
            uuid5(_PLACES, f"{each.entry.shard}/{each.entry.id}"),
            None if each.session_id is None else storable(each.session_id),
            each.reason.value,
            each.detail,
            each.entry.payload,
        )
        for each in letters
        if each.session_id not in erased
    ]
    if rows:
        await connection.execute(_SQL["insert"], {**columns(rows, _COLUMNS), "now": now})


async def latest(connection: Connection, limit: int) -> list[DeadLetter]:
    async with connection.cursor(row_factory=class_row(DeadLetter)) as cursor:
        await cursor.execute(_SQL["latest"], {"limit": limit})
        return await cursor.fetchall()


async def find(connection: Connection, letter_id: UUID) -> DeadLetter | None:
    async with connection.cursor(row_factory=class_row(DeadLetter)) as cursor:
        await cursor.execute(_SQL["one"], {"id": letter_id})
        return await cursor.fetchone()


def noting(actor: str, action: str, at: datetime) -> Leave:
    """Notes each letter that leaves in the audit log."""

    async def leave(connection: Connection, letter: DeadLetter) -> None:
        # Not whose it was, nor what it says: erasing a session does not reach the audit log.
        detail = {
            "reason": letter.reason,
            "createdAt": letter.created_at.isoformat(),
            "bytes": len(letter.payload),
        }
        await audit.note(connection, actor, action, str(letter.id), detail, at=at)

    return leave


async def _unnoted(_connection: Connection, _letter: DeadLetter) -> None:
    pass


async def replay(
    pool: Pool, letter_ids: Iterable[UUID] | None, append: Append, leave: Leave = _unnoted
) -> list[UUID]:
    """Sends letters (None: all) through the stream once more; those that were there.

    A letter goes only after the stream has it: whoever dies in between sends it twice, and ids
    make that harmless. One that still cannot be stored comes back with a new id.
    """
    async with pool.connection() as connection:
        wanted = list(letter_ids) if letter_ids is not None else await _all_ids(connection)
    replayed: list[UUID] = []
    for letter_id in wanted:
        async with pool.connection() as connection:
            letter = await find(connection, letter_id)
            if letter is not None:
                await append(letter.session_id, letter.payload)
                if await drop(connection, [letter_id], leave):
                    replayed.append(letter_id)
    return replayed


async def drop(
    connection: Connection, letter_ids: Sequence[UUID], leave: Leave = _unnoted
) -> list[UUID]:
    """Those that were there."""
    async with connection.cursor(row_factory=class_row(DeadLetter)) as cursor:
        await cursor.execute(_SQL["delete"], {"id": list(letter_ids)})
        dropped = await cursor.fetchall()
    for letter in dropped:
        await leave(connection, letter)
    return [letter.id for letter in dropped]


def readable(payload: bytes) -> str:
    """What a letter says, as indented JSON."""
    return json.dumps(content(payload), indent=2, ensure_ascii=False, default=str)


def content(payload: bytes) -> object:
    """What a letter says where it can be read, else a text with escapes."""
    try:
        return msgspec.to_builtins(decode(payload))
    except Unreadable:
        return _unpacked(payload)


def _unpacked(payload: bytes) -> object:
    """MessagePack that is no delivery is still worth reading, if JSON can say it."""
    try:
        unpacked = msgspec.msgpack.decode(payload.removeprefix(VERSION))
        return msgspec.json.decode(msgspec.json.encode(unpacked))
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError):
        return payload.decode("utf-8", "backslashreplace")


async def _all_ids(connection: Connection) -> list[UUID]:
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["ids"])
        return await cursor.fetchall()
