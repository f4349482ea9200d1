"""Hostile calls: is each refused, or accepted and then stored? Nothing in between."""

from collections import Counter
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from nesthaus.db.pool import Pool
from nesthaus.stream.connection import connect
from tests.clocks import SettableClock
from tests.contracts.hostile import Attacker
from tests.persist.workers import running, unfinished, worker_on
from tests.waiting import eventually

CALLS = 900
# By the routes whose answers tell how many of them were taken.
TABLES = {
    "interaction_events": ("track", "track-interaction", "track-batch"),
    "session_finalisations": ("finalize",),
    "performance_metrics": ("performance/track",),
}


@pytest.fixture
async def redis(redis_url: str) -> AsyncGenerator[Redis]:
    client = connect(redis_url, 0)
    yield client
    await client.aclose()


async def rows_of(db: Pool, table: str) -> int:
    async with db.connection() as connection:
        row = await (await connection.execute(f"select count(*) from {table}".encode())).fetchone()
    assert row is not None
    return row[0]


def taken(name: str, answer: httpx.Response) -> int:
    """How many facts the answer promises to keep."""
    assert answer.status_code in {200, 201, 202, 400, 413}, (name, answer.text)
    assert "Traceback" not in answer.text
    document: dict[str, Any] = answer.json()
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert document["error"] == document["detail"] != ""
        return 0
    if document.get("stored") is False:
        return 0
    return document.get("accepted", 1)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_hostile_call_is_refused_or_stored(
    client: httpx.AsyncClient, db: Pool, redis: Redis, clock: SettableClock, seed: int
) -> None:
    promised: Counter[str] = Counter()
    for name, body in Attacker(seed, clock()).calls(CALLS):
        answer = await client.post(
            f"/api/{name}", content=body, headers={"Content-Type": "application/json"}
        )
        promised[name.removeprefix("sessions/")] += taken(name, answer)

    await stored(redis, db)

    assert min(promised.values()) > 5, promised
    for table, names in TABLES.items():
        expected = sum(promised[name] for name in names)
        repeated = await rows_of(db, "duplicate_events") if table == "interaction_events" else 0
        assert await rows_of(db, table) + repeated == expected, table
    assert await rows_of(db, "configuration_snapshots") >= promised["save-configuration"]
    assert await rows_of(db, "dead_letters") == 0


async def stored(redis: Redis, db: Pool) -> None:
    async def is_empty() -> bool:
        return await unfinished(redis) == 0

    async with running(worker_on(redis, db)):
        await eventually(is_empty)
