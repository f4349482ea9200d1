"""The role that moves the stream into the tables."""

import os
import secrets
import socket
from datetime import timedelta

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


async def work(settings: Settings, servers: Servers) -> None:
    """Moves the stream into the tables until a signal."""
    stop = stop_on_signals()
    consumer = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    async with (
        redis_for(settings, servers) as redis,
        pool_for(settings, servers, "work", size=4) as pool,
    ):
        await await_schema(pool, stop)
        reader = StreamReader(redis, settings.stream_shards, consumer=consumer)
        worker = Worker(
            reader,
            pool,
            redis=redis,
            clock=wall_clock,
            idle_after=timedelta(seconds=settings.idle_after_s),
        )
        await worker.run(stop)
