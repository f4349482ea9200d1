"""Each report, uncached, on much data beside the same on little: does it grow with what is stored?

The last 30 days, without filters; `benchmarks.reports` asks every filter and range.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import httpx
import psycopg
from benchmarks.filled import serving
from benchmarks.program import data_folder
from benchmarks.reports import Call, Timed, calls, socket_of, timed
from benchmarks.table import Figure
from redis import Redis

RUNS = 20
SMALL = 9_000  # sessions, with 100,000 interactions
LARGE = 27_000
FULL = 907_000  # have 10 million interactions


def figures(sessions: int = LARGE, filled: Path | None = None) -> list[Figure]:
    """On `filled`, if that folder is filled already, else on a new one with so many sessions."""
    with data_folder() as data:
        small, _ = _timed(data, SMALL)
    with nullcontext(filled) if filled else data_folder() as data:
        large, interactions = _timed(data, sessions)
    return [
        Figure(
            f"{route}, {interactions:,} interactions, p99",
            each.p99_ms,
            "ms",
            each.limit_ms,
            at_most=True,
            beside="ms, at 100,000",
            limit=small[route].p99_ms,
            shown_only=True,
        )
        for route, each in large.items()
    ]


def _timed(data: Path, sessions: int) -> tuple[Mapping[str, Timed], int]:
    """By route; and how many interactions there were."""
    with (
        serving(data, sessions) as program,
        httpx.Client(
            base_url=program.url,
            headers={"Authorization": f"Bearer {program.token}"},
            timeout=60,
        ) as client,
        Redis(unix_socket_path=socket_of(program.redis_url)) as redis,
        psycopg.connect(program.database_url) as connection,
    ):
        session_id, interactions = _longest(connection)
        asked = [each for each in calls(sessions, session_id) if _is_plain(each)]
        return {each.route: timed(client, redis, each, RUNS) for each in asked}, interactions


def _is_plain(call: Call) -> bool:
    return call.filter in {"none", ""} and call.range in {"30d", ""}


def _longest(connection: psycopg.Connection) -> tuple[str, int]:
    row = connection.execute(
        "select (array_agg(session_id order by total_interactions desc, session_id))[1],"
        " sum(total_interactions) from user_sessions where bot_reason is null"
    ).fetchone()
    assert row is not None
    return str(row[0]), int(row[1])
