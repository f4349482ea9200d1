"""Does any admin route answer somebody who has no right to it?

Every path and method of the OpenAPI document, whoever added it.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.types import ASGIApp

from nesthaus.access.actors import Role
from nesthaus.access.parts import Access
from nesthaus.access.rights import ADMIN_PATH, LOGIN_PATH, LOGOUT_PATH
from tests.clocks import SettableClock

PASSWORD = "a long enough password"
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
Operation = tuple[str, str]


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in item.keys() & _METHODS:
            if path.startswith(ADMIN_PATH) and (path, method) != (LOGIN_PATH, "post"):
                yield method.upper(), path


@pytest.fixture
async def document(client: httpx.AsyncClient) -> dict[str, Any]:
    return (await client.get("/api/openapi.json")).json()


async def logged_in(client: httpx.AsyncClient, access: Access, email: str, role: Role) -> UUID:
    """The account's id. Its login is the client's now, its CSRF token too."""
    account = await access.accounts.create(email, role, PASSWORD, "test")
    assert account is not None
    answer = await client.post(LOGIN_PATH, json={"email": email, "password": PASSWORD})
    client.headers["X-CSRF-Token"] = answer.json()["csrfToken"]
    return account.id


async def statuses(
    client: httpx.AsyncClient, document: dict[str, Any], **headers: str
) -> dict[Operation, int]:
    found: dict[Operation, int] = {}
    for method, path in operations(document):
        url = re.sub(r"\{[^}]*\}", str(UUID(int=7)), path)
        answer = await client.request(method, url, headers=headers)
        found[method, path] = answer.status_code
        if answer.status_code in {401, 403}:
            assert answer.headers["content-type"] == "application/problem+json"
            assert set(answer.json()) == {"type", "title", "status", "detail", "error"}
    assert len(found) >= 9
    return found


def bearer(token: str) -> str:
    return f"Bearer {token}"


async def test_without_a_right_every_route_is_401(
    client: httpx.AsyncClient, access: Access, document: dict[str, Any]
) -> None:
    revoked = await access.tokens.create("x", Role.ADMIN)
    await access.tokens.revoke(revoked.id)
    unknown = "nest_" + "A" * 43

    assert set((await statuses(client, document)).values()) == {401}
    for authorization in (bearer(revoked.token), bearer(unknown), "Basic YWRtaW46YWRtaW4="):
        told = await statuses(client, document, Authorization=authorization)
        assert set(told.values()) == {401}
    told = await statuses(client, document, Cookie="nesthaus_login=" + "A" * 43)
    assert set(told.values()) == {401}


async def test_a_tracker_token_is_403_everywhere(
    client: httpx.AsyncClient, access: Access, document: dict[str, Any]
) -> None:
    token = (await access.tokens.create("shop", Role.TRACKER)).token
    told = await statuses(client, document, Authorization=bearer(token))
    assert set(told.values()) == {403}


async def test_a_viewer_token_reads_everything_and_changes_nothing(
    client: httpx.AsyncClient, access: Access, document: dict[str, Any]
) -> None:
    token = (await access.tokens.create("x", Role.VIEWER)).token
    told = await statuses(client, document, Authorization=bearer(token))
    for (method, path), status in told.items():
        assert (status == 403) == (method != "GET"), (method, path)
        assert status != 401


async def test_a_viewer_who_logged_in_changes_nothing_but_their_own_login(
    client: httpx.AsyncClient, access: Access, document: dict[str, Any]
) -> None:
    await logged_in(client, access, "vic@example.com", Role.VIEWER)
    document["paths"].pop(LOGOUT_PATH)
    told = await statuses(client, document)
    for (method, path), status in told.items():
        assert (status == 403) == (method != "GET"), (method, path)
        assert status != 401
    assert (await client.post(LOGOUT_PATH)).status_code == 204


async def test_an_admin_who_logged_in_changes_nothing_without_the_header(
    client: httpx.AsyncClient, access: Access, document: dict[str, Any]
) -> None:
    await logged_in(client, access, "ann@example.com", Role.ADMIN)
    client.headers.pop("X-CSRF-Token")
    told = await statuses(client, document)
    for (method, path), status in told.items():
        assert (status == 403) == (method != "GET"), (method, path)


async def test_a_login_that_is_over_is_401_everywhere(
    client: httpx.AsyncClient, access: Access, document: dict[str, Any], clock: SettableClock
) -> None:
    await logged_in(client, access, "ann@example.com", Role.ADMIN)
    clock.advance(12 * 3_600)
    assert set((await statuses(client, document)).values()) == {401}


async def test_the_login_of_a_deleted_account_is_401_everywhere(
    app: ASGIApp, client: httpx.AsyncClient, access: Access, document: dict[str, Any]
) -> None:
    await access.accounts.create("bob@example.com", Role.ADMIN, PASSWORD, "test")
    ann = await logged_in(client, access, "ann@example.com", Role.ADMIN)
    await access.accounts.delete(ann, "test")
    assert set((await statuses(client, document)).values()) == {401}


async def test_an_admin_token_has_a_right_to_everything_it_reads(
    client: httpx.AsyncClient, access: Access, document: dict[str, Any]
) -> None:
    token = (await access.tokens.create("x", Role.ADMIN)).token
    for method, path in operations(document):
        if method == "GET":
            url = re.sub(r"\{[^}]*\}", str(UUID(int=7)), path)
            answer = await client.get(url, headers={"Authorization": bearer(token)})
            assert answer.status_code in {200, 400, 404}, path


async def test_the_document_says_of_every_route_which_rights_open_it(
    document: dict[str, Any],
) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["bearer"]["scheme"] == "bearer"
    assert (schemes["cookie"]["in"], schemes["cookie"]["name"]) == ("cookie", "nesthaus_login")
    for method, path in operations(document):
        told = document["paths"][path][method.lower()]
        assert told["security"] == [{"bearer": []}, {"cookie": []}], path
        assert {"401", "403"} <= told["responses"].keys(), path
    assert "security" not in document["paths"][LOGIN_PATH]["post"]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER, None])
async def test_only_a_tracker_token_verifies_a_conversion(
    client: httpx.AsyncClient, access: Access, role: Role | None
) -> None:
    new = await access.tokens.create("x", role or Role.TRACKER)
    if role is None:
        await access.tokens.revoke(new.id)
    body = {"sessionId": "s", "conversionStatus": "converted"}
    answer = await client.post(
        "/api/sessions/finalize", json=body, headers={"Authorization": bearer(new.token)}
    )
    assert answer.status_code == (401 if role is None else 403)
