"""Is nothing answered from a part of the sessions, once others are archived?"""

from collections.abc import AsyncIterator, Mapping

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from nesthaus.access.actors import Role
from nesthaus.access.logins import Logins
from nesthaus.access.rights import AdminGate
from nesthaus.access.tokens import Tokens
from nesthaus.report.analytics_routes import analytics_router
from nesthaus.report.answers import Answers
from nesthaus.report.export_routes import export_router
from nesthaus.report.real_time import LiveView
from nesthaus.report.routes import admin_router
from nesthaus.responses import answer_problems
from nesthaus.settings import load_settings
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.connection import connect
from tests.archive.conftest import NOW, Kept
from tests.clocks import SettableClock
from tests.prices import CATALOGUE

JUNE = {"since": "2026-06-01", "until": "2026-07-01"}
JULY_AND_AUGUST = {"since": "2026-07-31", "until": "2026-09-01"}
AUGUST = {"since": "2026-08-01", "until": "2026-09-01"}
FIREFOX = {"browser": "unknown"}

REPORTS = [
    "analytics/overview",
    "analytics/popular-configs",
    "analytics/selections",
    "analytics/price-distribution",
    "analytics/conversion-funnel",
    "analytics/paths",
    "analytics/insights",
    "analytics/tracking-health",
    "analytics/performance?metric=api_response_time",
    "analytics/option-matrix?a=nest&b=fussboden",
]
FILES = ["export/sessions.json", "export/interactions.csv", "export/snapshots.ndjson"]


@pytest.fixture
async def admin(kept: Kept, redis_url: str, clock: SettableClock) -> AsyncIterator[AsyncClient]:
    """Over tables from which June and July are archived."""
    await kept.run()
    clock.set(NOW)
    redis, app = connect(redis_url, 0), FastAPI()
    answer_problems(app)
    limits = load_settings({}).live_limits
    backlog = Backlog(redis, 1)
    live = LiveView(kept.db, redis, backlog, clock, limits)
    answers = Answers(redis, lambda _hit: None)
    app.include_router(analytics_router(kept.db, CATALOGUE, clock, answers, live))
    app.include_router(admin_router(kept.db, kept.archive, CATALOGUE, clock))
    app.include_router(export_router(kept.db, CATALOGUE, clock))
    tokens = Tokens(kept.db, clock)
    app.add_middleware(AdminGate, tokens=tokens, logins=Logins(kept.db, clock))
    token = (await tokens.create("test", Role.VIEWER)).token
    async with AsyncClient(
        transport=ASGITransport(app),
        base_url="http://test/api/admin/",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield client
    await tokens.close()
    await redis.aclose()


async def status(admin: AsyncClient, path: str, asked: Mapping[str, str]) -> int:
    address, _, query = path.partition("?")
    own = dict(each.split("=") for each in query.split("&")) if query else {}
    return (await admin.get(address, params={**own, **asked})).status_code


async def test_stored_figures_reach_back(admin: AsyncClient) -> None:
    for path in [*REPORTS, "export/daily.json"]:
        assert (path, await status(admin, path, JUNE)) == (path, 200)
        assert (path, await status(admin, path, JUNE | {"deviceType": "mobile"})) == (path, 200)

    overview = (await admin.get("analytics/overview", params=JUNE)).json()["overview"]
    assert (overview["totalSessions"], overview["convertedSessions"]) == (6, 3)


async def test_what_needs_the_sessions_says_which_months_are_archived(admin: AsyncClient) -> None:
    for path in REPORTS:
        assert (path, await status(admin, path, JULY_AND_AUGUST | FIREFOX)) == (path, 400)
    for path in FILES:
        assert (path, await status(admin, path, JULY_AND_AUGUST)) == (path, 400)
        assert (path, await status(admin, path, AUGUST)) == (path, 200)

    told = (await admin.get("analytics/conversion-funnel", params=JUNE | FIREFOX)).json()
    assert told["field"] == "since"
    assert told["error"].startswith("the sessions of 2026-06 are archived")
    # The period before is July here.
    assert await status(admin, "analytics/conversion-funnel", AUGUST | FIREFOX) == 200


async def test_the_list_names_months_that_it_does_not_list(admin: AsyncClient) -> None:
    page = (await admin.get("sessions", params=JULY_AND_AUGUST)).json()

    assert page["archived"] == ["2026-07-01"]
    # One of 2 August, and so on every third day to 29 August.
    assert len(page["items"]) == 10
    assert (await admin.get("sessions", params=AUGUST)).json()["archived"] == []


async def test_an_archived_journey_is_told(admin: AsyncClient) -> None:
    told = (await admin.get("analytics/user-journey", params={"sessionId": "v3"})).json()

    assert told["session"]["startTime"] == "2026-06-18T12:00:00Z"
    assert [step["kind"] for step in told["timeline"]][-1] == "converted"
    missing = await admin.get("analytics/user-journey", params={"sessionId": "v4"})
    assert missing.status_code == 404
