"""Workers that hurry, and a look at the stream they read."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from redis.asyncio import Redis

from nesthaus.db.pool import Pool
from nesthaus.domain.events import Delivery
from nesthaus.persist.announcer import Announcer
from nesthaus.persist.trial import Pace
from nesthaus.persist.worker import Worker
from nesthaus.stream.envelope import encode
from nesthaus.stream.reader import StreamReader
from nesthaus.stream.worker_states import Doing, publish_worker_state, worker_states
from tests.persist.conftest import RULES
from tests.persist.traffic import at

WITHIN_S = 20.0
HURRY = Pace(
    block_ms=20,
    gather_s=0.0,
    claim_idle_s=0.2,
    claim_every_s=0.05,
    tidy_every_s=0.05,
    probe_every_s=0.02,
    first_pause_s=0.01,
    longest_pause_s=0.1,
)


async def append(redis: Redis, *deliveries: Delivery | bytes) -> None:
    for each in deliveries:
        payload = each if isinstance(each, bytes) else encode(each)
        await redis.xadd("nest:{0}", {"e": payload})


async def pending(redis: Redis) -> int:
    """Read and not acknowledged."""
    answer: Any = await redis.xpending("nest:{0}", "persist")
    return answer["pending"]


async def unfinished(redis: Redis) -> int:
    """Entries that are still in the stream; tidying takes away what is acknowledged."""
    return await redis.xlen("nest:{0}")


def worker_on(
    redis: Redis,
    pool: Pool,
    *,
    name: str = "one",
    reader: StreamReader | None = None,
    pace: Pace = HURRY,
) -> Worker:
    return Worker(
        reader or StreamReader(redis, shards=1, consumer=name),
        pool,
        clock=lambda: at(60),
        rules=RULES,
        announcer=Announcer(
            name, lambda: at(60), partial(publish_worker_state, redis, valid_s=60), every_s=0.05
        ),
        pace=pace,
    )


@asynccontextmanager
async def running(*workers: Worker) -> AsyncGenerator[asyncio.Event, None]:
    """Stopped at the end as by a signal; what a worker raises is raised here."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for worker in workers:
            tasks.create_task(worker.run(stop))
        try:
            yield stop
        finally:
            stop.set()


async def doing(redis: Redis) -> dict[str, Doing]:
    return {state.consumer: state.doing for state in await worker_states(redis)}
