"""Stored figures counted again from the raw rows, for one command."""

from dataclasses import dataclass
from datetime import date

from nesthaus.aggregate.marked import Counted
from nesthaus.aggregate.rebuild import RebuildPlan, Told, plan_rebuild, rebuild
from nesthaus.catalogue.loader import load_catalogue
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.runtime import command_pool, redis_for
from nesthaus.roles.servers import Servers
from nesthaus.settings import Settings
from nesthaus.stream.generations import Generations
from nesthaus.upkeep.price_lists import PublishedLists


@dataclass(frozen=True, slots=True)
class Days:
    """`since` <= day < `until`; None: as far as there is anything."""

    since: date | None
    until: date | None


async def plan(settings: Settings, servers: Servers, days: Days) -> RebuildPlan:
    """Raises SchemaError, OtherZone and the database's errors."""
    async with command_pool(servers.database_url, "rebuild") as pool:
        return await plan_rebuild(pool, settings.timezone, days.since, days.until)


async def carry_out(settings: Settings, servers: Servers, plan: RebuildPlan, told: Told) -> Counted:
    """`told` gets the number of days after each step. To be called again after a stop."""
    catalogue = load_catalogue(settings.timezone, settings.catalogue)
    async with (
        command_pool(servers.database_url, "rebuild") as pool,
        redis_for(settings, servers) as redis,
    ):
        await PublishedLists(pool, catalogue).refresh()
        announce = Generations(redis).figures_changed
        return await rebuild(pool, catalogue, plan, wall_clock(), announce=announce, told=told)
