"""Does PostgreSQL answer, and does it take what is written?"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

import psycopg
from redis.asyncio import Redis

from nesthaus.db.pool import with_settings
from nesthaus.domain.alert_rules import DATABASE
from nesthaus.domain.alerts import Reading
from nesthaus.upkeep.alerts.notices import Teller
from nesthaus.upkeep.alerts.watch_beside import WatchBeside

ANSWERS_WITHIN_S = 3.0
# Longer than whoever failed waits until the next attempt.
UNWRITABLE_S = 15.0


class DatabaseWatch(WatchBeside):
    def __init__(
        self,
        database_url: str,
        redis: Redis,
        teller: Teller,
        clock: Callable[[], datetime],
        every_s: float,
    ) -> None:
        super().__init__(DATABASE, redis, teller, clock, every_s)
        self._url = with_settings(database_url, "nesthaus alerts", {})

    async def not_written(self) -> None:
        """Hears that states could not be written: a database may read, and write no more."""
        await self.found_bad(UNWRITABLE_S)

    async def figure(self, *, is_bad: bool) -> Reading:
        """How long a new connection takes to answer; where none does, as long as was waited."""
        return Reading(ANSWERS_WITHIN_S * 1_000 if is_bad else await self._answer_ms())

    async def _answer_ms(self) -> float:
        began = time.monotonic()
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                connection = await psycopg.AsyncConnection.connect(self._url)
                async with connection:
                    await connection.execute("select 1")
        except (psycopg.Error, OSError, TimeoutError):
            return ANSWERS_WITHIN_S * 1_000
        return (time.monotonic() - began) * 1_000
