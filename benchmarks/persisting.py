"""How fast does what was sent become rows, beside COPY of the same rows into the same tables?"""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from statistics import median

import psycopg
from benchmarks.copied import empty, put_back, take
from benchmarks.load import Plan, run
from benchmarks.program import Running, program
from benchmarks.table import Figure
from msgspec import structs

from tests.waiting import wait_for

BATCH = "/api/sessions/track-batch"
SINGLE = "/api/sessions/track"
EVENTS_OF_A_BATCH = 50
ROUNDS = 3
COPIES = 2
LOOK_EVERY_S = 0.02
STORED_WITHIN_S = 300.0
COPIED = "events/s, COPY of the same rows"
_number = count(1)


@dataclass(frozen=True, slots=True)
class Amount:
    """Of calls, and of sessions they are of."""

    batches: int = 4_000
    singles: int = 40_000
    sessions: int = 2_000


FULL = Amount(batches=60_000, singles=300_000, sessions=30_000)


def figures(amount: Amount = Amount()) -> list[Figure]:
    with ExitStack() as stack:
        running = stack.enter_context(program())
        connection = stack.enter_context(psycopg.connect(running.database_url))
        with running.process("schedule"):
            wait_for(lambda: _has_partitions(connection), STORED_WITHIN_S, "partitions")
        return [
            _through(running, connection, amount),
            _drain(running, connection, _batches(amount), "of 50"),
            _drain(running, connection, _singles(amount), "of one event"),
        ]


def _batches(amount: Amount) -> Plan:
    return Plan(
        port=0,
        path=BATCH,
        seconds=STORED_WITHIN_S,
        batch=EVENTS_OF_A_BATCH,
        sessions=amount.sessions,
        calls=amount.batches,
    )


def _singles(amount: Amount) -> Plan:
    return Plan(
        port=0,
        path=SINGLE,
        seconds=STORED_WITHIN_S,
        sessions=amount.sessions,
        calls=amount.singles,
    )


def _through(running: Running, connection: psycopg.Connection, amount: Amount) -> Figure:
    """From the first call until the last event is committed; API and worker on the same cores."""
    rates: list[float] = []
    limits: list[float] = []
    for _ in range(ROUNDS):
        empty(connection)
        with running.serve() as (port, _process), running.process("work"):
            began, events = _send(port, _batches(amount))
            while _committed(connection) < events:
                time.sleep(LOOK_EVERY_S)
            rates.append(events / (time.time() - began))
        limits.append(_limit(connection))
    return Figure(
        "events from HTTP, 50 to a batch, to committed rows",
        median(rates),
        "events/s",
        0.35,
        beside=COPIED,
        limit=median(limits),
    )


def _drain(running: Running, connection: psycopg.Connection, plan: Plan, what: str) -> Figure:
    """One worker, alone, takes a stream that is full. Its start is not counted: from its first
    commit on."""
    rates: list[float] = []
    limits: list[float] = []
    for _ in range(ROUNDS):
        empty(connection)
        with running.serve() as (port, _process):
            _began, events = _send(port, plan)
        with running.process("work"):
            rates.append(_rate_of_commits(connection, events))
        limits.append(_limit(connection))
    return Figure(
        f"persist alone, draining calls {what}",
        median(rates),
        "events/s",
        0.6,
        beside=COPIED,
        limit=median(limits),
    )


def _send(port: int, plan: Plan) -> tuple[float, int]:
    """When the first call was sent, and how many events all of them had."""
    outcome = run(structs.replace(plan, port=port, prefix=f"bench{next(_number)}"))
    if set(outcome.statuses) != {"202"}:
        raise AssertionError(f"answers other than 202: {outcome.statuses}")
    return outcome.began, outcome.statuses["202"] * max(plan.batch, 1)


def _rate_of_commits(connection: psycopg.Connection, events: int) -> float:
    first = 0
    while not first:
        time.sleep(LOOK_EVERY_S)
        first = _committed(connection)
    began = time.perf_counter()
    while _committed(connection) < events:
        time.sleep(LOOK_EVERY_S)
    return (events - first) / (time.perf_counter() - began)


def _has_partitions(connection: psycopg.Connection) -> bool:
    found = connection.execute(
        "select count(*) > 1 from pg_inherits where inhparent = 'interaction_events'::regclass"
    ).fetchone()
    connection.commit()
    return found == (True,)


def _committed(connection: psycopg.Connection) -> int:
    found = connection.execute("select sum(total_interactions) from user_sessions").fetchone()
    connection.commit()
    assert found is not None
    return int(found[0] or 0)


def _limit(connection: psycopg.Connection) -> float:
    """Events per second."""
    taken = take(connection)
    return taken.interactions / median(put_back(connection, taken) for _ in range(COPIES))
