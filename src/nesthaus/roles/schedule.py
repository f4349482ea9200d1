"""The role that runs periodic jobs. Any number may run; one at a time does the work."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import psycopg

from nesthaus.db.pool import Pool, first_line
from nesthaus.persist.idle import close_idle_sessions
from nesthaus.persist.store import Rules
from nesthaus.roles.runtime import Servers, await_schema, pool_for, stop_on_signals, wall_clock
from nesthaus.settings import Settings
from nesthaus.upkeep.partitions import ensure_partitions

# One key for all jobs: whoever holds it is the scheduler that works. The number is arbitrary.
_LEADER_LOCK = 7_316_201_811
RETRY_S = 5.0
PARTITIONS_EVERY_S = 3600.0

log = logging.getLogger(__name__)


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
                    done = await self._attempt(job)
                    wait_s = job.every_s if done else min(RETRY_S, job.every_s)
                    due[job.name] = time.monotonic() + wait_s
            wait_s = max(0.05, min(due.values()) - time.monotonic())
            try:
                async with asyncio.timeout(wait_s):
                    await stop.wait()
            except TimeoutError:
                continue

    async def _attempt(self, job: Job) -> bool:
        """False where it failed and should be tried again soon."""
        started = time.monotonic()
        try:
            async with self._pool.connection() as connection:
                # Held by the session, so that it falls with the process that dies.
                await connection.set_autocommit(True)
                cursor = await connection.execute(
                    "select pg_try_advisory_lock(%s)", (_LEADER_LOCK,)
                )
                row = await cursor.fetchone()
                if row is None or not row[0]:
                    return True
                try:
                    result = await job.run()
                finally:
                    await connection.execute("select pg_advisory_unlock(%s)", (_LEADER_LOCK,))
                    await connection.set_autocommit(False)
        except psycopg.OperationalError as error:
            self._note_away(first_line(error))
            return False
        except psycopg.Error:
            log.exception("job %s failed; it is tried again", job.name)
            return False
        self._away = False
        log.debug("job %s: %s in %.3f s", job.name, result, time.monotonic() - started)
        return True

    def _note_away(self, reason: str) -> None:
        if not self._away:
            log.warning("PostgreSQL is away, the schedule waits: %s", reason)
        self._away = True


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
