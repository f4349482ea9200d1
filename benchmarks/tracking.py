"""How many tracking calls are acknowledged durable, beside an application that only answers?

Each figure is the median of several rounds in which everything is measured in turn, so that what
else the machine does in the meantime falls on all of it.
"""

from contextlib import ExitStack
from statistics import median

import uvloop
from benchmarks.load import Outcome, Plan, run
from benchmarks.program import Running, bare, program
from benchmarks.table import Figure
from benchmarks.visible import queue_age_ms
from redis import Redis

from nesthaus.stream.connection import shard_key
from tests.waiting import wait_for

TRACK = "/api/sessions/track"
ROUNDS = 5
SECONDS = 5.0
WARM_UP_S = 1.0
HALF_S = 20.0
DRAINED_WITHIN_S = 240.0


def figures() -> list[Figure]:
    return [*alone(), *with_all_beside()]


def alone() -> list[Figure]:
    """No worker; what is in the stream equals what was answered."""
    with ExitStack() as stack:
        limit_port = stack.enter_context(bare())
        running = stack.enter_context(program())
        limits: list[float] = []
        taken: list[float] = []
        for _ in range(ROUNDS):
            limits.append(_calls(limit_port).per_second)
            taken.append(_served(running))
    return [
        Figure(
            "single calls acknowledged durable, 64 connections, no worker",
            median(taken),
            "calls/s",
            0.55,
            beside="calls/s, bare application",
            limit=median(limits),
        ),
    ]


def with_all_beside() -> list[Figure]:
    """With worker, scheduler and PostgreSQL on the same cores."""
    with ExitStack() as stack:
        limit_port = stack.enter_context(bare())
        running = stack.enter_context(program())
        port, process = stack.enter_context(running.serve())
        stack.enter_context(running.process("work"))
        stack.enter_context(running.process("schedule"))
        limits: list[float] = []
        taken: list[float] = []
        for _ in range(ROUNDS):
            limits.append(_calls(limit_port).per_second)
            taken.append(_calls(port).per_second)
        held = process.memory_info().rss / 1e6
        # What the full load left is stored first: half of the load is what is asked about.
        wait_for(
            lambda: uvloop.run(queue_age_ms(running)) == 0, DRAINED_WITHIN_S, "an empty stream"
        )
        half = run(
            Plan(
                port=port,
                path=TRACK,
                seconds=HALF_S,
                warm_up_s=WARM_UP_S,
                per_second=median(taken) / 2,
            )
        )
    return [
        Figure(
            "single calls with worker, scheduler and PostgreSQL beside",
            median(taken),
            "calls/s",
            0.25,
            beside="calls/s, bare application",
            limit=median(limits),
        ),
        Figure("p99 of a call at half of that load", half.p99_ms, "ms", 25, at_most=True),
        Figure("memory of the API process at full load", held, "MB", 150, at_most=True),
    ]


def _plan(port: int) -> Plan:
    return Plan(port=port, path=TRACK, seconds=SECONDS, warm_up_s=WARM_UP_S)


def _calls(port: int) -> Outcome:
    outcome = run(_plan(port))
    if set(outcome.statuses) != {"202"}:
        raise AssertionError(f"answers other than 202: {outcome.statuses}")
    return outcome


def _served(running: Running) -> float:
    """Calls per second, by a process of its own."""
    redis = Redis.from_url(running.redis_url)  # pyright: ignore[reportUnknownMemberType] -- **kwargs has no type
    key = shard_key(0)
    with running.serve() as (port, _):
        run(_plan(port))
        before = _entries(redis, key)
        outcome = _calls(port)
        entries = _entries(redis, key) - before
    answers = sum(outcome.statuses.values())
    # Besides calls, what the process measured of itself.
    if not answers <= entries <= answers + 5:
        raise AssertionError(f"{answers} answers, {entries} entries")
    redis.close()
    return outcome.per_second


def _entries(redis: Redis, key: str) -> int:
    return redis.xlen(key)
