"""Everything that is kept about one session, table by table and on its way to them."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import cast
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg.rows import dict_row

from nesthaus.archive.sessions import Values, merge_values
from nesthaus.archive.tables import (
    DUPLICATES,
    ENTRIES,
    FIGURES,
    FINALISATIONS,
    INTERACTIONS,
    SESSIONS,
    SNAPSHOTS,
)
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.persist.archived import closed_months, place_of
from nesthaus.persist.dead_letters import content
from nesthaus.persist.erasing import Kept, letters_of
from nesthaus.stream.forgetting import live_of, waiting_of
from nesthaus.stream.spool_forgetting import spooled_of

_SQL = load_statements("nesthaus.persist", "session_data.sql")

Row = dict[str, object]

# What the answer calls the rows of each table.
_TABLES = {
    "session": SESSIONS,
    "entries": ENTRIES,
    "interactions": INTERACTIONS,
    "snapshots": SNAPSHOTS,
    "finalisations": FINALISATIONS,
    "duplicates": DUPLICATES,
    "figures": FIGURES,
}


class SessionData(Struct, frozen=True, rename="camel"):
    """Rows with all their columns. `session` is None where it is not stored yet. `waiting`: calls
    that are accepted and not stored; `live`: what the live counters tell of it for ten minutes;
    `archived`: the month in whose files its rows are, the first day."""

    session_id: str
    session: Row | None
    entries: list[Row]
    interactions: list[Row]
    snapshots: list[Row]
    finalisations: list[Row]
    duplicates: list[Row]
    orders: list[Row]
    figures: Row | None
    metrics: list[Row]
    marks: list[Row]
    dead_letters: list[Row]
    waiting: list[Row]
    live: list[Row]
    archived: date | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Data:
    """`pool` may only read."""

    pool: Pool
    kept: Kept

    async def of(self, session_id: str, as_of: datetime) -> SessionData | None:
        """None where nothing is kept. Raises StreamAway and StoreTrouble."""
        kept = self.kept
        # First what waits: it may be stored before the tables are read, not the other way round.
        waiting = await asyncio.to_thread(spooled_of, kept.spool, session_id)
        waiting += await waiting_of(kept.redis, kept.shards, session_id)
        live = await live_of(kept.redis, session_id)
        async with self.pool.connection() as connection, connection.transaction():
            await connection.execute("set transaction isolation level repeatable read, read only")
            rows = {name: await _rows(connection, name, session_id) for name in _SQL}
            letters = [
                {"id": each.id, "content": content(each.payload)}
                for each in await letters_of(connection, session_id)
            ]
            place = await place_of(connection, session_id)
            closed = await closed_months(connection)
        if place is None:
            place = await asyncio.to_thread(kept.archive.search, session_id, closed)
        if place is not None:
            _add(rows, await asyncio.to_thread(kept.archive.rows_of, place, session_id))
        if not (any(rows.values()) or letters or waiting or live):
            return None
        return SessionData(
            session_id=session_id,
            session=next(iter(rows.pop("session")), None),
            figures=next(iter(rows.pop("figures")), None),
            dead_letters=letters,
            waiting=[msgspec.to_builtins(each) for each in waiting],
            live=live,
            archived=None if place is None else place.month,
            as_of=as_of,
            **rows,
        )


def _add(rows: dict[str, list[Row]], archived: Mapping[str, list[Values]]) -> None:
    """What the tables do not have, or have no more; a row that is in both is told once."""
    for name, table in _TABLES.items():
        told = [_told(row) for row in archived[table.name]]
        if table is SESSIONS and rows[name] and told:
            [old], [new] = archived[table.name], rows[name]
            late = {column: new[_camel(column)] for column in table.names}
            told = [_told(merge_values(old, late, 0))]
        key = [_camel(column) for column in table.key]
        known = {tuple(row[column] for column in key) for row in told}
        told += [row for row in rows[name] if tuple(row[column] for column in key) not in known]
        rows[name] = sorted(told, key=_order)


def _order(row: Row) -> tuple[datetime | None, bool, int, str, int]:
    """As the statements order rows: by time, sequence (those without one last), id."""
    at = cast("datetime | None", row.get("timestamp") or row.get("receivedAt"))
    sequence = cast("int | None", row.get("sequence"))
    return at, sequence is None, sequence or 0, str(row.get("id")), cast("int", row.get("copy", 0))


async def _rows(connection: Connection, name: str, session_id: str) -> list[Row]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_SQL[name], {"session_id": session_id})
        return [_told(row) for row in await cursor.fetchall()]


def _told(row: Mapping[str, object]) -> Row:
    return {_camel(name): _plain(value) for name, value in row.items()}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def _plain(value: object) -> object:
    """As JSON has it, or the encoder knows it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, IPv4Interface | IPv6Interface):
        return str(value.network.network_address)
    if isinstance(value, IPv4Address | IPv6Address):
        return str(value)
    if value is None or isinstance(
        value, str | bool | int | float | datetime | date | UUID | list | dict
    ):
        return value  # pyright: ignore[reportUnknownVariableType] -- columns of JSON or arrays
    raise TypeError(f"a column of type {type(value).__name__} cannot be told")
