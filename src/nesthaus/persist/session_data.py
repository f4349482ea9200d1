"""Everything that is kept about one session, table by table and on its way to them."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg.rows import dict_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.persist.dead_letters import content
from nesthaus.persist.erasing import Kept, letters_of
from nesthaus.stream.forgetting import live_of, waiting_of
from nesthaus.stream.spool_forgetting import spooled_of

_SQL = load_statements("nesthaus.persist", "session_data.sql")

Row = dict[str, object]


class SessionData(Struct, frozen=True, rename="camel"):
    """Rows with all their columns. `session` is None where it is not stored yet. `waiting`: calls
    that are accepted and not stored; `live`: what the live counters tell of it for ten minutes."""

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
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Data:
    """`pool` may only read."""

    pool: Pool
    kept: Kept

    async def of(self, session_id: str, as_of: datetime) -> SessionData | None:
        """None where nothing is kept. Raises StreamAway."""
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
        if not (any(rows.values()) or letters or waiting or live):
            return None
        return SessionData(
            session_id=session_id,
            session=next(iter(rows.pop("session")), None),
            figures=next(iter(rows.pop("figures")), None),
            dead_letters=letters,
            waiting=[msgspec.to_builtins(each) for each in waiting],
            live=live,
            as_of=as_of,
            **rows,
        )


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
