"""Who may call the admin API, and what is everybody else told?"""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import APIRouter, Body, Depends, FastAPI
from httpx import ASGITransport, AsyncClient, Response

from nesthaus.access.actors import Role
from nesthaus.access.logins import Logins
from nesthaus.access.rights import MAX_BODY_BYTES, AdminGate, admitted
from nesthaus.access.tokens import Tokens
from nesthaus.db.pool import Pool, open_pool
from nesthaus.responses import answer_problems
from tests.clocks import SettableClock


def an_app() -> FastAPI:
    app = FastAPI()
    answer_problems(app)
    router = APIRouter(prefix="/api/admin", dependencies=[Depends(admitted)])

    @router.get("/thing")
    async def thing(number: int) -> int:
        return number

    @router.put("/thing")
    async def change(number: Annotated[int, Body()]) -> int:
        return number

    @app.get("/api/administration")
    async def public() -> str:
        return "for all"

    app.include_router(router)
    return app


@pytest.fixture
def logins(db: Pool, clock: SettableClock) -> Logins:
    return Logins(db, clock)


@pytest.fixture
async def client(tokens: Tokens, logins: Logins) -> AsyncIterator[AsyncClient]:
    app = an_app()
    app.add_middleware(AdminGate, tokens=tokens, logins=logins)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


async def as_role(tokens: Tokens, role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {(await tokens.create('test', role)).token}"}


def told(response: Response) -> tuple[int, str]:
    return response.status_code, response.headers["content-type"]


PROBLEM = "application/problem+json"


GUARDED = (
    ("GET", "/api/admin/thing?number=1"),
    ("GET", "/api/admin/thing?number=wrong"),
    ("GET", "/api/admin/nowhere"),
    ("GET", "/api/admin"),
    ("GET", "/api/admin/"),
    ("DELETE", "/api/admin/thing"),
    ("PUT", "/api/admin/thing"),
)


async def test_without_a_token_everything_is_401_before_anything_else(client: AsyncClient) -> None:
    for method, path in GUARDED:
        response = await client.request(method, path, content=b"{broken")
        assert told(response) == (401, PROBLEM), path
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.json()["error"] == "This needs a login or an API token."


async def test_a_token_nobody_gave_out_is_401(client: AsyncClient) -> None:
    for authorization in ("Bearer nest_wrong", "Bearer nest_" + "A" * 43, "bearer x"):
        response = await client.get("/api/admin/thing", headers={"Authorization": authorization})
        assert told(response) == (401, PROBLEM), authorization
        assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_what_is_no_bearer_token_is_none(client: AsyncClient) -> None:
    for authorization in ("Basic YTpi", "Bearer", "Bearer ", ""):
        response = await client.get("/api/admin/thing", headers={"Authorization": authorization})
        assert response.status_code == 401, authorization
        assert response.headers["www-authenticate"] == "Bearer"


async def test_a_viewer_reads_and_does_not_change(client: AsyncClient, tokens: Tokens) -> None:
    viewer = await as_role(tokens, Role.VIEWER)
    assert (await client.get("/api/admin/thing?number=7", headers=viewer)).json() == 7
    response = await client.put("/api/admin/thing", headers=viewer, content=b"{broken")
    assert told(response) == (403, PROBLEM)


async def test_an_admin_reads_and_changes(client: AsyncClient, tokens: Tokens) -> None:
    admin = await as_role(tokens, Role.ADMIN)
    assert (await client.get("/api/admin/thing?number=7", headers=admin)).json() == 7
    assert (await client.put("/api/admin/thing", headers=admin, json=8)).json() == 8


async def test_a_tracker_has_no_right_to_read(client: AsyncClient, tokens: Tokens) -> None:
    tracker = await as_role(tokens, Role.TRACKER)
    response = await client.get("/api/admin/thing?number=7", headers=tracker)
    assert told(response) == (403, PROBLEM)


async def test_a_token_revoked_meanwhile_is_401(client: AsyncClient, tokens: Tokens) -> None:
    new = await tokens.create("test", Role.ADMIN)
    admin = {"Authorization": f"Bearer {new.token}"}
    assert (await client.get("/api/admin/thing?number=7", headers=admin)).status_code == 200
    await tokens.revoke(new.id)
    assert (await client.get("/api/admin/thing?number=7", headers=admin)).status_code == 401


async def test_behind_the_gate_come_validation_404_and_405(
    client: AsyncClient, tokens: Tokens
) -> None:
    admin = await as_role(tokens, Role.ADMIN)
    wrong = await client.get("/api/admin/thing?number=x", headers=admin)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "number")
    assert (await client.get("/api/admin/nowhere", headers=admin)).status_code == 404
    assert (await client.delete("/api/admin/thing", headers=admin)).status_code == 405


async def test_other_paths_need_no_token(client: AsyncClient) -> None:
    assert (await client.get("/api/administration")).json() == "for all"


async def test_with_the_database_away_it_is_503_and_says_when_to_come_again(
    clock: SettableClock,
) -> None:
    nowhere = "postgresql://127.0.0.1:1/nothing"  # port 1 is nobody's
    pool = await open_pool(nowhere, 1, 0.2, application_name="nesthaus-test-away")
    app = an_app()
    app.add_middleware(AdminGate, tokens=Tokens(pool, clock), logins=Logins(pool, clock))
    headers = {"Authorization": "Bearer nest_" + "A" * 43}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        response = await client.get("/api/admin/thing", headers=headers)
    await pool.close()
    assert told(response) == (503, PROBLEM)
    assert response.headers["retry-after"] == "5"
    assert "127.0.0.1" not in response.text


async def test_a_route_that_nobody_put_a_gate_before_stays_shut() -> None:
    transport = ASGITransport(an_app(), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get("/api/admin/thing?number=1")
    assert told(response) == (500, PROBLEM)


async def test_a_path_the_server_lives_under_does_not_open_the_gate(
    tokens: Tokens, logins: Logins
) -> None:
    app = an_app()
    app.add_middleware(AdminGate, tokens=tokens, logins=logins)
    transport = ASGITransport(app, root_path="/nest")
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get("/nest/api/admin/thing?number=1")
    assert response.status_code == 401


async def test_nothing_behind_the_gate_is_kept_by_caches(
    client: AsyncClient, tokens: Tokens
) -> None:
    viewer = await as_role(tokens, Role.VIEWER)
    answer = await client.get("/api/admin/thing?number=7", headers=viewer)
    assert answer.headers["cache-control"] == "no-store"
    assert "cache-control" not in (await client.get("/api/administration")).headers


async def test_a_body_over_256_kib_is_413_for_those_with_a_right_to_send_one(
    client: AsyncClient, tokens: Tokens
) -> None:
    admin = await as_role(tokens, Role.ADMIN)
    large = b"1" + b" " * MAX_BODY_BYTES

    async def chunks() -> AsyncIterator[bytes]:
        yield large[:1000]
        yield large[1000:]

    for content in (large, chunks()):
        json = {**admin, "Content-Type": "application/json"}
        answer = await client.put("/api/admin/thing", headers=json, content=content)
        assert told(answer) == (413, PROBLEM)
        assert answer.json()["error"] == "body: more than 256 KiB"
    assert (await client.put("/api/admin/thing", content=large)).status_code == 401
