"""The role that moves the stream into the tables."""

import os
import secrets
import socket
from datetime import timedelta

from nesthaus.persist.announcer import Announcer
from nesthaus.persist.store import Rules
from nesthaus.persist.worker import Worker
from nesthaus.roles.runtime import (
    Servers,
    await_schema,
    pool_for,
    redis_for,
    stop_on_signals,
    wall_clock,
)
from nesthaus.settings import Settings
from nesthaus.stream.reader import StreamReader
from nesthaus.stream.worker_states import WorkerState, publish_worker_state

# Three times as long as an announcer waits between two announcements.
STATE_VALID_S = 15.0


async def work(settings: Settings, servers: Servers) -> None:
    """Moves the stream into the tables until a signal."""
    stop = stop_on_signals()
    consumer = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    async with (
        redis_for(settings, servers) as redis,
        pool_for(settings, servers, "work", size=4) as pool,
    ):
        await await_schema(pool, stop)

        async def publish(state: WorkerState) -> None:
            await publish_worker_state(redis, state, STATE_VALID_S)

        worker = Worker(
            StreamReader(redis, settings.stream_shards, consumer=consumer),
            pool,
            clock=wall_clock,
            rules=Rules(timedelta(seconds=settings.idle_after_s), settings.timezone),
            announcer=Announcer(consumer, wall_clock, publish),
        )
        await worker.run(stop)
