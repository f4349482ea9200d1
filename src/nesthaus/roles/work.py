"""The role that moves the stream into the tables."""

from contextlib import suppress
from datetime import timedelta

import psycopg

from nesthaus.db.pool import Pool
from nesthaus.persist.announcer import Announcer
from nesthaus.persist.store import Rules
from nesthaus.persist.worker import Worker
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.measuring import look_at_process, measuring
from nesthaus.roles.runtime import (
    STATE_VALID_S,
    await_schema_announced,
    expect_many_objects,
    give_way,
    measures_for,
    pool_for,
    process_name,
    redis_for,
    stop_on_signals,
)
from nesthaus.roles.servers import Servers
from nesthaus.settings import Settings
from nesthaus.stream.event_stream import EventStream
from nesthaus.stream.reader import StreamReader
from nesthaus.stream.worker_states import Doing, WorkerState, publish_worker_state
from nesthaus.upkeep.jobs import note_state

NOTED_WITHIN_S = 1.0

# Longer than anybody here holds what others need, but for the cleaning up at night; an open psql
# may hold it for days. Then the worker says so, and tries again and again.
LOCK_TIMEOUT_MS = 5_000
# Of one statement of a batch, which takes a second or two on a busy machine.
STATEMENT_TIMEOUT_MS = 60_000


class WorkInJobs:
    """Tells in `jobs` what the workers do, all in one row: the last change of any.

    That is where their state is seen while Valkey is away.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._noted: Doing | None = None

    async def note(self, state: WorkerState) -> None:
        """Never fails: what cannot be written is written with the next state."""
        if state.doing is self._noted:
            return
        words = state.doing.replace("_", " ")
        error = None if state.doing is Doing.RUNNING else f"{words}: {state.why}"
        with suppress(psycopg.Error):
            async with self._pool.connection(NOTED_WITHIN_S) as connection:
                await note_state(connection, "work", since=state.since, result=words, error=error)
            self._noted = state.doing


async def work(settings: Settings, servers: Servers) -> None:
    """Moves the stream into the tables until a signal."""
    give_way()
    stop = stop_on_signals()
    consumer = process_name()
    measures = measures_for(settings)
    async with (
        redis_for(settings, servers) as redis,
        pool_for(
            settings,
            servers,
            "work",
            measures,
            size=4,
            lock_timeout_ms=LOCK_TIMEOUT_MS,
            statement_timeout_ms=STATEMENT_TIMEOUT_MS,
        ) as pool,
    ):
        jobs = WorkInJobs(pool)

        async def publish(state: WorkerState) -> None:
            try:
                await publish_worker_state(redis, state, STATE_VALID_S)
            finally:
                await jobs.note(state)

        announcer = Announcer(consumer, wall_clock, publish)
        await await_schema_announced(pool, stop, settings.timezone, announcer)
        worker = Worker(
            StreamReader(redis, settings.stream_shards, consumer=consumer),
            pool,
            clock=wall_clock,
            rules=Rules(timedelta(seconds=settings.idle_after_s), settings.timezone),
            announcer=announcer,
        )
        stream = EventStream(redis, settings.stream_shards, settings.stream_max_entries)
        expect_many_objects()
        async with measuring(measures, stream.append, redis, look_at_process(measures, "work")):
            await worker.run(stop)
