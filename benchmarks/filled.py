"""A database filled with believable traffic, its figures counted, and the program serving it.

By the program's own commands on its own embedded servers: `seed`, `rebuild`, `serve`. A fifth of
the sessions is seeded and counted, on the first 36 of 180 days; the days after repeat these, with
other ids: all would take an hour, and come to the same figures. Of those who came directly a
quarter is said to come from one of 80 partners: more sources than have figures of their own. A
folder that is filled already is used as it is.
"""

import math
import os
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import psycopg
import uvloop

from nesthaus.aggregate.weeks import add_up_weeks
from nesthaus.catalogue.loader import load_catalogue
from nesthaus.db.pool import open_pool
from nesthaus.embedded.servers import EmbeddedServers
from tests.waiting import wait_for

DAYS = 180
TIMES = 5
PARTNERS = 80
# Durability is not what is measured; the pages are the same.
_SETTINGS = {"synchronous_commit": "off", "max_wal_size": "4GB"}
_READY_WITHIN_S = 90.0
_SEEDED_DAYS = DAYS // TIMES
_REPEATED = timedelta(days=DAYS - _SEEDED_DAYS)
_TABLES = (
    "user_sessions",
    "session_entries",
    "duplicate_events",
    "interaction_events",
    "configuration_snapshots",
    "session_finalisations",
    "performance_metrics",
    "session_figures",
    "hourly_analytics",
    "hourly_analytics_by",
    "daily_analytics",
    "daily_analytics_by",
    "daily_configurations",
    "daily_configurations_by",
    "daily_spreads",
    "daily_pairs",
    "daily_performance",
)
_POPULAR = f"""
update popular_configurations
set selection_count = selection_count * {TIMES},
    completion_count = completion_count * {TIMES},
    last_selected = last_selected + make_interval(days => {(TIMES - 1) * _SEEDED_DAYS})
"""

# The hash is the same for the same session: a second fill makes the same data.
_SPREAD = f"""
update user_sessions
set utm_source = 'partner-' || floor(
    {PARTNERS} * power((hashtext(session_id) & 65535) / 65536.0, 2)
)
where utm_source = 'direct'
  and (hashtext(session_id) >> 16) & 3 = 0
"""


@dataclass(frozen=True, slots=True)
class Program:
    """What serves: an address, a token to read with, and where its servers are."""

    url: str
    token: str
    database_url: str
    redis_url: str


@contextmanager
def serving(data: Path, sessions: int) -> Generator[Program]:
    """A program on `sessions` sessions of the last 180 days, alone with them: nothing is tracked or
    counted meanwhile."""
    servers = EmbeddedServers(data, postgres_settings=_SETTINGS)
    addresses = servers.start()
    try:
        assert addresses.database_url is not None
        assert addresses.redis_url is not None
        environment = _environment(data, addresses.database_url, addresses.redis_url)
        _fill(environment, addresses.database_url, sessions)
        token = _token(environment)
        with _serve(environment) as url:
            yield Program(url, token, addresses.database_url, addresses.redis_url)
    finally:
        servers.stop()


def _environment(data: Path, database_url: str, redis_url: str) -> dict[str, str]:
    """Without settings of whoever measures."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("NESTHAUS_")}
    return kept | {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "NESTHAUS_DATA": str(data),
        "NESTHAUS_RATE_LIMIT": "0",
    }


def _fill(environment: Mapping[str, str], database_url: str, sessions: int) -> None:
    _run(environment, "migrate", "up")
    with psycopg.connect(database_url, autocommit=True) as connection:
        if _number(connection, "select count(*) from user_sessions"):
            return
        until = datetime.combine(datetime.now(UTC) - _REPEATED, time(), UTC)
        command = ["--sessions", str(sessions // TIMES), "--days", str(_SEEDED_DAYS)]
        _run(environment, "seed", *command, "--seed", "1", "--until", until.isoformat())
        connection.execute(_SPREAD.encode())
        _run(environment, "rebuild")
        with connection.transaction():
            connection.execute("set local work_mem = '256MB'")
            for table in _TABLES:
                _repeat(connection, table)
        connection.execute(_POPULAR.encode())
        uvloop.run(_add_up_weeks(database_url))
        connection.execute("vacuum (analyze)")


async def _add_up_weeks(database_url: str) -> None:
    catalogue = load_catalogue(ZoneInfo("Europe/Vienna"))
    async with await open_pool(database_url, 1, 60, application_name="benchmark") as pool:
        await add_up_weeks(pool, catalogue, datetime.now(UTC))


def _repeat(connection: psycopg.Connection, table: str) -> None:
    columns = connection.execute(
        "select column_name, data_type from information_schema.columns"
        " where table_name = %s and is_generated = 'NEVER'"
        " and (table_name, column_name) not in"
        " (('user_sessions', 'id'), ('daily_analytics', 'id'))"
        " order by ordinal_position",
        [table],
    ).fetchall()
    names = ", ".join(name for name, _ in columns)
    changed = ", ".join(_of_the_copy(name, kind) for name, kind in columns)
    # One copy after the other, each in the order the rows stand in, which is that of time.
    connection.execute(
        f"insert into {table} ({names}) select {changed}"
        f" from generate_series(1, {TIMES - 1}) as nth"
        f" cross join lateral (select * from {table} offset nth * 0) as seeded".encode()
    )


def _of_the_copy(name: str, kind: str) -> str:
    if name == "session_id":
        return "'seed-' || md5(session_id || nth) as session_id"
    if name == "order_id":
        return "order_id || '-' || nth"
    if kind == "timestamp with time zone":
        return f"{name} + make_interval(days => nth * {_SEEDED_DAYS}) as {name}"
    if kind == "date":
        return f"{name} + nth * {_SEEDED_DAYS} as {name}"
    return name


def _number(connection: psycopg.Connection, statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return int(row[0])


def _token(environment: Mapping[str, str]) -> str:
    command = ["token", "create", "--name", "benchmark", "--role", "viewer"]
    return _run(environment, *command).strip()


def _run(environment: Mapping[str, str], *words: str) -> str:
    """Politely: others may use the machine."""
    command = ["nice", "-n", "5", sys.executable, "-m", "nesthaus", *words]
    return subprocess.run(
        command, check=True, env=environment, stdout=subprocess.PIPE, text=True
    ).stdout


@contextmanager
def _serve(environment: Mapping[str, str]) -> Generator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "nesthaus", "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _is_ready(url), _READY_WITHIN_S, lambda: "it is not ready")
        yield url
    finally:
        process.terminate()
        process.wait()


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.TransportError:
        return False


def rank(times: list[float], percent: float) -> float:
    """By nearest rank."""
    return sorted(times)[max(math.ceil(percent / 100 * len(times)), 1) - 1]
