"""Is an erased session gone from every table and key at once, and from every file after `compact`?

The whole program on embedded servers. Everything is brought to where it leaves traces first: rows
on the disk, ids among the planner's samples, errors in the log of PostgreSQL.
"""

import asyncio
import inspect
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from nesthaus.domain.events import Delivery, Interaction
from nesthaus.embedded.places import servers_home
from nesthaus.stream.connection import connect
from nesthaus.stream.envelope import encode
from tests.stack import Stack
from tests.traces import files_that_name, keys_that_name, tables_that_name
from tests.waiting import wait_for

WITHIN_S = 30.0
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NOT_UNIQUE = "insert into user_sessions select * from user_sessions"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    stack = Stack({"NESTHAUS_AGGREGATE_EVERY_S": "1"})
    stack.start()
    yield stack
    stack.close()


@pytest.fixture(scope="module")
def admin(stack: Stack) -> Iterator[httpx.Client]:
    token = stack.run("token", "create", "--name", "ops", "--role", "admin").strip()
    with httpx.Client(
        base_url=stack.url, headers={"Authorization": f"Bearer {token}"}, timeout=30
    ) as client:
        yield client


def send(stack: Stack, route: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = httpx.post(f"{stack.url}/api/{route}", json=body, headers={"User-Agent": FIREFOX})
    answer.raise_for_status()
    return answer.json()


def visit(stack: Stack, session_id: str) -> None:
    events = [{"type": "click", "category": "nest"}, {"type": "hover", "category": "wand"}]
    named = {"sessionId": session_id}
    send(stack, "sessions/create", named)
    send(stack, "sessions/track-batch", named | {"events": events})
    send(stack, "sessions/save-configuration", named | {"configuration": {"nest": "nest80"}})
    converted = {"conversionStatus": "converted", "orderId": f"order {session_id}"}
    send(stack, "sessions/finalize", named | converted)
    metric = {"metricName": "lcp", "value": 1200, "sessionId": session_id}
    send(stack, "performance/track", metric)


def rows(stack: Stack, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def run(stack: Stack, statement: str, *values: object) -> None:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute(statement.encode(), values)


def is_counted(stack: Stack, sessions: int) -> bool:
    marks = rows(stack, "select count(*) from recount_marks")
    figures = rows(stack, "select count(*) from session_figures")
    return (marks, figures) == ([(0,)], [(sessions,)])


def leave_traces(stack: Stack, session_id: str) -> None:
    """A dead letter, an error in the server's log, rows and samples on the disk."""
    at = datetime.now(UTC)
    event = Interaction(id=uuid4(), at=at, type="click")
    delivery = Delivery(session_id=session_id, received_at=at, events=(event,))
    run(
        stack,
        "insert into dead_letters (id, session_id, reason, detail, payload, created_at)"
        " values (%s, %s, 'unstorable', 'why', %s, %s)",
        uuid4(),
        session_id,
        encode(delivery),
        at,
    )
    with pytest.raises(psycopg.errors.UniqueViolation):
        run(stack, f"{NOT_UNIQUE} where session_id = '{session_id}'")
    run(stack, "vacuum analyze")
    run(stack, "checkpoint")


def sessions(admin: httpx.Client) -> int:
    told = admin.get("/api/admin/analytics/overview", params={"timeRange": "7d"}).json()
    return told["overview"]["totalSessions"]


def refused_as_erased(admin: httpx.Client) -> int:
    health = admin.get("/api/admin/analytics/tracking-health", params={"timeRange": "7d"}).json()
    return health["refused"].get("erased", 0)


def keys(stack: Stack, name: str) -> set[bytes]:
    async def look() -> set[bytes]:
        redis = connect(json.loads((stack.data / "run.json").read_text())["redis_url"], 0)
        try:
            return await keys_that_name(redis, name)
        finally:
            await redis.aclose()

    return asyncio.run(look())


def soon(condition: Callable[[], bool]) -> None:
    wait_for(condition, WITHIN_S, lambda: inspect.getsource(condition))


def files(stack: Stack, name: str) -> set[Path]:
    """Of the data directory; root's servers have theirs elsewhere."""
    homes = {stack.data, servers_home(stack.data)}
    return {path for home in homes for path in files_that_name(home, name)}


def test_of_an_erased_session_nothing_is_found_anywhere(stack: Stack, admin: httpx.Client) -> None:
    erased, stays = f"erased-{uuid4()}", f"stays-{uuid4()}"
    visit(stack, erased)
    visit(stack, stays)
    soon(lambda: is_counted(stack, 2))
    leave_traces(stack, erased)
    assert tables_that_name(stack.database_url, erased) != set()
    assert keys(stack, erased) != set()
    found = {path.parts[0] for path in files(stack, erased)}
    assert found == {"postgres", "valkey"}
    assert len(files(stack, erased)) >= 10
    data = admin.get(f"/api/admin/sessions/{erased}/data").json()
    assert len(data["interactions"]) == 2

    receipt = admin.delete(f"/api/admin/sessions/{erased}/data")

    assert receipt.status_code == 200
    assert receipt.json()["erased"]["interactions"] == 2
    assert tables_that_name(stack.database_url, erased) == set()
    assert keys(stack, erased) == set()
    assert {path for path in files(stack, erased) if path.parts[0] in {"spool", "logs"}} == set()
    assert admin.get(f"/api/admin/sessions/{erased}/data").status_code == 404
    soon(lambda: sessions(admin) == 1)

    visit(stack, erased)
    soon(lambda: refused_as_erased(admin) == 6)
    assert tables_that_name(stack.database_url, erased) == set()

    stack.run("upkeep", "compact")
    soon(lambda: files(stack, erased) == set())
    assert tables_that_name(stack.database_url, stays) != set()
    stack.stop()
    assert files(stack, erased) == set()
    assert files(stack, stays) != set()
