"""What does the operations page hear of jobs, workers and price lists?"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from nesthaus.access.actors import Role
from nesthaus.access.logins import Logins
from nesthaus.access.rights import AdminGate
from nesthaus.access.tokens import Tokens
from nesthaus.catalogue.public import price_list_document
from nesthaus.db.pool import Pool
from nesthaus.domain.pricing import Catalogue
from nesthaus.report.operations_routes import operations_router
from nesthaus.responses import answer_problems
from nesthaus.stream.connection import connect
from nesthaus.stream.worker_states import (
    SCHEDULE,
    Doing,
    WorkerState,
    publish_worker_state,
)
from tests.clocks import SettableClock
from tests.prices import CATALOGUE
from tests.report.rows import insert
from tests.servers import ValkeyServer, Workshop

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


Ask = Callable[[str, str], Awaitable[dict[str, Any]]]


@pytest.fixture
async def ask(db: Pool, catalogue: Catalogue, clock: SettableClock) -> AsyncGenerator[Ask]:
    """Asks as a viewer: `await ask(redis_url, "jobs")`."""
    tokens = Tokens(db, clock)
    headers = {"Authorization": f"Bearer {(await tokens.create('test', Role.VIEWER)).token}"}

    async def asked(redis_url: str, path: str) -> dict[str, Any]:
        app = FastAPI()
        answer_problems(app)
        async with connect(redis_url, 0) as redis:
            app.include_router(operations_router(db, redis, catalogue, clock))
            app.add_middleware(AdminGate, tokens=tokens, logins=Logins(db, clock))
            transport = ASGITransport(app)
            async with AsyncClient(transport=transport, base_url="http://test") as client:
                response = await client.get(f"/api/admin/{path}", headers=headers)
        assert response.status_code == 200, response.text
        return response.json()

    yield asked
    await tokens.close()


async def test_each_job_tells_its_last_run_and_each_worker_what_it_does(
    ask: Ask, db: Pool, redis_url: str
) -> None:
    done: dict[str, object] = {
        "name": "aggregate",
        "started_at": NOON,
        "finished_at": NOON + timedelta(seconds=1.5),
        "duration_ms": 1500.0,
        "result": "3 hours",
        "next_run_at": NOON + timedelta(minutes=1),
    }
    failed: dict[str, object] = {
        "name": "partitions",
        "started_at": NOON,
        "finished_at": NOON,
        "duration_ms": 2.5,
        "error": "disk full",
    }
    await insert(db, "jobs", failed, done, {"name": "recount", "started_at": NOON})
    state = WorkerState("w-1", Doing.WAITING_FOR_DATABASE, NOON, "connection refused")
    waiting = WorkerState("s-1", Doing.WAITING_FOR_DATABASE, NOON, "no password", SCHEDULE)
    async with connect(redis_url, 0) as redis:
        await publish_worker_state(redis, state, 60)
        await publish_worker_state(redis, waiting, 60)

    assert await ask(redis_url, "jobs") == {
        "items": [
            {
                "name": "aggregate",
                "startedAt": "2026-06-15T12:00:00Z",
                "finishedAt": "2026-06-15T12:00:01.500000Z",
                "durationMs": 1500.0,
                "result": "3 hours",
                "error": None,
                "nextRunAt": "2026-06-15T12:01:00Z",
            },
            {
                "name": "partitions",
                "startedAt": "2026-06-15T12:00:00Z",
                "finishedAt": "2026-06-15T12:00:00Z",
                "durationMs": 2.5,
                "result": None,
                "error": "disk full",
                "nextRunAt": None,
            },
            {
                "name": "recount",
                "startedAt": "2026-06-15T12:00:00Z",
                "finishedAt": None,
                "durationMs": None,
                "result": None,
                "error": None,
                "nextRunAt": None,
            },
        ],
        "workers": [
            {
                "name": "s-1",
                "role": "schedule",
                "doing": "waiting_for_database",
                "since": "2026-06-15T12:00:00Z",
                "why": "no password",
            },
            {
                "name": "w-1",
                "role": "work",
                "doing": "waiting_for_database",
                "since": "2026-06-15T12:00:00Z",
                "why": "connection refused",
            },
        ],
        "asOf": "2026-06-15T12:00:00Z",
    }


async def test_jobs_are_told_while_the_stream_is_away(ask: Ask, workshop: Workshop) -> None:
    never_started = ValkeyServer(workshop)
    assert await ask(never_started.url(), "jobs") == {
        "items": [],
        "workers": None,
        "asOf": "2026-06-15T12:00:00Z",
    }


@pytest.mark.parametrize(
    ("at", "in_force"),
    [
        ("2025-01-01T00:00:00+00:00", "2025-06"),  # before the first: the first
        ("2025-11-30T22:59:59+00:00", "2025-08"),
        ("2025-11-30T23:00:00+00:00", "2025-12"),  # midnight in Vienna
    ],
)
async def test_every_price_list_is_told_and_which_is_in_force(
    ask: Ask, redis_url: str, clock: SettableClock, at: str, in_force: str
) -> None:
    clock.set(datetime.fromisoformat(at))
    items = (await ask(redis_url, "price-lists"))["items"]
    spans = [(each["version"], each["inForceFrom"], each["inForceTo"]) for each in items]
    assert spans == [
        ("2025-06", "2025-06-25", "2025-08-27"),
        ("2025-08", "2025-08-28", "2025-11-30"),
        ("2025-12", "2025-12-01", None),
    ]
    assert [each["version"] for each in items if each["inForce"]] == [in_force]
    assert items[2]["priceList"] == price_list_document(CATALOGUE.lists[2])
