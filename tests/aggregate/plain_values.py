"""What should be stored of measured values: a plain count over the raw rows."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from math import ceil, log
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.rows import dict_row

from nesthaus.db.pool import Pool
from tests.aggregate.looking import Rows

Row = dict[str, Any]


async def plain_values(db: Pool, most: int, zone: str = "Europe/Vienna") -> Rows:
    """As `rows_of(db, "daily_performance")`; `most` sources of a day have rows of their own."""
    metrics, sessions = await _table(db, "performance_metrics"), await _table(db, "user_sessions")
    by_id = {row["session_id"]: row for row in sessions}
    kept = _kept(sessions, most, zone)
    values: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for metric in metrics:
        day = _day(metric["timestamp"], zone)
        session = by_id.get(metric["session_id"])
        of_session = day if session is None else _day(session["start_time"], zone)
        for part in _parts(session, kept.get(of_session, set())):
            values[day, of_session, *part, metric["metric_name"]].append(metric)
    return {key: _numbers(rows) for key, rows in values.items()}


async def _table(db: Pool, table: str) -> list[Row]:
    async with db.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(f"table {table}".encode())
        return await cursor.fetchall()


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _kept(sessions: list[Row], most: int, zone: str) -> dict[date, set[str]]:
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    for row in sessions:
        if row["bot_reason"] is None and row["utm_source"] != "other":
            counts[_day(row["start_time"], zone)][row["utm_source"]] += 1
    return {
        day: {
            name for name, _ in sorted(names.items(), key=lambda each: (-each[1], each[0]))[:most]
        }
        for day, names in counts.items()
    }


def _parts(session: Row | None, kept: set[str]) -> Iterator[tuple[str, str]]:
    if session is None:
        yield "session", "none"
    elif session["bot_reason"] is not None:
        yield "bot", "true"
    else:
        source = session["utm_source"]
        yield "", ""
        yield "device_type", session["device_type"]
        yield "utm_source", source if source in kept else "other"


def _numbers(rows: list[Row]) -> tuple[Any, ...]:
    buckets = Counter[int | None]()
    for row in rows:
        buckets.update(held(row))
    ordered = sorted(buckets, key=lambda bucket: -100_000 if bucket is None else bucket)
    slowest = sorted((row for row in rows if greatest(row) is not None), key=_slowest_first)[:10]
    data: list[Row] = [row["additional_data"] or {} for row in slowest]
    return (
        min((row["unit"] for row in rows if row["unit"]), default=None),
        sum((Decimal(f"{row['value']:.15g}") * row["count"] for row in rows), Decimal()),
        ordered,
        [buckets[bucket] for bucket in ordered],
        [greatest(row) for row in slowest],
        [row["timestamp"] for row in slowest],
        [row["id"] for row in slowest],
        [each.get("route", each.get("url")) for each in data],
        [each.get("requestId") for each in data],
    )


def _slowest_first(row: Row) -> tuple[float, float, str]:
    return -(greatest(row) or 0.0), -row["timestamp"].timestamp(), str(row["id"])


def held(row: Row) -> Mapping[int | None, int]:
    """How many values of a row lie in which bucket."""
    if row["buckets"] is not None:
        return dict(zip(row["buckets"], row["counts"], strict=True))
    bucket = ceil(log(row["value"]) / log(1.02)) if row["value"] > 0 else None
    return {bucket: 1} if row["count"] else {}


def greatest(row: Row) -> float | None:
    """What of the row may be among the slowest."""
    told: float | None = row["value"] if row["buckets"] is None else row["greatest"]
    return told
