"""The role that runs periodic jobs. Any number may run; one at a time does the work."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import psycopg

from nesthaus.db.pool import Connection, Pool, first_line
from nesthaus.db.queries import load_statements
from nesthaus.persist.idle import close_idle_sessions
from nesthaus.persist.store import Rules
from nesthaus.roles.runtime import Servers, await_schema, pool_for, stop_on_signals, wall_clock
from nesthaus.settings import Settings
from nesthaus.upkeep.partitions import ensure_partitions

# One key for all jobs: whoever holds it is the scheduler that works. The number is arbitrary.
_LEADER_LOCK = 7_316_201_811
RETRY_S = 5.0
LOCKED_RETRY_S = 60.0
PARTITIONS_EVERY_S = 3600.0

log = logging.getLogger(__name__)

_SQL = load_statements("nesthaus.roles", "schedule.sql")


@dataclass(frozen=True, slots=True)
class Job:
    """`run` is idempotent and says in a few words what it did."""

    name: str
    every_s: float
    run: Callable[[], Awaitable[str]]


class Scheduler:
    """Runs each job at the start and then every `every_s`; a failed one again after RETRY_S."""

    def __init__(self, pool: Pool, jobs: tuple[Job, ...]) -> None:
        self._pool = pool
        self._jobs = jobs
        self._away = False

    async def run(self, stop: asyncio.Event) -> None:
        due = {job.name: 0.0 for job in self._jobs}
        while not stop.is_set():
            now = time.monotonic()
            for job in self._jobs:
                if due[job.name] <= now and not stop.is_set():
                    wait_s = await self._attempt(job)
                    due[job.name] = time.monotonic() + min(wait_s, job.every_s)
            wait_s = max(0.05, min(due.values()) - time.monotonic())
            try:
                async with asyncio.timeout(wait_s):
                    await stop.wait()
            except TimeoutError:
                continue

    async def _attempt(self, job: Job) -> float:
        """In how many seconds it should run again."""
        started = time.monotonic()
        try:
            async with self._pool.connection() as connection:
                # Held by the session, so that it falls with the process that dies.
                await connection.set_autocommit(True)
                try:
                    result = await _alone(connection, job)
                finally:
                    await connection.set_autocommit(False)
        except psycopg.errors.LockNotAvailable as error:
            # Somebody holds the table, a backup perhaps. Whoever waits for it holds up all others.
            log.warning("job %s waits for others: %s", job.name, first_line(error))
            return LOCKED_RETRY_S
        except psycopg.OperationalError as error:
            self._note_away(first_line(error))
            return RETRY_S
        except psycopg.Error:
            log.exception("job %s failed; it is tried again", job.name)
            return RETRY_S
        self._away = False
        log.debug("job %s: %s in %.3f s", job.name, result, time.monotonic() - started)
        return job.every_s

    def _note_away(self, reason: str) -> None:
        if not self._away:
            log.warning("the schedule waits for PostgreSQL: %s", reason)
        self._away = True


async def _alone(connection: Connection, job: Job) -> str:
    cursor = await connection.execute(_SQL["take_lead"], {"key": _LEADER_LOCK})
    if await cursor.fetchone() != (True,):
        return "left to the scheduler that works"
    try:
        return await job.run()
    finally:
        await connection.execute(_SQL["leave_lead"], {"key": _LEADER_LOCK})


async def schedule(settings: Settings, servers: Servers) -> None:
    """Runs the periodic jobs until a signal."""
    stop = stop_on_signals()
    rules = Rules(timedelta(seconds=settings.idle_after_s), settings.timezone)
    async with pool_for(settings, servers, "schedule", size=4) as pool:
        await await_schema(pool, stop)

        async def idle() -> str:
            closed = await close_idle_sessions(pool, wall_clock(), rules)
            return f"{closed} sessions closed"

        async def partitions() -> str:
            async with pool.connection() as connection:
                made = await ensure_partitions(connection, wall_clock())
            return f"{len(made)} partitions made"

        jobs = (
            Job("partitions", PARTITIONS_EVERY_S, partitions),
            Job("idle sessions", settings.aggregate_every_s, idle),
        )
        await Scheduler(pool, jobs).run(stop)
