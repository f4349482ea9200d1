"""What each process measures besides calls and statements: memory, processor, queue."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import psutil
from redis.asyncio import Redis

from nesthaus.roles.clock import wall_clock
from nesthaus.stream.backlog import Backlog, StreamDepth
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.ending import end
from nesthaus.stream.measures import Append, Measures
from nesthaus.stream.totals import Totals

LOOK_EVERY_S = 10.0
# What is not taken by then at the end of a process is lost with it.
_LAST_WORDS_S = 1.0
_MEGABYTE = 1_000_000

Look = Callable[[], Awaitable[None]]


def look_at_process(measures: Measures, role: str) -> Look:
    process = psutil.Process()
    labels = (("role", role), ("process", f"{socket.gethostname()}-{os.getpid()}"))
    process.cpu_percent()  # the first answer is of no time

    async def look() -> None:
        measures.note("memory_usage", process.memory_info().rss / _MEGABYTE, labels)
        measures.note("cpu_usage", process.cpu_percent(), labels)

    return look


def look_at_queue(measures: Measures, backlog: Backlog) -> Look:
    async def look() -> None:
        with contextlib.suppress(StreamAway):
            depth: StreamDepth = await backlog.depth()
            measures.note("queue_depth", depth.entries)
            measures.note("queue_age", depth.oldest_age_ms / 1_000)

    return look


async def look_again_and_again(*looks: Look) -> None:
    """Until it is cancelled."""
    while True:
        for look in looks:
            await look()
        await asyncio.sleep(LOOK_EVERY_S)


async def last_words(measures: Measures, append: Append) -> None:
    """Sends what is left, if that is soon done."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LAST_WORDS_S):
            await measures.flush(append, all_of_it=True)


@asynccontextmanager
async def measuring(
    measures: Measures, append: Append, redis: Redis, *looks: Look
) -> AsyncGenerator[None]:
    """Beside the body of a role."""
    totals = measures.totals = Totals(redis, wall_clock)
    work = (measures.run(append), totals.run(), look_again_and_again(*looks))
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        await end(*tasks)
        await last_words(measures, append)
        with contextlib.suppress(StreamAway):
            await totals.flush()
