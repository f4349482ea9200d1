"""Does anything grow? `python -m benchmarks.long_run --minutes 60`

Starts the whole program on servers of its own, sends half of what it takes (single events, batches,
questions to the reports) and notes memory, connections, open files, the stream and the spool every
few seconds. At the end it compares the last quarter with the second, counts what was stored, and
ends with 1 where something grew, was lost, or was not done.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median

import httpx
import psycopg
import uvloop
from benchmarks.overload import depth_of, drain, processes_of, stored
from benchmarks.program import data_folder
from benchmarks.sending import Answers, send

from tests.stack import Stack

CONNECTIONS = 32
CALIBRATED_IN_S = 5.0
IDLE_AFTER_S = 60
# What a quarter may have more than the one two before it: caches still fill, samples scatter.
GROWTH = 1.10
SPARE = {"MB": 8.0, "": 4.0, "entries": 2_000.0}
REPORTS = ("overview", "conversion-funnel", "paths", "insights", "real-time", "tracking-health")


@dataclass(frozen=True, slots=True)
class Row:
    """What was looked at once: values by name and unit."""

    values: dict[tuple[str, str], float]


def look(stack: Stack) -> Row:
    values: dict[tuple[str, str], float] = {}
    for role, process in processes_of(stack):
        values[f"memory of {role}", "MB"] = process.memory_info().rss / 1e6
        values[f"open files of {role}", ""] = process.num_fds()
    with psycopg.connect(stack.database_url) as connection:
        found = connection.execute("select count(*) from pg_stat_activity").fetchone()
        assert found is not None
        values["connections to PostgreSQL", ""] = found[0]
    values["waiting in the stream", "entries"] = depth_of(stack)
    spool = stack.data / "spool"
    values["files in the spool", ""] = len(list(spool.rglob("*"))) if spool.exists() else 0
    return Row(values)


async def look_again_and_again(stack: Stack, every_s: float, rows: list[Row]) -> None:
    while True:
        rows.append(await asyncio.to_thread(look, stack))
        await asyncio.sleep(every_s)


async def ask_again_and_again(stack: Stack, token: str, faults: Counter[str]) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=60) as client:
        while True:
            for name in REPORTS:
                path = f"/api/admin/analytics/{name}"
                answer = await client.get(path, params={"timeRange": "7d", "bots": "include"})
                if answer.status_code != 200:
                    faults[f"{path}: {answer.status_code} {answer.json()['error']}"] += 1
            await asyncio.sleep(1)


async def run(stack: Stack, minutes: float) -> bool:
    token = stack.run("token", "create", "--name", "long run", "--role", "viewer").strip()
    sending = partial(send, stack.port)
    # What it takes and stores: it takes faster for a while.
    calibrated_from = time.monotonic()
    calibration = await sending(CONNECTIONS, for_s=CALIBRATED_IN_S)
    await drain(stack)
    calls_per_s = calibration.counts[202] / (time.monotonic() - calibrated_from) / 2
    print(f"half of capacity: {calls_per_s:,.0f} calls/s; one in ten is a batch of 20")
    rows: list[Row] = []
    faults = Counter[str]()
    beside = [
        asyncio.create_task(look_again_and_again(stack, max(1.0, minutes * 60 / 240), rows)),
        asyncio.create_task(ask_again_and_again(stack, token, faults)),
    ]
    begun, at_begin = time.monotonic(), datetime.now(UTC)
    single, batches = await asyncio.gather(
        sending(CONNECTIONS, for_s=minutes * 60, calls_per_s=calls_per_s * 0.9),
        sending(CONNECTIONS, for_s=minutes * 60, calls_per_s=calls_per_s * 0.1 / 4, events=20),
    )
    took_s = time.monotonic() - begun
    for task in beside:
        task.cancel()
    await drain(stack)
    print(f"{took_s / 60:.1f} minutes from {at_begin:%Y-%m-%d %H:%M} UTC, {len(rows)} looks")
    all_sent = (calibration, single, batches)
    checks = [is_flat(rows, name) for name in rows[0].values]
    checks += [has_stored(stack, all_sent), has_partitions(stack), has_closed(stack)]
    checks.append(
        told("reports that failed", f"{faults.total()} {dict(faults)}", is_good=not faults)
    )
    return all(checks)


def told(what: str, found: str, *, is_good: bool) -> bool:
    print(f"{'ok' if is_good else 'BAD':4} {what}: {found}")
    return is_good


def is_flat(rows: list[Row], name: tuple[str, str]) -> bool:
    """By medians of quarters: the first one is for warming up."""
    quarter = max(1, len(rows) // 4)
    early = median(_values(rows[quarter : 2 * quarter] or rows, name))
    late = median(_values(rows[-quarter:], name))
    most = max(_values(rows, name))
    what, unit = name
    is_good = late <= early * GROWTH + SPARE[unit]
    found = f"{early:,.0f} in the second quarter, {late:,.0f} in the last, {most:,.0f} at most"
    return told(what, f"{found} {unit}".strip(), is_good=is_good)


def _values(rows: Iterable[Row], name: tuple[str, str]) -> list[float]:
    return [row.values[name] for row in rows if name in row.values]


def has_stored(stack: Stack, sent: Iterable[Answers]) -> bool:
    accepted, found = sum(each.events for each in sent), stored(stack)
    statuses = sorted({status for each in sent for status in each.counts})
    story = f"{accepted:,} accepted, {found:,} stored, none twice; statuses {statuses}"
    return told("events", story, is_good=accepted == found and statuses == [202])


def has_partitions(stack: Stack) -> bool:
    """Of this month and the next two."""
    first = datetime.now(UTC).replace(day=1)
    months = [first, first + timedelta(days=32), (first + timedelta(days=32)).replace(day=1)]
    months[1] = months[1].replace(day=1)
    months[2] = (months[2] + timedelta(days=32)).replace(day=1)
    names = [f"interaction_events_{month:%Y_%m}" for month in months]
    with psycopg.connect(stack.database_url) as connection:
        found = connection.execute(
            "select count(*) from pg_class where relname = any(%s)", [names]
        ).fetchone()
    assert found is not None
    return told("partitions", f"{found[0]} of {', '.join(names)}", is_good=found[0] == 3)


def has_closed(stack: Stack) -> bool:
    """Whether each session is over once it has been silent for long enough."""
    count: Callable[[], int] = partial(_ongoing, stack)
    before, deadline = count(), time.monotonic() + 2 * IDLE_AFTER_S + 30
    while count() and time.monotonic() < deadline:
        time.sleep(1)
    return told(
        "idle sessions", f"{before:,} open at the end, then {count():,}", is_good=count() == 0
    )


def _ongoing(stack: Stack) -> int:
    with psycopg.connect(stack.database_url) as connection:
        found = connection.execute(
            "select count(*) from user_sessions where conversion_status = 'ongoing'"
        ).fetchone()
    assert found is not None
    return found[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    asked = parser.parse_args()
    settings = {"NESTHAUS_RATE_LIMIT": "0", "NESTHAUS_IDLE_AFTER_S": str(IDLE_AFTER_S)}
    # On a disk: tests keep theirs in memory, of which an hour would take some gigabytes.
    with data_folder() as data:
        stack = Stack(settings | {"NESTHAUS_AGGREGATE_EVERY_S": "10"}, data.parent)
        try:
            stack.start()
            stack.authorise()
            is_good = uvloop.run(run(stack, asked.minutes))
        finally:
            stack.close()
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
