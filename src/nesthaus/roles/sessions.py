"""One session's data for a command: told, or erased."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis

from nesthaus.access.audit import COMMAND_LINE
from nesthaus.aggregate.marked import count_marked
from nesthaus.aggregate.state import OtherZone
from nesthaus.aggregate.turns import Busy
from nesthaus.catalogue.loader import load_catalogue
from nesthaus.db.pool import Pool, open_pool
from nesthaus.db.schema import SchemaError, schema_is_current
from nesthaus.persist.erasing import Erasing, Receipt
from nesthaus.persist.session_data import Data, SessionData
from nesthaus.roles.runtime import (
    STOP_PATIENCE_S,
    Servers,
    kept_for,
    redis_for,
    rules_of,
    wall_clock,
)
from nesthaus.settings import Settings
from nesthaus.stream.generations import Generations

_WAIT_S = 10.0


async def session_data(settings: Settings, servers: Servers, session_id: str) -> SessionData | None:
    """None where nothing is kept. Raises SchemaError, StreamAway and the database's errors."""
    async with _connected(settings, servers) as (pool, redis):
        return await Data(pool, kept_for(settings, redis)).of(session_id, wall_clock())


async def erase_session(settings: Settings, servers: Servers, session_id: str) -> Receipt | None:
    """Figures too, unless somebody counts them right now: then they follow. Otherwise as above."""
    async with _connected(settings, servers) as (pool, redis):
        kept = kept_for(settings, redis)
        erasing = Erasing(pool, kept, wall_clock, rules_of(settings))
        receipt = await erasing.erase(session_id, COMMAND_LINE)
        if receipt is not None:
            catalogue = load_catalogue(settings.timezone, settings.catalogue)
            with suppress(Busy, OtherZone):
                await count_marked(pool, catalogue, wall_clock, Generations(redis).figures_changed)
        return receipt


@asynccontextmanager
async def _connected(settings: Settings, servers: Servers) -> AsyncGenerator[tuple[Pool, Redis]]:
    pool = await open_pool(servers.database_url, 2, _WAIT_S, application_name="nesthaus sessions")
    try:
        async with pool.connection() as connection:
            if not await schema_is_current(connection):
                raise SchemaError(
                    "the schema is older than this program: run `nesthaus migrate up`"
                )
        async with redis_for(settings, servers) as redis:
            yield pool, redis
    finally:
        await pool.close(STOP_PATIENCE_S)
