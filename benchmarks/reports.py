"""How long does each page of the admin API take to answer, at a size, and beside a small one?

    .venv/bin/python -m benchmarks.reports --data FOLDER --sessions 1000000 --beside small.json

Fills FOLDER (see `benchmarks.filled`), then asks every route over HTTP, one after the other, with
each filter and range; no answer comes from the cache. Prints one row per route, filter and range,
p50, p99 and limit in milliseconds; `--json FILE` keeps them, and `--beside FILE` compares with what
was kept at another size. 1,000,000 sessions have 11 million interactions.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
from benchmarks.filled import Program, rank, serving
from redis import Redis

from nesthaus.stream.generations import GENERATION_KEY

ANALYTICS = "/api/admin/analytics"
REPORTS = (
    "overview",
    "selections",
    "price-distribution",
    "conversion-funnel",
    "paths",
    "insights",
    "tracking-health",
    "popular-configs",
    "option-matrix",
    "performance",
)
RANGES = ("30d", "90d")
MATRIX = {"a": "nest", "b": "gebaeudehuelle"}

STORED_MS, BREAKDOWN_MS, OTHERWISE_MS, OTHERWISE_MS_AT_A_TENTH = 100, 200, 3_000, 500
ANYTHING_ELSE_MS, REAL_TIME_MS = 500, 50
_FEWEST, _LONG_MS = 3, 10_000
_A_TENTH = 150_000  # sessions: up to here the limits of 1 million interactions hold


@dataclass(frozen=True, slots=True)
class Filter:
    name: str
    query: Mapping[str, str]
    limit_ms: int
    small_limit_ms: int | None = None


FILTERS = (
    Filter("none", {}, STORED_MS),
    Filter("bots", {"bots": "include"}, STORED_MS),
    Filter("device", {"deviceType": "mobile"}, BREAKDOWN_MS),
    Filter("source", {"utmSource": "google"}, BREAKDOWN_MS),
    Filter("rare source", {"utmSource": "partner-70"}, BREAKDOWN_MS),
    Filter("browser", {"browser": "Chrome"}, OTHERWISE_MS, OTHERWISE_MS_AT_A_TENTH),
    Filter(
        "price",
        {"minPrice": "200000", "maxPrice": "400000"},
        OTHERWISE_MS,
        OTHERWISE_MS_AT_A_TENTH,
    ),
    Filter(
        "option",
        {"category": "fussboden", "value": "parkett"},
        OTHERWISE_MS,
        OTHERWISE_MS_AT_A_TENTH,
    ),
)


@dataclass(frozen=True, slots=True)
class Call:
    """`limit_ms`: of the 99th percentile."""

    route: str
    filter: str
    range: str
    path: str
    query: Mapping[str, str]
    limit_ms: int


@dataclass(frozen=True, slots=True)
class Timed:
    route: str
    filter: str
    range: str
    limit_ms: int
    p50_ms: float
    p99_ms: float
    bytes: int


def calls(sessions: int, session_id: str) -> Iterator[Call]:
    for report in REPORTS:
        own = MATRIX if report == "option-matrix" else {}
        for each in FILTERS:
            limit_ms = (each.small_limit_ms or each.limit_ms) if sessions <= _A_TENTH else None
            for span in RANGES:
                query = {"timeRange": span, **own, **each.query}
                path = f"{ANALYTICS}/{report}"
                yield Call(report, each.name, span, path, query, limit_ms or each.limit_ms)
    yield from _other_calls(session_id)


def _other_calls(session_id: str) -> Iterator[Call]:
    sessions = "/api/admin/sessions"
    lists: dict[str, dict[str, str]] = {
        each.name: dict(each.query) for each in FILTERS if each.limit_ms != STORED_MS
    }
    lists |= {
        "none": {},
        "status": {"status": "ongoing"},
        "part of an id": {"q": session_id[-8:]},
        "nobody": {"browser": "Netscape", "utmCampaign": "none such"},
        "page of 500": {"limit": "500"},
    }
    for name, query in lists.items():
        for span in RANGES:
            yield Call(
                "sessions", name, span, sessions, {"timeRange": span, **query}, ANYTHING_ELSE_MS
            )
    popular = f"{ANALYTICS}/popular-configs"
    yield Call("popular-configs", "none", "all time", popular, {"limit": "10"}, STORED_MS)
    journey = {"sessionId": session_id}
    yield Call("user-journey", "", "", f"{ANALYTICS}/user-journey", journey, ANYTHING_ELSE_MS)
    for path in ("audit", "jobs", "dead-letters", "price-lists"):
        yield Call(path, "", "", f"/api/admin/{path}", {}, ANYTHING_ELSE_MS)
    yield Call("real-time", "", "", f"{ANALYTICS}/real-time", {}, REAL_TIME_MS)


def timed(client: httpx.Client, redis: Redis, call: Call, runs: int) -> Timed:
    """The first answer is not counted: connections and plans are made for it. What takes seconds is
    asked fewer times."""
    times: list[float] = []
    size = 0
    while len(times) <= runs and (len(times) < _FEWEST or sum(times) < _LONG_MS):
        redis.incr(GENERATION_KEY)  # what is kept is not found any more
        started = time.perf_counter()
        answer = client.get(call.path, params=dict(call.query))
        times.append((time.perf_counter() - started) * 1_000)
        # 403: not for a viewer; 503: the time limit of a statement.
        if answer.status_code not in {200, 403, 503}:
            raise AssertionError(f"{call.path} {call.query}: {answer.status_code} {answer.text}")
        size = len(answer.content)
    del times[0]
    p50, p99 = rank(times, 50), rank(times, 99)
    return Timed(call.route, call.filter, call.range, call.limit_ms, p50, p99, size)


def measured(program: Program, asked: argparse.Namespace) -> Iterator[Timed]:
    headers = {"Authorization": f"Bearer {program.token}"}
    with (
        httpx.Client(base_url=program.url, headers=headers, timeout=60) as client,
        Redis(unix_socket_path=socket_of(program.redis_url)) as redis,
    ):
        for call in calls(asked.sessions, _long_session(program)):
            if any(part in f"{call.route} {call.filter} {call.range}" for part in asked.only):
                yield timed(client, redis, call, asked.runs)


def socket_of(redis_url: str) -> str:
    return urlsplit(redis_url).path


def _long_session(program: Program) -> str:
    with psycopg.connect(program.database_url) as connection:
        row = connection.execute(
            "select session_id from user_sessions where bot_reason is null"
            " order by total_interactions desc, session_id limit 1"
        ).fetchone()
    assert row is not None
    return str(row[0])


def line(row: Timed, beside: Mapping[str, float]) -> str:
    """`!` where p99 is over its limit."""
    small_ms = beside.get(f"{row.route} {row.filter} {row.range}")
    ratio = "" if small_ms is None else f"{row.p50_ms / small_ms:6.1f} x"
    sign = "!" if row.p99_ms > row.limit_ms else " "
    return (
        f"{row.route:18} {row.filter:13} {row.range:8}"
        f" {row.p50_ms:8.1f} {row.p99_ms:8.1f} {sign}{row.limit_ms:6} {ratio}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--only", nargs="*", default=[""], help="parts of 'route filter range'")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--beside", type=Path)
    asked = parser.parse_args()
    beside: dict[str, float] = {}
    if asked.beside is not None:
        rows = json.loads(asked.beside.read_text())
        beside = {f"{row['route']} {row['filter']} {row['range']}": row["p50_ms"] for row in rows}
    kept: list[dict[str, object]] = []
    with serving(asked.data, asked.sessions) as program:
        print(f"{'route':18} {'filter':13} {'range':8} {'p50 ms':>8} {'p99 ms':>8}   limit")
        for row in measured(program, asked):
            print(line(row, beside), flush=True)
            kept.append(asdict(row))
    if asked.json is not None:
        asked.json.write_text(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main()
