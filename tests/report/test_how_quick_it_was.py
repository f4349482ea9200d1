"""Does a metric's report say what a plain count over the raw rows says, whatever is asked?"""

import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.rows import dict_row

from nesthaus.aggregate.marked import count_marked
from nesthaus.db.pool import Pool
from nesthaus.domain.buckets import in_order, percentiles
from nesthaus.persist.store import store
from nesthaus.report.filters import FilterQuery
from nesthaus.report.performance import Performance, Slow, Summary, performance
from nesthaus.report.questions import Question, question_of
from tests.aggregate.plain_values import greatest, held
from tests.persist.conftest import RULES
from tests.persist.measured import BOT, DAY, HOUR, measured, traffic
from tests.persist.traffic import at, call, clicked, opened
from tests.prices import CATALOGUE

NOW = at(2 * DAY)
Row = dict[str, Any]
Passes = Callable[[Row], bool]

RANGES: dict[str, dict[str, Any]] = {
    "all": {"since": "2026-06-01", "until": "2026-07-01"},
    "two days": {"since": "2026-06-14", "until": "2026-06-16"},
    "a day": {"since": "2026-06-16", "until": "2026-06-17"},
    "7d": {"time_range": "7d"},
    "24h": {"time_range": "24h"},
}
FILTERS: dict[str, tuple[dict[str, Any], Passes]] = {
    "none": ({}, lambda row: row["bot_reason"] is None),
    "bots too": ({"bots": "include"}, lambda _: True),
    "bots only": ({"bots": "only"}, lambda row: row["bot_reason"] is not None),
    "device": (
        {"device_type": "mobile"},
        lambda row: row["bot_reason"] is None and row["device_type"] == "mobile",
    ),
    "source": (
        {"utm_source": "a"},
        lambda row: row["bot_reason"] is None and row["utm_source"] == "a",
    ),
    "source of bots too": (
        {"utm_source": "a", "bots": "include"},
        lambda row: row["utm_source"] == "a",
    ),
    "browser": (
        {"browser": "unknown"},
        lambda row: row["bot_reason"] is None and row["browser_name"] == "unknown",
    ),
}


async def nobody() -> None:
    """Is told that figures have changed."""


async def fill(db: Pool, *deliveries: Any) -> None:
    async with db.connection() as connection:
        await store(connection, deliveries, NOW, RULES)
    await count_marked(db, CATALOGUE, lambda: NOW, nobody)


def asked(*, now: datetime = NOW, **query: Any) -> Question:
    return question_of(FilterQuery(**query), now, CATALOGUE)


async def plain(db: Pool, question: Question, passes: Passes, metric: str) -> list[Row]:
    """The values that count, by the definition."""
    rows: dict[str, list[Row]] = {}
    async with db.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        for table in ("performance_metrics", "user_sessions"):
            await cursor.execute(f"table {table}".encode())
            rows[table] = await cursor.fetchall()
    sessions = {row["session_id"]: row for row in rows["user_sessions"]}
    since, until = question.period.since, question.period.until

    def counts(value: Row) -> bool:
        if value["metric_name"] != metric or not since <= value["timestamp"] < until:
            return False
        session = sessions.get(value["session_id"])
        if session is None:
            return not question.is_filtered
        return since <= session["start_time"] < until and passes(session)

    return [row for row in rows["performance_metrics"] if counts(row)]


def summed(rows: list[Row]) -> Summary:
    if not rows:
        return Summary(0, None, None, None, None, None, None)
    buckets = Counter[int | None]()
    for row in rows:
        buckets.update(held(row))
    count = buckets.total()
    average: Any = pytest.approx(sum(row["value"] * row["count"] for row in rows) / count)
    most = max(value for row in rows if (value := greatest(row)) is not None)
    some = percentiles(*in_order(buckets), (50, 75, 95, 99))
    p50, p75, p95, p99 = (min(each or 0.0, most) for each in some)
    return Summary(count, average, p50, p75, p95, p99, most)


def slowest(rows: list[Row]) -> list[Slow]:
    told = ((greatest(row), row) for row in rows)
    ordered = sorted(
        ((value, row) for value, row in told if value is not None),
        key=lambda each: (-each[0], -each[1]["timestamp"].timestamp(), str(each[1]["id"])),
    )
    return [slow(value, row) for value, row in ordered[:10]]


