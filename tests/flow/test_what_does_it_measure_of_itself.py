"""Is what the processes measure stored, and told by the report, over a restart?"""

from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import psycopg
import pytest

from tests.stack import Stack
from tests.waiting import wait_for

REPORT = "/api/admin/analytics/performance"
STORED_WITHIN_S = 20.0


@pytest.fixture
def stack() -> Iterator[Stack]:
    stack = Stack()
    try:
        stack.start()
        stack.authorise()
        yield stack
    finally:
        stack.close()


def rows(stack: Stack, metric: str, label: str) -> dict[str, int]:
    """How many values of it there are, by one of its labels."""
    with psycopg.connect(stack.database_url) as connection:
        found: list[tuple[str, int]] = connection.execute(
            "select additional_data ->> %s, sum(count)::integer from performance_metrics"
            " where metric_name = %s group by 1",
            (label, metric),
        ).fetchall()
    return dict(found)


TRACKED = (
    "nesthaus_http_request_duration_seconds_count"
    '{method="POST",route="/api/sessions/track",status="2xx"}'
)

REFUSED = 'nesthaus_refused_calls_total{reason="invalid"}'


def counted(stack: Stack, names: Iterable[str]) -> dict[str, float]:
    """What `/metrics` tells of these."""
    text = httpx.get(f"{stack.url}/metrics").raise_for_status().text
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    found = {name: float(value) for name, _, value in lines}
    return {name: found[name] for name in names if name in found}


def await_counted(stack: Stack, expected: dict[str, float]) -> None:
    """What a process notes is there within two seconds: in its minute, then in Valkey."""
    wait_for(
        lambda: counted(stack, expected) == expected,
        STORED_WITHIN_S,
        lambda: f"{counted(stack, expected)} is not {expected}",
    )


def test_all_that_was_measured_is_stored_once_over_a_restart(stack: Stack) -> None:
    event = {"type": "click", "category": "nest"}
    for number in range(5):
        body = {"sessionId": f"s{number}", "event": event}
        httpx.post(f"{stack.url}/api/sessions/track", json=body).raise_for_status()
    for _ in range(3):
        body: dict[str, Any] = {"configuration": {"nest": "nest80"}}
        httpx.post(f"{stack.url}/api/pricing/calculate", json=body).raise_for_status()
    httpx.post(f"{stack.url}/api/sessions/track", json={"event": event})
    assert httpx.get(f"{stack.url}/api/nothing/of/this").status_code == 404
    wait_for(lambda: stack.interactions("s4"), STORED_WITHIN_S, "the last event is stored")

    await_counted(stack, {TRACKED: 5, REFUSED: 1, "nesthaus_accepted_events_total": 5})

    stack.stop()
    stack.start()

    assert counted(stack, [TRACKED]) == {TRACKED: 5}

    calls = wait_for(
        lambda: rows(stack, "api_response_time", "route"), STORED_WITHIN_S, "calls are stored"
    )
    assert calls["/api/sessions/track"] == 6
    assert calls["/api/pricing/calculate"] == 3
    assert calls["none"] == 1
    assert calls["/api/admin/analytics/user-journey"] >= 1
    statements = rows(stack, "db_query_time", "statement")
    assert statements["persist/store.insert_marks"] >= 1
    assert rows(stack, "memory_usage", "role").keys() == {"serve", "work", "schedule"}
    assert sum(rows(stack, "queue_depth", "route").values()) >= 1
    told = stack.get(REPORT, metric="api_response_time", timeRange="24h")
    assert told["unit"] == "ms"
    assert told["summary"]["count"] >= sum(calls.values())
    assert told["summary"]["max"] >= told["summary"]["p50"] > 0
