"""How long until what was accepted is seen in the journey, while half of what is possible comes?

Calls of one session each, asked for until their event is in the answer; beside them the age of the
oldest entry that no worker has acknowledged.
"""

import asyncio
import time
from contextlib import ExitStack
from datetime import UTC, datetime

import httpx
import uvloop
from benchmarks.filled import rank
from benchmarks.load import Plan, begun, ending, run
from benchmarks.program import Running, program
from benchmarks.table import Figure

from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.connection import connect
from tests.waiting import wait_for

TRACK = "/api/sessions/track"
JOURNEY = "/api/admin/analytics/user-journey"
FULL_S = 5.0
HALF_S = 30.0
WARM_UP_S = 2.0
LOOK_EVERY_S = 0.01
AGE_EVERY_S = 0.05
PROBE_EVERY_S = 0.05
IDLE_WITHIN_S = 60.0
MOST_PROBES = 1_000


def figures() -> list[Figure]:
    with ExitStack() as stack:
        running = stack.enter_context(program())
        port, _ = stack.enter_context(running.serve())
        work = stack.enter_context(running.process("work"))
        stack.enter_context(running.process("schedule"))
        full = run(Plan(port=port, path=TRACK, seconds=FULL_S, warm_up_s=WARM_UP_S))
        held = work.memory_info().rss / 1e6
        wait_for(lambda: uvloop.run(queue_age_ms(running)) == 0, IDLE_WITHIN_S, "an empty stream")
        half = begun(Plan(port=port, path=TRACK, seconds=HALF_S, per_second=full.per_second / 2))
        seen_ms, ages_ms = uvloop.run(_look(running, port, _token(running)))
        ending(half)
    return [
        Figure(
            "accepted → visible in the journey, p99", rank(seen_ms, 99), "ms", 500, at_most=True
        ),
        Figure("age of the queue, p99", rank(ages_ms, 99), "ms", 2_000, at_most=True),
        Figure("memory of the worker at full load", held, "MB", 200, at_most=True),
    ]


def _token(running: Running) -> str:
    return running.run("token", "create", "--name", "benchmark", "--role", "viewer").strip()


async def _look(running: Running, port: int, token: str) -> tuple[list[float], list[float]]:
    """Milliseconds from the answer of each call to its event in the journey; and ages."""
    seen_ms: list[float] = []
    ages_ms: list[float] = []
    until = time.perf_counter() + HALF_S - WARM_UP_S
    await asyncio.sleep(WARM_UP_S)

    async def look_at_ages() -> None:
        while time.perf_counter() < until:
            ages_ms.append(await queue_age_ms(running))
            await asyncio.sleep(AGE_EVERY_S)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(look_at_ages())
        headers = {"Authorization": f"Bearer {token}"}
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=url, headers=headers) as client:
            while time.perf_counter() < until and len(seen_ms) < MOST_PROBES:
                seen_ms.append(await _seen_ms(client, f"probe-{len(seen_ms)}"))
                await asyncio.sleep(PROBE_EVERY_S)
    return seen_ms, ages_ms


async def _seen_ms(client: httpx.AsyncClient, session_id: str) -> float:
    event_id = str(Uuid7Source().make(datetime.now(UTC)))
    event = {"type": "click", "category": "nest", "eventId": event_id}
    answer = await client.post(TRACK, json={"sessionId": session_id, "event": event})
    answer.raise_for_status()
    accepted = time.perf_counter()
    while True:
        journey = await client.get(JOURNEY, params={"sessionId": session_id})
        if journey.is_success and event_id in journey.text:
            return (time.perf_counter() - accepted) * 1_000
        await asyncio.sleep(LOOK_EVERY_S)


async def queue_age_ms(running: Running) -> float:
    redis = connect(running.redis_url, retries=0)
    try:
        return (await Backlog(redis, 1).depth()).oldest_age_ms
    finally:
        await redis.aclose()
