"""Made-up visitors, put into the tables as a worker would, and taken out again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.errors import DeadlockDetected, LockNotAvailable

from nesthaus.aggregate.marked import count_marked
from nesthaus.aggregate.state import OtherZone
from nesthaus.aggregate.turns import Busy
from nesthaus.catalogue.loader import load_catalogue
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.events import Delivery
from nesthaus.persist.erasure import count_sessions, erase_sessions
from nesthaus.persist.store import Rules, store
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.runtime import command_pool, expect_many_objects, redis_for
from nesthaus.roles.servers import Servers
from nesthaus.seed import MARKED
from nesthaus.seed.plan import Plan
from nesthaus.seed.traffic import Traffic
from nesthaus.settings import Settings
from nesthaus.stream.generations import Generations
from nesthaus.upkeep.partitions import ensure_partitions
from nesthaus.upkeep.price_lists import PublishedLists

_SQL = load_statements("nesthaus.roles", "seed.sql")
_DELIVERIES_A_BATCH = 8_000
# Two, so that one prepares its rows while PostgreSQL writes those of the other.
_WRITERS = 2
_MOST_TRIES = 10
_MONTHS_AHEAD = 2
_SLOWEST_CLOCK = timedelta(days=1)

Told = Callable[[int], None]


@dataclass(slots=True)
class Seeded:
    """What is committed. Events are all that happened, metrics too."""

    sessions: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True)
class _Batch:
    sessions: int
    deliveries: Sequence[Delivery]

    @property
    def events(self) -> int:
        return sum(len(each.events) for each in self.deliveries)


async def seed(
    settings: Settings, database_url: str, plan: Plan, seeded: Seeded, told: Told
) -> None:
    """Whole sessions only, and whole batches of them, whenever it ends.

    `seeded` grows with every commit; `told` gets the number of sessions of each batch. The same
    plan again stores nothing twice. Raises SchemaError and the database's errors.
    """
    catalogue = load_catalogue(settings.timezone, settings.catalogue)
    rules = _rules(settings)

    async def write(connection: Connection, traffic: Iterator[_Batch]) -> None:
        for batch in traffic:
            await _store(connection, batch, rules)
            _note(seeded, batch, told)

    expect_many_objects()
    async with _pool(database_url) as pool, AsyncExitStack() as stack:
        await PublishedLists(pool, catalogue).refresh()
        traffic = _batches(Traffic(plan, catalogue))
        await _make_partitions(pool, plan, settings)
        connections = [await stack.enter_async_context(pool.connection()) for _ in range(_WRITERS)]
        await _all([write(connection, traffic) for connection in connections])


async def seed_if_empty(
    settings: Settings, database_url: str, plan: Plan, seeded: Seeded, told: Told
) -> bool:
    """False where there is any session. All of the plan or nothing: a start that is broken off
    must not leave a database that is neither empty nor a demonstration.
    """
    traffic = _batches(Traffic(plan, load_catalogue(settings.timezone, settings.catalogue)))
    rules, stored = _rules(settings), Seeded()
    async with _pool(database_url) as pool:
        await _make_partitions(pool, plan, settings)
        async with pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["take_turn"])
            cursor = await connection.execute(_SQL["has_sessions"])
            if await cursor.fetchone() == (True,):
                return False
            for batch in traffic:
                await store(connection, batch.deliveries, wall_clock(), rules)
                _note(stored, batch, told)
    seeded.sessions, seeded.events = stored.sessions, stored.events
    return True


async def count_figures(settings: Settings, database_url: str) -> None:
    """Counts what was seeded, so that pages show it now and not when the schedule comes to it.

    Leaves it to the schedule where that is counting, or counts in another zone.
    """
    catalogue = load_catalogue(settings.timezone, settings.catalogue)

    async def announce() -> None:
        if settings.redis_url is not None:
            servers = Servers(database_url, settings.redis_url)
            async with redis_for(settings, servers) as redis:
                await Generations(redis).figures_changed()

    async with _pool(database_url) as pool:
        await PublishedLists(pool, catalogue).refresh()
        with suppress(Busy, OtherZone):
            await count_marked(pool, catalogue, wall_clock, announce)


async def count_seeded(database_url: str) -> int:
    """Sessions that `remove_seeded` would erase."""
    async with _pool(database_url) as pool, pool.connection() as connection:
        return await count_sessions(connection, MARKED)


async def remove_seeded(settings: Settings, database_url: str, told: Told) -> None:
    """Step by step; `told` gets the number of sessions of each. To be called again after a stop."""
    async with _pool(database_url) as pool, pool.connection() as connection:
        await _again_after_deadlocks(
            lambda: erase_sessions(connection, MARKED, wall_clock(), _rules(settings), told)
        )


def _rules(settings: Settings) -> Rules:
    return Rules(timedelta(seconds=settings.idle_after_s), settings.timezone)


async def _make_partitions(pool: Pool, plan: Plan, settings: Settings) -> None:
    """Of all months of the plan and those that are always made, so that nobody needs to later."""
    first, now = plan.since(settings.timezone) - _SLOWEST_CLOCK, wall_clock()
    months = _month(now) - _month(first) + _MONTHS_AHEAD
    for tries in range(1, _MOST_TRIES + 1):
        try:
            async with pool.connection() as connection:
                await ensure_partitions(connection, first, months)
        except LockNotAvailable:  # it has waited; somebody holds a table for long
            if tries == _MOST_TRIES:
                raise
        else:
            return


def _month(at: datetime) -> int:
    return at.year * 12 + at.month


def _batches(traffic: Traffic) -> Iterator[_Batch]:
    """Whole sessions: what belongs together is stored at once, and quicker."""
    sessions, deliveries = 0, list[Delivery]()
    for session in traffic:
        sessions += 1
        deliveries += session
        if len(deliveries) >= _DELIVERIES_A_BATCH:
            yield _Batch(sessions, deliveries)
            sessions, deliveries = 0, []
    if deliveries:
        yield _Batch(sessions, deliveries)


async def _store(connection: Connection, batch: _Batch, rules: Rules) -> None:
    await _again_after_deadlocks(lambda: store(connection, batch.deliveries, wall_clock(), rules))


async def _again_after_deadlocks(work: Callable[[], Awaitable[object]]) -> None:
    """Workers and the schedule write to the same tables; of two that cross one is sent back."""
    for tries in range(1, _MOST_TRIES + 1):
        try:
            await work()
        except DeadlockDetected:
            if tries == _MOST_TRIES:
                raise
        else:
            return


def _note(seeded: Seeded, batch: _Batch, told: Told) -> None:
    seeded.sessions += batch.sessions
    seeded.events += batch.events
    told(batch.sessions)


async def _all(work: Sequence[Awaitable[None]]) -> None:
    """Side by side; when one fails, or we are to end, the others end with it."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _pool(database_url: str) -> AbstractAsyncContextManager[Pool]:
    return command_pool(database_url, "seed", _WRITERS)
