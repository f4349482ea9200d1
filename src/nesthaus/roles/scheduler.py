"""Jobs done again and again, each by one of several schedulers at a time."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from nesthaus.aggregate.state import OtherZone
from nesthaus.aggregate.turns import Busy
from nesthaus.archive.store import StoreTrouble
from nesthaus.db.pool import Connection, Pool, first_line
from nesthaus.db.queries import load_statements
from nesthaus.persist.announcer import Announcer
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.schema_wait import AWAY_AFTER_S
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.ending import end
from nesthaus.stream.worker_states import Doing
from nesthaus.upkeep.archive.archiving import Busy as ArchiveBusy
from nesthaus.upkeep.compaction import StillSeen
from nesthaus.upkeep.jobs import last_run, note_end, note_start

# With the name of a job: whoever holds it is the scheduler that does it. The number is arbitrary.
_LEADER_LOCK = 731_620_181
RETRY_S = 5.0
LOCKED_RETRY_S = 60.0
# A job that is cancelled loses what it has not committed, so those that soon end may do so.
_STOP_PATIENCE_S = 1.0

# What a job waits for without a fault of its own: a server, somebody who holds a table (a backup
# perhaps), sees what was erased or counts figures, a rebuild for the time zone.
_KNOWN = (
    psycopg.OperationalError,
    StreamAway,
    StillSeen,
    StoreTrouble,
    Busy,
    ArchiveBusy,
    OtherZone,
)

log = logging.getLogger(__name__)

_SQL = load_statements("nesthaus.roles", "scheduler.sql")


@dataclass(frozen=True, slots=True)
class Job:
    """`run` is idempotent and says in a few words what it did. With `last_due` a job is done once
    after each moment that it names, the latest before now, and `every_s` is how often to look."""

    name: str
    every_s: float
    run: Callable[[], Awaitable[str]]
    last_due: Callable[[datetime], datetime] | None = None

    def seconds_until_due(self, last_began: datetime, now: datetime) -> float:
        """Not in more than `every_s`, whatever another clock has written."""
        if self.last_due is not None:
            return 0.0 if last_began < self.last_due(now) else self.every_s
        return min(self.every_s - (now - last_began).total_seconds(), self.every_s)

    def next_run(self, now: datetime, wait_s: float, *, failed: bool) -> datetime:
        if self.last_due is None or failed:
            return now + timedelta(seconds=wait_s)
        return self.last_due(now + timedelta(days=1))


class Scheduler:
    """Runs each job every `every_s`, a failed one again after RETRY_S, all side by side.

    What others did counts too: a job that some scheduler has just done is not due. What the
    database cannot be told of, that it is away, `announcer` tells.
    """

    def __init__(
        self,
        pool: Pool,
        jobs: tuple[Job, ...],
        announcer: Announcer,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        self._pool = pool
        self._jobs = jobs
        self._announcer = announcer
        self._clock = clock
        # What the log was told last of each job, so that it hears of a lasting failure once.
        self._told_errors: dict[str, str] = {}

    async def run(self, stop: asyncio.Event) -> None:
        tasks = [asyncio.create_task(self._repeat(job, stop)) for job in self._jobs]
        announcing = asyncio.create_task(self._announcer.run())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({stopped, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait(tasks, timeout=_STOP_PATIENCE_S)
        finally:
            await end(stopped, announcing, *tasks)

    async def _repeat(self, job: Job, stop: asyncio.Event) -> None:
        while not stop.is_set():
            wait_s = max(0.05, await self._attempt(job))
            try:
                async with asyncio.timeout(wait_s):
                    await stop.wait()
            except TimeoutError:
                continue

    async def _attempt(self, job: Job) -> float:
        """In how many seconds to look again."""
        try:
            async with self._pool.connection(AWAY_AFTER_S) as connection:
                # Held by the session, so that it falls with the process that dies.
                await connection.set_autocommit(True)
                try:
                    wait_s = await self._alone(connection, job)
                finally:
                    await connection.set_autocommit(False)
        except psycopg.OperationalError as error:
            self._announcer.change(Doing.WAITING_FOR_DATABASE, first_line(error))
            return RETRY_S
        except psycopg.Error as error:  # of our own statements here: nothing of the job
            self._note_failure(job, error)
            return RETRY_S
        self._announcer.change(Doing.RUNNING)
        return wait_s

    async def _alone(self, connection: Connection, job: Job) -> float:
        lead = {"key": _LEADER_LOCK, "name": job.name}
        cursor = await connection.execute(_SQL["take_lead"], lead)
        if await cursor.fetchone() != (True,):
            return min(job.every_s, RETRY_S)
        try:
            wait_s = await self._seconds_until_due(connection, job)
            return wait_s if wait_s > 0 else await self._do(connection, job)
        finally:
            await connection.execute(_SQL["leave_lead"], lead)

    async def _seconds_until_due(self, connection: Connection, job: Job) -> float:
        last = await last_run(connection, job.name)
        if last is None or not last.finished or last.failed:
            return 0.0
        return job.seconds_until_due(last.started_at, self._clock())

    async def _do(self, connection: Connection, job: Job) -> float:
        began = time.monotonic()
        await note_start(connection, job.name, self._clock())
        result, error = None, None
        try:
            result = await job.run()
        except Exception as failure:  # noqa: BLE001 - a job that fails must not end the others
            error = failure
        took_s = time.monotonic() - began
        wait_s = max(0.0, job.every_s - took_s) if error is None else _pause_after(error, job)
        now = self._clock()
        await note_end(
            connection,
            job.name,
            at=now,
            duration_ms=took_s * 1_000,
            next_run_at=job.next_run(now, wait_s, failed=error is not None),
            result=result,
            error=None if error is None else f"{type(error).__name__}: {first_line(error)}",
        )
        self._note_outcome(job, error)
        log.debug("job %s: %s in %.3f s", job.name, result, took_s)
        return wait_s

    def _note_outcome(self, job: Job, error: Exception | None) -> None:
        if error is not None:
            self._note_failure(job, error)
        elif self._told_errors.pop(job.name, None) is not None:
            log.info("job %s works again", job.name)

    def _note_failure(self, job: Job, error: Exception) -> None:
        sentence = first_line(error)
        is_news = self._told_errors.get(job.name) != sentence
        self._told_errors[job.name] = sentence
        if not is_news:
            log.debug("job %s failed again: %s", job.name, sentence)
        elif isinstance(error, _KNOWN):
            log.warning("job %s waits: %s", job.name, sentence)
        else:
            log.error("job %s failed; it is tried again", job.name, exc_info=error)


def _pause_after(error: Exception, job: Job) -> float:
    """Whoever waits for a table holds up all who come after."""
    is_locked = isinstance(error, psycopg.errors.LockNotAvailable)
    return min(LOCKED_RETRY_S if is_locked else RETRY_S, job.every_s)
