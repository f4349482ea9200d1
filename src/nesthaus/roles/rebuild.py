"""Stored figures counted again from the raw rows, for one command."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from nesthaus.aggregate.marked import Counted
from nesthaus.aggregate.rebuild import RebuildPlan, Told, plan_rebuild, rebuild
from nesthaus.catalogue.loader import load_catalogue
from nesthaus.db.pool import Pool, open_pool
from nesthaus.db.schema import SchemaError, schema_is_current
from nesthaus.roles.runtime import STOP_PATIENCE_S, Servers, redis_for, wall_clock
from nesthaus.settings import Settings
from nesthaus.stream.generations import Generations
from nesthaus.upkeep.price_lists import PublishedLists

_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Days:
    """`since` <= day < `until`; None: as far as there is anything."""

    since: date | None
    until: date | None


async def plan(settings: Settings, servers: Servers, days: Days) -> RebuildPlan:
    """Raises SchemaError, OtherZone and the database's errors."""
    async with _pool(servers.database_url) as pool:
        return await plan_rebuild(pool, settings.timezone, days.since, days.until)


async def carry_out(settings: Settings, servers: Servers, plan: RebuildPlan, told: Told) -> Counted:
    """`told` gets the number of days after each step. To be called again after a stop."""
    catalogue = load_catalogue(settings.timezone, settings.catalogue)
    async with _pool(servers.database_url) as pool, redis_for(settings, servers) as redis:
        await PublishedLists(pool, catalogue).refresh()
        announce = Generations(redis).figures_changed
        return await rebuild(pool, catalogue, plan, wall_clock(), announce=announce, told=told)


@asynccontextmanager
async def _pool(database_url: str) -> AsyncGenerator[Pool]:
    pool = await open_pool(database_url, 2, _WAIT_S, application_name="nesthaus rebuild")
    try:
        async with pool.connection() as connection:
            if not await schema_is_current(connection):
                raise SchemaError(
                    "the schema is older than this program: run `nesthaus migrate up`"
                )
        yield pool
    finally:
        await pool.close(STOP_PATIENCE_S)
