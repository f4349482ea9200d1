"""`/metrics`: what all processes count, as Prometheus reads it (text exposition format 0.0.4)."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

import psycopg
from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from psycopg.rows import scalar_row
from redis.asyncio import Redis
from starlette.responses import PlainTextResponse, Response

from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.measures import BOUNDS_MS
from nesthaus.report.readiness import MayKnow
from nesthaus.responses import Problem
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.totals import Kept, Key, kept_totals

READ_WITHIN_S = 2.0
_FORBIDDEN = 403
_SQL = load_statements("nesthaus.report", "prometheus.sql")


def prometheus_router(
    pool: Pool,
    redis: Redis,
    backlog: Backlog,
    clock: Callable[[], datetime],
    may_know: MayKnow,
) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get(
        "/metrics",
        summary="What all processes count, for Prometheus",
        response_class=PlainTextResponse,
    )
    async def metrics(request: Request) -> Response:
        if not await may_know(request):
            raise Problem(_FORBIDDEN, "only from this machine, or with an API token")
        registry = CollectorRegistry(auto_describe=False)
        found = await asyncio.gather(_of_stream(redis, backlog, clock()), _of_database(pool))
        registry.register(_Families([family for part in found for family in part]))
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return router


class _Families:
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[Metric]:
        return iter(self._families)


async def _of_stream(redis: Redis, backlog: Backlog, now: datetime) -> list[Metric]:
    """Nothing but that it is away, where it is."""
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            kept = await kept_totals(redis, now)
            depth = await backlog.depth()
    except (StreamAway, TimeoutError):
        return [_gauge("stream_up", "Whether Redis or Valkey answers.", 0)]
    return [
        _gauge("stream_up", "Whether Redis or Valkey answers.", 1),
        _gauge("queue_entries", "Entries of the stream, not stored yet.", depth.entries),
        _gauge("queue_oldest_seconds", "Age of the oldest of them.", depth.oldest_age_ms / 1_000),
        *_of_totals(kept),
    ]


async def _of_database(pool: Pool) -> list[Metric]:
    try:
        async with (
            asyncio.timeout(READ_WITHIN_S),
            pool.connection() as connection,
            connection.cursor(row_factory=scalar_row) as cursor,
        ):
            await cursor.execute(_SQL["dead_letters"])
            waiting = await cursor.fetchone()
    except (psycopg.OperationalError, TimeoutError):
        return [_gauge("database_up", "Whether PostgreSQL answers.", 0)]
    return [
        _gauge("database_up", "Whether PostgreSQL answers.", 1),
        _gauge("dead_letters", "What could not be stored, and waits.", float(waiting or 0)),
    ]


def _of_totals(kept: Kept) -> Iterator[Metric]:
    sums = _by_name(kept.sums)
    yield _histogram(sums)
    yield _counter("http_errors", "Calls answered with 500 or above.", _CALL, sums["api_error"])
    yield _counter("refused_calls", "Calls refused, by reason.", ["reason"], sums["refused"])
    yield _counter("accepted_events", "Events that got a 2xx.", [], sums["accepted"])
    yield _summary("db_statement", "Time of SQL statements.", ["statement"], sums, "db_query_time")
    yield _summary("price_calculation", "Time of prices.", [], sums, "price_calc_time")
    readings = _by_name(kept.readings)
    for name, text, source, factor in (
        ("process_memory_bytes", "Memory that a process holds.", "memory_usage", 1e6),
        ("process_cpu_ratio", "Share of a processor core that a process uses.", "cpu_usage", 0.01),
    ):
        family = GaugeMetricFamily(f"nesthaus_{name}", text, labels=["role", "process"])
        for labels, value in readings[source].items():
            family.add_metric(labels, value * factor)
        yield family


_CALL = ["route", "method", "status"]


def _by_name(kept: Mapping[Key, float]) -> Mapping[str, dict[Key, float]]:
    found: dict[str, dict[Key, float]] = defaultdict(dict)
    for (name, *labels), number in kept.items():
        found[name][tuple(labels)] = number
    return found


def _histogram(sums: Mapping[str, dict[Key, float]]) -> Metric:
    family = HistogramMetricFamily(
        "nesthaus_http_request_duration_seconds", "Time of calls to the API.", labels=_CALL
    )
    within = sums["api_response_time:within"]
    for labels, count in sums["api_response_time:count"].items():
        buckets: list[tuple[str, float]] = []
        below = 0.0
        for bound_ms in BOUNDS_MS:
            below += within.get((*labels, str(bound_ms)), 0.0)
            buckets.append((str(bound_ms / 1_000), below))
        buckets.append(("+Inf", count))
        total = sums["api_response_time:sum"].get(labels, 0.0)
        family.add_metric(labels, buckets, total / 1_000)
    return family


def _summary(
    name: str, text: str, labels: list[str], sums: Mapping[str, dict[Key, float]], source: str
) -> Metric:
    family = SummaryMetricFamily(f"nesthaus_{name}_duration_seconds", text, labels=labels)
    totals = sums[f"{source}:sum"]
    for values, count in sums[f"{source}:count"].items():
        family.add_metric(values, int(count), totals.get(values, 0.0) / 1_000)
    return family


def _counter(name: str, text: str, labels: list[str], values: Mapping[Key, float]) -> Metric:
    family = CounterMetricFamily(f"nesthaus_{name}", text, labels=labels)
    for each, number in values.items():
        family.add_metric(each, number)
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"nesthaus_{name}", text, value=value)
