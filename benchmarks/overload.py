"""What happens when more comes than it can take: `python -m benchmarks.overload [--seconds 10]`.

Starts the whole program on servers of its own, finds out how much it takes, sends more than can be
under way at once, then nothing, and prints a table. Loopback only; counts are exact, figures are of
this machine, whose processors the sender shares.
"""

import argparse
import asyncio
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import psutil
import psycopg
import uvloop
from benchmarks.sending import Answers, send

from tests.stack import Stack

CAPACITY_CONNECTIONS = 64
OVERLOAD_CONNECTIONS = 8_000
IDLE_CONNECTIONS = 1_000
PROBES_S = 5.0
DRAINED_WITHIN_S = 600.0


@dataclass(slots=True)
class Watched:
    """The most memory each process had, and how deep the stream was at the end."""

    most_mb: dict[str, float]
    deepest: int = 0


def processes_of(stack: Stack) -> Iterable[tuple[str, psutil.Process]]:
    for process in psutil.Process(stack.process_id).children(recursive=True):
        words = process.cmdline()
        for role in ("serve", "work", "schedule"):
            if role in words:
                yield role, process


def memory_mb(stack: Stack) -> dict[str, float]:
    return {role: process.memory_info().rss / 1e6 for role, process in processes_of(stack)}


def depth_of(stack: Stack) -> int:
    return int(stack.get("/api/admin/analytics/real-time")["streamDepth"])


def stored(stack: Stack) -> int:
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute("select count(*) from interaction_events").fetchone()
        doubled = connection.execute("select count(*) from duplicate_events").fetchone()
    assert row is not None
    assert doubled is not None
    assert doubled[0] == 0
    return row[0]


async def watch(stack: Stack, watched: Watched) -> None:
    while True:
        for role, mb in memory_mb(stack).items():
            watched.most_mb[role] = max(mb, watched.most_mb.get(role, 0.0))
        await asyncio.sleep(0.2)


async def idle(port: int) -> list[asyncio.StreamWriter]:
    """Connections on which nothing comes, or half a call."""
    writers: list[asyncio.StreamWriter] = []
    for number in range(IDLE_CONNECTIONS):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        if number % 2:
            writer.write(b"POST /api/sessions/track HTTP/1.1\r\nHost: half\r\n")
        writers.append(writer)
    return writers


def line(name: str, answers: Answers, seconds: float) -> None:
    counts = answers.counts
    refused = counts[429] + counts[503]
    print(
        f"{name:28} {sum(counts.values()) / seconds:9,.0f} {counts[202] / seconds:9,.0f}"
        f" {refused / seconds:9,.0f} {counts[0]:7,}"
        f" {answers.percentile_ms(202, 0.5):8,.0f} {answers.percentile_ms(202, 0.99):8,.0f}"
        f" {answers.percentile_ms(503, 0.5):8,.0f} {answers.percentile_ms(503, 0.99):8,.0f}"
    )
    assert answers.without_retry_after == 0, "a refusal without Retry-After"
    assert set(counts) <= {0, 202, 429, 503}, counts


async def drain(stack: Stack) -> tuple[int, float]:
    """How many waited when the sending ended, and in how many seconds they were stored."""
    waiting, started = depth_of(stack), time.monotonic()
    while depth_of(stack):
        if time.monotonic() - started > DRAINED_WITHIN_S:
            raise TimeoutError("the backlog is not stored")
        await asyncio.sleep(0.1)
    return waiting, time.monotonic() - started


async def crowded(port: int, seconds: float) -> tuple[Answers, Answers]:
    """The crowd in a process of its own: what it is told it hears late itself, so one connection
    beside it says how long an answer takes."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        crowd = loop.run_in_executor(apart, crowd_of, port, seconds)
        one = await send(port, 1, for_s=seconds)
        return await crowd, one


def crowd_of(port: int, seconds: float) -> Answers:
    return uvloop.run(send(port, OVERLOAD_CONNECTIONS, for_s=seconds))


async def measure(stack: Stack, seconds: float) -> None:
    port, watched = stack.port, Watched({})
    await send(port, CAPACITY_CONNECTIONS, for_s=2)
    await drain(stack)
    before, before_mb = stored(stack), memory_mb(stack)
    watching = asyncio.create_task(watch(stack, watched))
    print(
        f"{'':28} {'offered/s':>9} {'taken/s':>9} {'refused/s':>9} {'broken':>7}"
        f" {'p50 ms':>8} {'p99':>8} {'503 p50':>8} {'503 p99':>8}"
    )
    at_capacity = await send(port, CAPACITY_CONNECTIONS, for_s=seconds)
    line("64 connections", at_capacity, seconds)
    filled, took_s = await drain(stack)
    over, beside_it = await crowded(port, seconds)
    line(f"{OVERLOAD_CONNECTIONS:,} connections", over, seconds)
    line("1 connection beside them", beside_it, seconds)
    ended = time.monotonic()
    probe = await send(port, 1, for_s=PROBES_S)
    line("right after it, 1 connection", probe, PROBES_S)
    late_filled, late_took_s = await drain(stack)
    late_took_s = time.monotonic() - ended if late_filled else late_took_s
    writers = await idle(port)
    beside = await send(port, CAPACITY_CONNECTIONS, for_s=seconds)
    line("64 beside 1,000 idle or half", beside, seconds)
    for writer in writers:
        writer.close()
    await drain(stack)
    watching.cancel()
    for what, waiting, drained_s in (
        ("capacity", filled, took_s),
        ("overload", late_filled, late_took_s),
    ):
        fill, empty = waiting / seconds, waiting / drained_s if drained_s else 0.0
        ratio = f"{empty / fill:.1f} x as fast" if fill else "nothing waited"
        print(f"backlog after {what}: {waiting:,} entries, stored in {drained_s:.1f} s: {ratio}")
    for role, mb in sorted(watched.most_mb.items()):
        print(f"memory of {role}: {before_mb[role]:.0f} MB before, {mb:.0f} MB at most")
    accepted = sum(each.events for each in (at_capacity, over, beside_it, probe, beside))
    found = stored(stack) - before
    print(f"accepted {accepted:,}, stored {found:,}, lost {accepted - found:,}, doubled 0")
    assert accepted == found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    stack = Stack({"NESTHAUS_RATE_LIMIT": "0"})
    try:
        stack.start()
        stack.authorise()
        uvloop.run(measure(stack, asked.seconds))
    finally:
        stack.close()


if __name__ == "__main__":
    main()
