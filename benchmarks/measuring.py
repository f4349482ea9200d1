"""What does it cost that a process measures itself?

One process is switched many times while calls come: two processes of the same program differ by
more than what is looked for, and so does one from itself a minute later.
"""

import sys
import time
from contextlib import ExitStack
from signal import SIGUSR1
from statistics import median

from benchmarks.load import Plan, begun, ending
from benchmarks.program import answers, program, started
from benchmarks.table import Figure
from redis import Redis

from nesthaus.stream.connection import shard_key
from tests.stack import free_port
from tests.waiting import wait_for

PAIRS = 200
SPELL_S = 0.2
WARM_UP_S = 2.0
WITHIN_S = 60.0
# More than a run can fill: nothing takes them out again.
MOST_ENTRIES = "10000000"


def figures() -> list[Figure]:
    """Of pairs of spells, one after the other, the median of what is taken while measured beside
    what is taken while not."""
    measured, unmeasured = _calls_per_second()
    ratio = median(a / b for a, b in zip(measured, unmeasured, strict=True))
    limit = median(unmeasured)
    return [
        Figure(
            "single calls of a process that measures itself",
            ratio * limit,
            "calls/s",
            0.98,
            beside="calls/s, the same process while it does not",
            limit=limit,
        )
    ]


def _calls_per_second() -> tuple[list[float], list[float]]:
    """While it measures, and while it does not."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.switched", "--port", str(port)]
    seconds = WARM_UP_S + 2 * PAIRS * SPELL_S + 1
    found: tuple[list[float], list[float]] = [], []
    with ExitStack() as stack:
        running = stack.enter_context(program(NESTHAUS_STREAM_MAX_ENTRIES=MOST_ENTRIES))
        client = Redis.from_url(running.redis_url)  # pyright: ignore[reportUnknownMemberType] -- **kwargs has no type
        redis = stack.enter_context(client)
        process = stack.enter_context(started(command, running.environment()))
        wait_for(lambda: answers(port), WITHIN_S, "an answer of serve")
        load = begun(Plan(port=port, path="/api/sessions/track", seconds=seconds))
        time.sleep(WARM_UP_S)
        # On, off, off, on: what changes steadily falls on both alike.
        for is_off in [False, True, True, False] * (PAIRS // 2):
            found[is_off].append(_spell(redis))
            if len(found[False]) != len(found[True]):  # the first of a pair is over
                process.send_signal(SIGUSR1)
        outcome = ending(load)
    if set(outcome.statuses) != {"202"}:
        raise AssertionError(f"answers other than 202: {outcome.statuses}")
    return found


def _spell(redis: Redis) -> float:
    """Entries of the stream, of which each call makes one, per second."""
    key = shard_key(0)
    before, began = redis.xlen(key), time.perf_counter()
    time.sleep(SPELL_S)
    return (redis.xlen(key) - before) / (time.perf_counter() - began)
