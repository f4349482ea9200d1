"""One session's data for a command: told, or erased."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from nesthaus.access.audit import COMMAND_LINE
from nesthaus.db.pool import Pool
from nesthaus.persist.erasing import Erasing, Receipt
from nesthaus.persist.session_data import Data, SessionData
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.runtime import command_pool, kept_for, redis_for, rules_of
from nesthaus.roles.servers import Servers
from nesthaus.settings import Settings


async def session_data(settings: Settings, servers: Servers, session_id: str) -> SessionData | None:
    """None where nothing is kept. Raises SchemaError, StreamAway and the database's errors."""
    async with _connected(settings, servers) as (pool, redis):
        return await Data(pool, kept_for(settings, redis)).of(session_id, wall_clock())


async def erase_session(settings: Settings, servers: Servers, session_id: str) -> Receipt | None:
    """As above; the schedule counts the figures again."""
    async with _connected(settings, servers) as (pool, redis):
        kept = kept_for(settings, redis)
        erasing = Erasing(pool, kept, wall_clock, rules_of(settings))
        return await erasing.erase(session_id, COMMAND_LINE)


@asynccontextmanager
async def _connected(settings: Settings, servers: Servers) -> AsyncGenerator[tuple[Pool, Redis]]:
    async with (
        command_pool(servers.database_url, "sessions") as pool,
        redis_for(settings, servers) as redis,
    ):
        yield pool, redis