def slow(value: float, row: Row) -> Slow:
    data: Row = row["additional_data"] or {}
    route = data.get("route", data.get("url"))
    return Slow(row["timestamp"], value, route, data.get("requestId"))


def without_time(point: Summary) -> Summary:
    return Summary(**{name: getattr(point, name) for name in Summary.__struct_fields__})


def check(told: Performance, rows: list[Row]) -> None:
    assert told.summary == summed(rows)
    assert told.slowest == slowest(rows)
    assert told.unit == min((row["unit"] for row in rows if row["unit"]), default=None)
    starts = [point.at for point in told.series]
    for point, until in zip(
        told.series, [*starts[1:], datetime.max.replace(tzinfo=UTC)], strict=True
    ):
        of_part = [row for row in rows if point.at <= row["timestamp"] < until]
        assert without_time(point) == summed(of_part), point.at


@pytest.mark.parametrize("few", [0, 1_000], ids=["many sessions", "few sessions"])
@pytest.mark.parametrize("span", RANGES)
async def test_each_filter_and_range_says_what_a_plain_count_says(
    db: Pool, reports: Pool, monkeypatch: pytest.MonkeyPatch, span: str, few: int
) -> None:
    monkeypatch.setattr("nesthaus.report.performance._FEW", few)
    await fill(db, *traffic(9, 400, 150))
    some = 0
    for name, (query, passes) in FILTERS.items():
        question = asked(**RANGES[span], **query)
        for metric in ("LCP", "none such"):
            told = await performance(reports, question, CATALOGUE, metric)
            rows = await plain(db, question, passes, metric)
            check(told, rows)
            some += bool(rows)
        assert told.summary.count == 0, name
    assert some >= 5


async def test_a_value_of_the_range_counts_with_a_session_of_the_range_only(
    db: Pool, reports: Pool
) -> None:
    await fill(
        db,
        call("anna", clicked(-DAY)),
        call("ben", opened(10)),
        call("eve", clicked(20), user_agent=BOT),
        call(None, measured(10, 1, "anna"), measured(20, 2, "ben"), measured(DAY, 3, "ben")),
        call(None, measured(30, 4), measured(40, 5, "eve"), measured(-DAY, 6)),
    )
    day: dict[str, Any] = {"since": "2026-06-15", "until": "2026-06-16"}
    expected = {"exclude": [4, 2], "include": [5, 4, 2], "only": [5, 4]}
    for bots, values in expected.items():
        told = await performance(reports, asked(**day, bots=bots), CATALOGUE, "LCP")
        assert [slow.value for slow in told.slowest] == values
    two_days = asked(since="2026-06-15", until="2026-06-17")
    told = await performance(reports, two_days, CATALOGUE, "LCP")
    assert [slow.value for slow in told.slowest] == [4, 3, 2]
    assert [point.count for point in told.series] == [2, 1]


async def test_the_greatest_number_there_is_can_be_told(db: Pool, reports: Pool) -> None:
    most = sys.float_info.max
    await fill(db, call(None, measured(DAY, most), measured(DAY + 1, most)))
    told = await performance(reports, asked(time_range="7d"), CATALOGUE, "LCP")
    assert (told.summary.p50, told.summary.max) == (most, most)
    assert told.summary.average == pytest.approx(most)


async def test_values_of_days_are_as_of_the_last_count_and_those_of_hours_of_now(
    db: Pool, reports: Pool
) -> None:
    await fill(db, call(None, measured(DAY, 1)))
    async with db.connection() as connection:
        await store(connection, [call(None, measured(2 * DAY - HOUR, 2))], NOW, RULES)
    later = NOW + timedelta(minutes=1)
    told = await performance(reports, asked(now=later, time_range="7d"), CATALOGUE, "LCP")
    assert (told.summary.count, told.as_of) == (1, NOW)
    told = await performance(reports, asked(now=later, time_range="24h"), CATALOGUE, "LCP")
    assert (told.summary.count, told.as_of) == (2, later)
