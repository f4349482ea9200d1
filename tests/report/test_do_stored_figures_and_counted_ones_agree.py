"""Does a report tell the same, whether it reads stored figures or counts the sessions?"""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from nesthaus.access.actors import Role
from nesthaus.access.logins import Logins
from nesthaus.access.rights import AdminGate
from nesthaus.access.tokens import Tokens
from nesthaus.aggregate import pairs
from nesthaus.aggregate.marked import count_marked
from nesthaus.aggregate.weeks import add_up_weeks
from nesthaus.db.pool import Pool
from nesthaus.persist.idle import close_idle_sessions
from nesthaus.persist.store import store
from nesthaus.report.analytics_routes import analytics_router
from nesthaus.report.answers import KEPT_S, Answers
from nesthaus.report.real_time import LiveView
from nesthaus.report.young_page_loads import SETTLED_AFTER
from nesthaus.responses import answer_problems
from nesthaus.settings import load_settings
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.connection import connect
from nesthaus.stream.forgetting import ANSWERS
from nesthaus.stream.generations import Generations
from tests.clocks import SettableClock
from tests.figures.visits import NOW, visits
from tests.persist.conftest import RULES
from tests.prices import CATALOGUE

EVERYTHING = "since=2025-07-01&until=2026-07-01"
# Nobody said where from, so that every session passes.
COUNTED = f"{EVERYTHING}&referrerHost=direct"
REPORTS = (
    "overview",
    "selections",
    "price-distribution",
    "conversion-funnel",
    "paths",
    "insights",
    "tracking-health",
    "popular-configs",
    "option-matrix?a=nest&b=gebaeudehuelle",
)

LookUps = list[bool]


@pytest.fixture
def look_ups() -> LookUps:
    """Whether each look-up of an answer hit."""
    return []


