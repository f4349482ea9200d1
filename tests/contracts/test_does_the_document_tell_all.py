"""Does the OpenAPI document tell every public route, and do pages load nothing from elsewhere?"""

import re
from typing import Any

import httpx
import pytest
from jsonschema_rs import meta
from starlette.types import ASGIApp

from nesthaus.access.actors import Role
from nesthaus.access.tokens import Tokens
from nesthaus.db.pool import Pool
from nesthaus.pages import WEB
from tests.clocks import SettableClock

PUBLIC = {
    ("/api/sessions/create", "post"),
    ("/api/sessions/track", "post"),
    ("/api/sessions/track-interaction", "post"),
    ("/api/sessions/track-batch", "post"),
    ("/api/sessions/save-configuration", "post"),
    ("/api/sessions/save-config", "post"),
    ("/api/sessions/finalize", "post"),
    ("/api/performance/track", "post"),
    ("/api/pricing/calculate", "post"),
    ("/api/pricing/data", "get"),
    ("/tracker.js", "get"),
    ("/api/media/manifest", "get"),
    ("/api/media/files/{name}", "get"),
    ("/healthz", "get"),
    ("/readyz", "get"),
    ("/metrics", "get"),
}
ADMIN = {
    *(
        (f"/api/admin/analytics/{name}", "get")
        for name in (
            "overview",
            "user-journey",
            "popular-configs",
            "selections",
            "option-matrix",
            "price-distribution",
            "conversion-funnel",
            "paths",
            "insights",
            "tracking-health",
            "flag-effect",
            "performance",
            "real-time",
        )
    ),
    *(
        (f"/api/admin/export/{name}.{kind}", "get")
        for name in (
            "sessions",
            "interactions",
            "snapshots",
            "daily",
            "popular-configurations",
            "performance",
        )
        for kind in ("csv", "json", "ndjson")
    ),
    ("/api/admin/sessions", "get"),
    ("/api/admin/sessions/{id}/data", "get"),
    ("/api/admin/sessions/{id}/data", "delete"),
    ("/api/admin/jobs", "get"),
    ("/api/admin/price-lists", "get"),
    ("/api/admin/dead-letters", "get"),
    ("/api/admin/dead-letters/{id}", "get"),
    ("/api/admin/dead-letters/{id}", "delete"),
    ("/api/admin/dead-letters/replay", "post"),
    ("/api/admin/dead-letters/{id}/replay", "post"),
    ("/api/admin/login", "post"),
    ("/api/admin/logout", "post"),
    ("/api/admin/me", "get"),
    ("/api/admin/users", "get"),
    ("/api/admin/users", "post"),
    ("/api/admin/users/{id}", "delete"),
    ("/api/admin/tokens", "get"),
    ("/api/admin/tokens", "post"),
    ("/api/admin/tokens/{id}", "delete"),
    ("/api/admin/audit", "get"),
    ("/api/admin/alerts", "get"),
    ("/api/admin/alerts/{id}", "put"),
    ("/api/admin/alerts/{id}/test", "post"),
    ("/api/admin/flags", "get"),
    ("/api/admin/flags/{key}", "put"),
    ("/api/admin/sync/google-drive", "get"),
    ("/api/admin/sync/google-drive", "post"),
}


async def test_every_public_route_is_told(client: httpx.AsyncClient) -> None:
    document: dict[str, Any] = (await client.get("/api/openapi.json")).json()

    told = {(path, method) for path, item in document["paths"].items() for method in item}
    assert told == PUBLIC | ADMIN
    assert document["openapi"].startswith("3.1")


async def test_every_reference_leads_somewhere_and_every_schema_is_one(
    client: httpx.AsyncClient,
) -> None:
    text = (await client.get("/api/openapi.json")).text
    document = (await client.get("/api/openapi.json")).json()
    schemas: dict[str, Any] = document["components"]["schemas"]

    assert set(re.findall(r'"#/components/schemas/([^"]+)"', text)) <= set(schemas)
    for schema in schemas.values():
        meta.validate(schema)


async def test_what_is_not_there_is_a_problem_that_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/sessions")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["error"] == "There is nothing at /api/sessions."


async def test_it_is_ready_while_both_servers_answer(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).status_code == 200
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True})


async def test_a_call_and_its_token_meet_in_one_application(
    client: httpx.AsyncClient, app: ASGIApp, db: Pool, clock: SettableClock
) -> None:
    tokens = Tokens(db, clock)
    shop = (await tokens.create("shop", Role.TRACKER)).token
    body = {"sessionId": "s", "conversionStatus": "converted"}

    taken = await client.post(
        "/api/sessions/finalize", json=body, headers={"Authorization": f"Bearer {shop}"}
    )

    assert taken.status_code == 202


@pytest.mark.skipif(not (WEB / "docs").is_dir(), reason="the pages are not built: make install")
@pytest.mark.parametrize("path", ["/demo", "/api/docs"])
async def test_a_page_loads_nothing_from_another_host(client: httpx.AsyncClient, path: str) -> None:
    page = await client.get(path)

    assert page.status_code == 200
    assert not re.search(r'(src|href)="(https?:)?//', page.text)
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for source in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
        assert (await client.get(source)).status_code == 200, source


@pytest.mark.skipif(not (WEB / "tracker.js").is_file(), reason="the pages are not built")
async def test_a_tracker_that_is_there_already_is_not_sent_again(
    client: httpx.AsyncClient,
) -> None:
    first = await client.get("/tracker.js")

    again = await client.get("/tracker.js", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["access-control-allow-origin"] == "*"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
