"""Does each answer tell browsers what they must not do with it?"""

import re
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.types import ASGIApp

from nesthaus.pages import WEB

CLICK = {"sessionId": "s", "event": {"type": "click", "category": "nest"}}
ALWAYS = {
    "x-content-type-options": {"nosniff"},
    "x-frame-options": {"DENY"},
    "cross-origin-opener-policy": {"same-origin"},
    "referrer-policy": {"no-referrer", "same-origin"},
}
DATA_ONLY = "default-src 'none'; frame-ancestors 'none'"


def assert_safe(answer: httpx.Response) -> None:
    told = f"{answer.request.method} {answer.request.url.path} {answer.status_code}"
    for name, allowed in ALWAYS.items():
        assert answer.headers.get_list(name)[0] in allowed, (told, name)
        assert len(answer.headers.get_list(name)) == 1, (told, name)
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1, told
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert "default-src 'self'" in policies[0], told
        assert "frame-ancestors 'none'" in policies[0], told
        assert "script-src" not in policies[0], told
    assert "server" not in answer.headers, told
    assert "strict-transport-security" not in answer.headers, told


async def test_every_route_by_every_method(client: httpx.AsyncClient) -> None:
    document: dict[str, Any] = (await client.get("/api/openapi.json")).json()
    asked = 0
    for path in document["paths"]:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"):
            url = re.sub(r"\{[^}]*\}", str(UUID(int=7)), path)
            assert_safe(await client.request(method, url))
            asked += 1
    assert asked >= 400


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/%00",
        "/api/nothing",
        "/api/admin/%ff",
        "/api/docs/nothing.js",
        "/api/docs/%2e%2e%2fx",
        "/api/docs/%00",
        "/api/docs/" + "a" * 300,
        "/admin/assets/nothing.js",
        "/admin/assets/a%00b.js",
        "/admin/assets/" + "a" * 300 + ".js",
        "/admin/assets/..%2f..%2fpages.py",
        "/demo/assets/%ff%fe",
        "/demo/assets/%ed%a0%80",
    ],
)
async def test_what_is_not_there(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert answer.status_code in {307, 401, 404}
    assert_safe(answer)


async def test_answers_to_tracking_calls(client: httpx.AsyncClient) -> None:
    stored = await client.post("/api/sessions/track", json=CLICK)
    refused = await client.post("/api/sessions/track", json={})

    assert (stored.status_code, refused.status_code) == (202, 400)
    for answer in (stored, refused):
        assert_safe(answer)
        assert answer.headers["content-security-policy"] == DATA_ONLY
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.skipif(not (WEB / "docs").is_dir(), reason="the pages are not built: make install")
@pytest.mark.parametrize("path", ["/demo", "/admin", "/admin/sessions", "/api/docs", "/tracker.js"])
async def test_pages_and_what_they_load(client: httpx.AsyncClient, path: str) -> None:
    page = await client.get(path)

    assert page.status_code == 200
    assert_safe(page)
    for source in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
        assert_safe(await client.get(source))


async def test_over_tls_browsers_come_back_over_tls(client: httpx.AsyncClient) -> None:
    answer = await client.get("https://api/healthz")

    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_a_fault_is_told_without_a_word_about_it(
    app: ASGIApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("SECRET at line 7 of tokens.py")

    monkeypatch.setattr("nesthaus.report.readiness.missing_parts", fail)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        answer = await client.get("/readyz")

    assert answer.status_code == 500
    assert_safe(answer)
    assert answer.json()["error"] == "Something went wrong here; it has been logged."
    assert "SECRET" not in answer.text
    assert "Traceback" not in answer.text
