"""What a day of believable visitors takes up, and how fast it is read, exported and counted."""

import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import psycopg
import uvloop
from benchmarks.by_hand import grouped_s
from benchmarks.export import COPIED, copied, downloaded
from benchmarks.filled import rank
from benchmarks.program import Running, program
from benchmarks.table import Figure

from nesthaus.aggregate.recount import recount_days
from nesthaus.aggregate.turns import counting
from nesthaus.catalogue.loader import load_catalogue
from nesthaus.db.pool import open_pool
from nesthaus.domain.identifiers import Uuid7Source
from tests.waiting import wait_for

ZONE = ZoneInfo("Europe/Vienna")
SESSIONS = 10_000
FULL_SESSIONS = 91_000  # have 1 million interactions
ROUNDS = 3
JOURNEY = "/api/admin/analytics/user-journey"
JOURNEY_EVENTS = 1_000
JOURNEYS = 200
LONG_SESSION = "benchmark-of-a-thousand"
_SIZE = """
    select sum(pg_total_relation_size(inhrelid))
    from pg_inherits where inhparent = 'interaction_events'::regclass
"""


def figures(sessions: int = SESSIONS) -> list[Figure]:
    """All began on one day: yesterday."""
    with ExitStack() as stack:
        running = stack.enter_context(program())
        connection = stack.enter_context(psycopg.connect(running.database_url))
        with running.process("schedule"):
            wait_for(lambda: _number(connection, _PARTITIONS) > 1, 60, "partitions")
        day = datetime.now(ZONE).date() - timedelta(days=1)
        running.run("seed", "--sessions", str(sessions), "--days", "1", "--until", _end_of(day))
        _settle(connection)
        found = [_size(connection), _recount(running, connection, day)]
        _settle(connection)
        token = running.run("token", "create", "--name", "benchmark", "--role", "viewer").strip()
        with running.serve() as (port, _process):
            _send_long_session(running, port)
            url = f"http://127.0.0.1:{port}"
            headers = {"Authorization": f"Bearer {token}"}
            with httpx.Client(base_url=url, headers=headers, timeout=600) as client:
                found += [_export(client, running), _journey(client)]
    return found


_PARTITIONS = "select count(*) from pg_inherits where inhparent = 'interaction_events'::regclass"


def _end_of(day: date) -> str:
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=ZONE).isoformat()


def _number(connection: psycopg.Connection, statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    connection.commit()
    assert row is not None
    return int(row[0])


def _settle(connection: psycopg.Connection) -> None:
    """As after a while: nothing left to do beside what is measured."""
    connection.autocommit = True
    connection.execute("vacuum (analyze)")
    connection.execute("checkpoint")
    connection.autocommit = False


def _size(connection: psycopg.Connection) -> Figure:
    rows = _number(connection, "select count(*) from interaction_events")
    size = _number(connection, _SIZE)
    return Figure("disk per interaction, indexes included", size / rows, "bytes", 220, at_most=True)


def _recount(running: Running, connection: psycopg.Connection, day: date) -> Figure:
    rows = _number(connection, "select count(*) from interaction_events")
    grouped: list[float] = []
    counted: list[float] = []
    for _ in range(ROUNDS):
        grouped.append(grouped_s(connection))
        counted.append(uvloop.run(_counted_s(running, day)))
    return Figure(
        f"recount of a day with {rows:,} interactions",
        median(counted),
        "s",
        1.5,
        at_most=True,
        beside="s, its groupings by hand",
        limit=median(grouped),
    )


async def _counted_s(running: Running, day: date) -> float:
    catalogue = load_catalogue(ZONE)
    pool = await open_pool(running.database_url, 1, 60, application_name="benchmark")
    async with pool:
        began = time.perf_counter()
        await counting(pool, lambda connection: recount_days(connection, [day], catalogue))
        return time.perf_counter() - began


def _export(client: httpx.Client, running: Running) -> Figure:
    copying: list[float] = []
    exporting: list[float] = []
    rows = 0
    for _ in range(ROUNDS):
        took_s, rows = copied(running.database_url, COPIED["interactions"])
        copying.append(took_s)
        exporting.append(downloaded(client, "interactions.csv")[0])
    return Figure(
        f"export of {rows:,} interactions as CSV",
        median(exporting),
        "s",
        1.5,
        at_most=True,
        beside="s, COPY of the same rows",
        limit=median(copying),
    )


def _send_long_session(running: Running, port: int) -> None:
    """As a visitor makes it who stays for an hour and a half."""
    ids, now = Uuid7Source(), datetime.now(UTC)
    options = ("nest80", "nest100", "nest120", "nest140", "nest160")
    events: list[dict[str, object]] = [
        {
            "eventId": _id(ids, now - timedelta(seconds=5 * (JOURNEY_EVENTS - nth))),
            "type": "selection",
            "category": "nest",
            "value": options[nth % 5],
            "previousValue": options[(nth - 1) % 5],
        }
        for nth in range(JOURNEY_EVENTS)
    ]
    with running.process("work"), httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        for first in range(0, JOURNEY_EVENTS, 500):
            body = {"sessionId": LONG_SESSION, "events": events[first : first + 500]}
            client.post("/api/sessions/track-batch", json=body).raise_for_status()
        with psycopg.connect(running.database_url) as connection:
            wait_for(lambda: _number(connection, _STORED) == JOURNEY_EVENTS, 60, "the session")


_STORED = f"select count(*) from interaction_events where session_id = '{LONG_SESSION}'"


def _id(ids: Uuid7Source, at: datetime) -> str:
    made: UUID = ids.make(at)
    return str(made)


def _journey(client: httpx.Client) -> Figure:
    times_ms: list[float] = []
    for _ in range(JOURNEYS):
        began = time.perf_counter()
        answer = client.get(JOURNEY, params={"sessionId": LONG_SESSION})
        times_ms.append((time.perf_counter() - began) * 1_000)
        answer.raise_for_status()
    return Figure(
        f"journey of a session with {JOURNEY_EVENTS:,} events, p99",
        rank(times_ms, 99),
        "ms",
        20,
        at_most=True,
    )
