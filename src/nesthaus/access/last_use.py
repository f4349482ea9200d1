"""When a token or a login was last used: noted at most once a minute, and after the answer."""

import asyncio
import logging
from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta

import psycopg

from nesthaus.db.pool import Pool

NOTE_EVERY = timedelta(minutes=1)

_log = logging.getLogger(__name__)


class LastUse:
    """`statement` takes `at`, `noted_before` and the row that is given to `note_soon`."""

    def __init__(self, pool: Pool, statement: bytes, what: str) -> None:
        self._pool = pool
        self._statement = statement
        self._what = what
        self._notes: dict[Hashable, asyncio.Task[None]] = {}

    def note_soon(
        self, key: Hashable, noted_at: datetime | None, at: datetime, row: Mapping[str, object]
    ) -> None:
        """No request waits for it."""
        is_fresh = noted_at is not None and noted_at > at - NOTE_EVERY
        if is_fresh or key in self._notes:
            return
        note = asyncio.create_task(self._note({"at": at, "noted_before": at - NOTE_EVERY, **row}))
        self._notes[key] = note
        note.add_done_callback(lambda _: self._notes.pop(key, None))

    async def _note(self, row: Mapping[str, object]) -> None:
        try:
            async with self._pool.connection() as connection:
                await connection.execute(self._statement, row)
        except psycopg.Error as error:
            _log.warning("the use of a %s could not be noted: %s", self._what, error)

    async def close(self) -> None:
        """Waits for what is still to be noted; to be called before the pool is closed."""
        await asyncio.gather(*self._notes.values())
