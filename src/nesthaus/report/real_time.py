"""What happens right now. Never older than five seconds, and the same from every API process."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct
from psycopg.rows import scalar_row
from redis.asyncio import Redis

from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.live_limits import LiveLimits
from nesthaus.report.filters import Bots
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.live import EVENTS_OVER_S, Now, live_now

KEPT_S = 1.0
SHOWN = 20

_SQL = load_statements("nesthaus.report", "real_time.sql")


class Recent(Struct, frozen=True, rename="camel"):
    at: datetime
    session_id: str
    type: str
    category: str | None
    value: str | None


class RealTime(Struct, frozen=True, rename="camel"):
    """Rates over the last five minutes, events over the last. `avg_response_time` in milliseconds;
    None where nothing was asked. `oldest_unstored_s`: how long the oldest event waits."""

    active_sessions: int
    avg_response_time: float | None
    error_rate: float | None
    cache_hit_rate: float | None
    events_per_second: float
    stream_depth: int
    oldest_unstored_s: float
    recent: list[Recent]
    limits: LiveLimits
    as_of: datetime


class LiveView:
    """Looks at most once a second, however many ask."""

    def __init__(
        self,
        pool: Pool,
        redis: Redis,
        backlog: Backlog,
        clock: Callable[[], datetime],
        limits: LiveLimits,
    ) -> None:
        self._pool = pool
        self._redis = redis
        self._backlog = backlog
        self._clock = clock
        self._limits = limits
        self._seen: dict[Bots, tuple[float, RealTime]] = {}
        self._looking = asyncio.Lock()

    async def look(self, bots: Bots) -> RealTime:
        """Raises StreamAway."""
        async with self._looking:
            seen_at, seen = self._seen.get(bots, (0.0, None))
            if seen is None or time.monotonic() - seen_at > KEPT_S:
                seen = await self._look(bots)
                self._seen[bots] = time.monotonic(), seen
            return seen

    async def _look(self, bots: Bots) -> RealTime:
        moment = self._clock()
        now = await live_now(self._redis, moment)
        depth = await self._backlog.depth()
        programs = await self._programs(now)

        def belongs(session_id: str) -> bool:
            return bots is Bots.INCLUDE or (session_id in programs) == (bots is Bots.ONLY)

        return RealTime(
            active_sessions=sum(map(belongs, now.active)),
            avg_response_time=now.duration_ms / now.requests if now.requests else None,
            error_rate=now.errors / now.requests if now.requests else None,
            cache_hit_rate=now.hits / now.lookups if now.lookups else None,
            events_per_second=now.interactions / EVENTS_OVER_S,
            stream_depth=depth.entries,
            oldest_unstored_s=depth.oldest_age_ms / 1000,
            recent=[
                Recent(
                    at=datetime.fromisoformat(told["at"]),
                    session_id=told["sessionId"],
                    type=told["type"],
                    category=told["category"],
                    value=told["value"],
                )
                for told in now.recent
                if belongs(told["sessionId"])
            ][:SHOWN],
            limits=self._limits,
            as_of=moment,
        )

    async def _programs(self, now: Now) -> set[str]:
        """Those of the active sessions that persist knows for bots; what is not stored yet, half a
        second at most, counts as a person."""
        ids = {*now.active, *(told["sessionId"] for told in now.recent)}
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=scalar_row) as cursor,
        ):
            await cursor.execute(_SQL["programs"], {"session_ids": list(ids)})
            return set(await cursor.fetchall())
