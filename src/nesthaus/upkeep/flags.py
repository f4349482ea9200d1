"""Feature flags: set by administrators, known to every API process within seconds."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime

import psycopg
from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.access.audit import note
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.flags import TRACKER_FLAGS, Flag, flags_of

MOST = 100
REFRESH_S = 2.0
"""A change is in effect within this time and one look into the database: 5 s are promised."""

_SQL = load_statements("nesthaus.upkeep", "flags.sql")
_log = logging.getLogger(__name__)


class TooManyFlags(Exception):
    """There are as many as there may be."""


class SetFlag(Flag, frozen=True, rename="camel"):
    """`updated_at` is None for a flag of the tracker that nobody has set: then the page decides,
    and `enabled` and `percentage` say what the tracker does by itself."""

    updated_at: datetime | None


class FlagList(Struct, frozen=True, rename="camel"):
    items: list[SetFlag]
    as_of: datetime


_BY_ITSELF = {key: key != "hover" for key in TRACKER_FLAGS}


async def flag_list(pool: Pool, now: datetime) -> FlagList:
    """Those of the tracker first, then the others by key."""
    async with pool.connection() as connection:
        found = {flag.key: flag for flag in await _stored(connection)}
    known = [found.pop(key, None) or _unset(key) for key in TRACKER_FLAGS]
    return FlagList([*known, *found.values()], now)


async def set_flag(pool: Pool, flag: Flag, by: str, at: datetime) -> SetFlag:
    """With an entry in the audit log that tells what was before. Raises TooManyFlags."""
    stored = SetFlag(flag.key, flag.enabled, flag.percentage, at)
    async with pool.connection() as connection:
        await connection.execute(_SQL["lock_flags"])
        before = {each.key: each for each in await _stored(connection)}
        if flag.key not in before and len(before) >= MOST:
            raise TooManyFlags
        await connection.execute(
            _SQL["set_flag"],
            {
                "key": stored.key,
                "enabled": stored.enabled,
                "percentage": stored.percentage,
                "updated_at": at,
            },
        )
        detail = {"was": _told(before.get(flag.key)), "now": _told(stored)}
        await note(connection, by, "set flag", flag.key, detail, at=at)
    return stored


def _unset(key: str) -> SetFlag:
    is_on = _BY_ITSELF[key]
    return SetFlag(key, is_on, 100 if is_on else 0, None)


def _told(flag: SetFlag | None) -> str:
    if flag is None:
        return "not set"
    return f"{'on' if flag.enabled else 'off'}, {flag.percentage} %"


async def _stored(connection: Connection) -> list[SetFlag]:
    async with connection.cursor(row_factory=class_row(SetFlag)) as cursor:
        await cursor.execute(_SQL["flags"])
        return await cursor.fetchall()


class FlagsInForce:
    """What this process tells trackers. While PostgreSQL is away, what was known last; at the
    start none, so that every page decides for itself."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._flags: list[SetFlag] = []

    def of(self, session_id: str) -> Mapping[str, bool]:
        return flags_of(self._flags, session_id)

    async def refresh(self) -> None:
        async with self._pool.connection() as connection:
            self._flags = await _stored(connection)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self.refresh()
            except psycopg.OperationalError as error:
                _log.debug("flags stay as they were known: %s", error)
            await asyncio.sleep(REFRESH_S)