@pytest.fixture
async def analytics(
    db: Pool, reports: Pool, redis_url: str, clock: SettableClock, look_ups: LookUps
) -> AsyncIterator[AsyncClient]:
    clock.set(NOW)
    redis = connect(redis_url, 0)
    app = FastAPI()
    answer_problems(app)
    limits = load_settings({}).live_limits
    live = LiveView(reports, redis, Backlog(redis, 1), clock, limits)
    answers = Answers(redis, look_ups.append)
    app.include_router(analytics_router(reports, CATALOGUE, clock, answers, live))
    tokens = Tokens(db, clock)
    app.add_middleware(AdminGate, tokens=tokens, logins=Logins(db, clock))
    token = (await tokens.create("test", Role.VIEWER)).token
    async with AsyncClient(
        transport=ASGITransport(app),
        base_url="http://test/api/admin/analytics/",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield client
    await tokens.close()
    await redis.aclose()


async def nobody() -> None:
    """Is told that figures have changed."""


async def fill(db: Pool, seed: int, sessions: int) -> None:
    async with db.connection() as connection:
        for batch in visits(seed, sessions):
            await store(connection, batch, NOW, RULES)
    await close_idle_sessions(db, NOW, RULES)
    await count_marked(db, CATALOGUE, lambda: NOW, nobody)


async def forget_answers(redis_url: str) -> None:
    redis = connect(redis_url, 0)
    await Generations(redis).figures_changed()
    await redis.aclose()


def without_configurations(told: object) -> object:
    """In the made-up visits one hash stands for several of them."""
    if isinstance(told, list):
        return [without_configurations(each) for each in cast("list[object]", told)]
    if not isinstance(told, dict):
        return told
    fields = cast("dict[str, object]", told)
    return {k: without_configurations(v) for k, v in fields.items() if k != "configuration"}


async def ask(client: AsyncClient, report: str, query: str) -> dict[str, Any]:
    answer = await client.get(f"{report}{'&' if '?' in report else '?'}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("with_weeks", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
async def test_every_report_tells_the_same(
    db: Pool, analytics: AsyncClient, seed: int, with_weeks: bool
) -> None:
    await fill(db, seed, 80)
    if with_weeks:
        assert await add_up_weeks(db, CATALOGUE, NOW) == 2
    for report in REPORTS:
        stored = await ask(analytics, report, EVERYTHING)
        counted = await ask(analytics, report, COUNTED)
        assert without_configurations(stored) == without_configurations(counted), report
    overview = await ask(analytics, "overview", EVERYTHING)
    assert overview["overview"]["totalSessions"] == 80
    assert overview["overview"]["convertedSessions"] > 0


async def test_weeks_are_not_told_while_a_release_counts_that_does_not_know_of_them(
    db: Pool, analytics: AsyncClient, redis_url: str
) -> None:
    """It changes days and leaves their weeks as they were."""
    await fill(db, 1, 80)
    await add_up_weeks(db, CATALOGUE, NOW)
    before = await ask(analytics, "conversion-funnel", EVERYTHING)
    async with db.connection() as connection:
        await connection.execute(
            "update daily_analytics set count = count + 1"
            " where date = '2025-07-10' and metric_type = 'funnel'"
        )
        await connection.execute(
            "update aggregation_state set counted_at = counted_at + interval '1 minute'"
        )
    await forget_answers(redis_url)
    after = await ask(analytics, "conversion-funnel", EVERYTHING)
    assert after["steps"] != before["steps"]


async def test_what_arrived_while_figures_were_counted_is_as_young_as_it_is(
    db: Pool, analytics: AsyncClient, redis_url: str
) -> None:
    """It is counted though it was received later than everything is said to be counted."""
    await fill(db, 1, 80)
    before = await ask(analytics, "tracking-health", EVERYTHING)
    async with db.connection() as connection:
        changed = await connection.execute(
            "update interaction_events set received_at = received_at + interval '1 day'"
            " where timestamp >= %s and page is not null",
            [NOW - SETTLED_AFTER],
        )
    assert changed.rowcount > 0
    await forget_answers(redis_url)
    assert await ask(analytics, "tracking-health", EVERYTHING) == before


async def test_days_add_up_to_the_whole(db: Pool, analytics: AsyncClient) -> None:
    await fill(db, 3, 60)
    for query in (EVERYTHING, COUNTED):
        told = await ask(analytics, "overview", query)
        whole = told["overview"]
        assert len(told["daily"]) == 365
        assert sum(day["sessions"] for day in told["daily"]) == whole["totalSessions"] == 60
        assert sum(day["conversions"] for day in told["daily"]) == whole["convertedSessions"]
        assert sum(day["interactions"] for day in told["daily"]) == whole["totalInteractions"]
        assert sum(each["sessions"] for each in told["devices"]) == 60
        assert sum(each["count"] for each in told["conversionFunnel"]) == 60


async def test_pairs_are_counted_from_the_sessions_where_a_day_has_too_many(
    db: Pool, analytics: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "MOST_PAIRS", 1)
    await fill(db, 1, 60)
    async with db.connection() as connection:
        cursor = await connection.execute("select count(*) from daily_pairs where pairs = 'null'")
        assert (await cursor.fetchone() or (0,))[0] > 0
    matrix = "option-matrix?a=nest&b=gebaeudehuelle"
    told = (await ask(analytics, matrix, EVERYTHING))["items"]
    assert told == (await ask(analytics, matrix, COUNTED))["items"]
    assert told


async def test_an_answer_is_kept_until_figures_change(
    db: Pool, analytics: AsyncClient, look_ups: LookUps, redis_url: str
) -> None:
    await fill(db, 4, 5)
    first = await ask(analytics, "overview", EVERYTHING)
    assert await ask(analytics, "overview", EVERYTHING) == first
    assert look_ups == [False, True]
    await forget_answers(redis_url)
    await ask(analytics, "overview", EVERYTHING)
    assert look_ups == [False, True, False]


@pytest.mark.parametrize(("counted_every_s", "kept_s"), [(10, 10), (30, 30), (3_600, KEPT_S)])
async def test_an_answer_is_not_kept_for_longer_than_figures_are_apart(
    redis_url: str, counted_every_s: int, kept_s: int
) -> None:
    async def make() -> str:
        return "told"

    redis = connect(redis_url, 0)
    answers = Answers(redis, lambda _hit: None, kept_s=counted_every_s)
    assert await answers.answer("asked", make) == b'"told"'
    keys: Any = await redis.keys(f"{ANSWERS}*")  # pyright: ignore[reportUnknownMemberType]
    assert [kept_s - 10 < await redis.ttl(key) <= kept_s for key in keys] == [True]
    await redis.aclose()


async def test_where_there_is_nothing_ratios_are_null(analytics: AsyncClient) -> None:
    told = await ask(analytics, "overview", "timeRange=24h")
    assert told["overview"] == {
        "totalSessions": 0,
        "totalInteractions": 0,
        "averageSessionDuration": None,
        "conversionRate": None,
        "convertedSessions": 0,
        "verifiedConversions": 0,
        "abandonedSessions": 0,
        "ongoingSessions": 0,
        "bounceRate": None,
        "averagePrice": None,
    }
    assert told["asOf"] is None
    assert [len(told["daily"]), told["daily"][0]["date"]] == [25, "2026-06-14T09:00:00Z"]


async def test_a_price_list_that_came_into_force_is_annotated(analytics: AsyncClient) -> None:
    told = await ask(analytics, "overview", "since=2025-12-01&until=2026-01-01")
    assert told["annotations"] == [
        {"at": "2025-11-30T23:00:00Z", "kind": "price_list", "text": "Price list 2025-12"}
    ]


async def test_real_time_tells_of_this_moment(analytics: AsyncClient) -> None:
    told = await ask(analytics, "real-time", "bots=include")
    assert told == {
        "activeSessions": 0,
        "avgResponseTime": None,
        "errorRate": None,
        "cacheHitRate": None,
        "eventsPerSecond": 0.0,
        "streamDepth": 0,
        "oldestUnstoredS": 0.0,
        "recent": [],
        "limits": {
            "fewestSessions": 10,
            "responseWarningMs": 200,
            "responseBadMs": 1_000,
            "errorRateBad": 0.01,
            "cacheHitRateWarning": 0.8,
        },
        "asOf": "2026-06-15T09:40:00Z",
    }
