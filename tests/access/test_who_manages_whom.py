"""How are accounts and tokens managed over HTTP, and what does the audit log keep of it?"""

from uuid import UUID

import pytest
from httpx import AsyncClient

from nesthaus.access.actors import Role
from nesthaus.access.audit import note
from nesthaus.access.parts import Access
from nesthaus.db.pool import Pool
from tests.access.conftest import Browser
from tests.access.people import PASSWORD, account, log_in
from tests.clocks import SettableClock

USERS, TOKENS, AUDIT = "/api/admin/users", "/api/admin/tokens", "/api/admin/audit"
NOBODY = UUID(int=1)


@pytest.fixture
async def ann(access: Access, browser: Browser) -> AsyncClient:
    await account(access)
    client = browser()
    assert (await log_in(client)).status_code == 200
    return client


async def audited(client: AsyncClient) -> list[tuple[str, str, str]]:
    entries = (await client.get(AUDIT)).json()["items"]
    return [(entry["actor"], entry["action"], entry["subject"]) for entry in reversed(entries)]


async def test_an_account_with_a_given_password_can_log_in_and_is_told_without_it(
    ann: AsyncClient, browser: Browser
) -> None:
    body = {"email": "Bob@example.com", "role": "viewer", "password": "bob has chosen this"}
    made = await ann.post(USERS, json=body)
    assert made.status_code == 201
    assert set(made.json()) == {"id", "email", "role", "createdAt"}
    answer = await log_in(browser(), "bob@example.com", "bob has chosen this")
    assert answer.json()["role"] == "viewer"


async def test_without_a_password_one_is_made_and_told_this_once(
    ann: AsyncClient, browser: Browser
) -> None:
    made = (await ann.post(USERS, json={"email": "bob@example.com", "role": "admin"})).json()
    assert (await log_in(browser(), "bob@example.com", made["password"])).status_code == 200
    assert made["password"] not in (await ann.get(USERS)).text
    assert made["password"] not in (await ann.get(AUDIT)).text


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"email": "nobody", "role": "viewer"}, 400, "email"),
        ({"email": "a\0b@example.com", "role": "viewer"}, 400, "email"),
        ({"email": "bob@example.com", "role": "tracker"}, 400, "role"),
        ({"email": "bob@example.com", "role": "viewer", "password": "short"}, 400, "password"),
        ({"email": "bob@example.com"}, 400, "role"),
        ({"email": "ANN@example.com", "role": "viewer"}, 409, "email"),
    ],
)
async def test_what_cannot_be_an_account_is_refused_by_field(
    ann: AsyncClient, body: dict[str, object], status: int, field: str
) -> None:
    answer = await ann.post(USERS, json=body)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert len((await ann.get(USERS)).json()["items"]) == 1


async def test_a_deleted_account_is_out_at_once(ann: AsyncClient, browser: Browser) -> None:
    body: dict[str, object] = {"email": "bob@example.com", "role": "admin", "password": PASSWORD}
    bob_id = (await ann.post(USERS, json=body)).json()["id"]
    bob = browser()
    await log_in(bob, "bob@example.com")
    assert (await ann.delete(f"{USERS}/{bob_id}")).status_code == 204
    assert (await bob.get(USERS)).status_code == 401
    assert (await ann.delete(f"{USERS}/{bob_id}")).status_code == 404
    assert (await ann.delete(f"{USERS}/bob")).status_code == 400


async def test_the_last_admin_cannot_delete_themselves(ann: AsyncClient) -> None:
    (own,) = (await ann.get(USERS)).json()["items"]
    answer = await ann.delete(f"{USERS}/{own['id']}")
    assert answer.status_code == 409
    assert answer.json()["error"] == "This is the last admin; make another one first."
    assert (await ann.get(USERS)).status_code == 200


async def test_a_token_made_here_works_until_it_is_revoked(
    ann: AsyncClient, access: Access
) -> None:
    made = await ann.post(TOKENS, json={"name": "shop", "role": "tracker"})
    assert (made.status_code, set(made.json())) == (201, {"id", "token"})
    token, path = made.json()["token"], f"{TOKENS}/{made.json()['id']}"
    assert await access.tokens.role_of(token) is Role.TRACKER
    assert token not in (await ann.get(TOKENS)).text
    assert (await ann.delete(path)).status_code == 204
    assert await access.tokens.role_of(token) is None
    assert (await ann.get(TOKENS)).json()["items"][0]["revokedAt"] == "2026-06-15T12:00:00Z"
    assert (await ann.delete(path)).status_code == 204
    assert (await ann.delete(f"{TOKENS}/{NOBODY}")).status_code == 404


async def test_a_token_without_a_name_or_with_a_role_nobody_has_is_400(ann: AsyncClient) -> None:
    for name in ("", "x" * 101, "a\0b", "two\nlines"):
        answer = await ann.post(TOKENS, json={"name": name, "role": "viewer"})
        assert (answer.status_code, answer.json()["field"]) == (400, "name")
    answer = await ann.post(TOKENS, json={"name": "x", "role": "king"})
    assert (answer.status_code, answer.json()["field"]) == (400, "role")


async def test_every_change_is_in_the_audit_log_under_the_name_of_who_made_it(
    ann: AsyncClient, access: Access, clock: SettableClock, browser: Browser
) -> None:
    clock.advance(1)
    made = (await ann.post(TOKENS, json={"name": "ci", "role": "admin"})).json()
    machine = browser()
    machine.headers["Authorization"] = f"Bearer {made['token']}"
    clock.advance(1)
    body: dict[str, object] = {"email": "bob@example.com", "role": "viewer", "password": PASSWORD}
    bob = (await machine.post(USERS, json=body)).json()
    clock.advance(1)
    await machine.delete(f"{USERS}/{bob['id']}")
    clock.advance(1)
    await ann.delete(f"{TOKENS}/{made['id']}")
    clock.advance(1)
    await ann.delete(f"{TOKENS}/{made['id']}")  # changes nothing
    await ann.delete(f"{TOKENS}/{NOBODY}")
    await ann.post(USERS, json={**body, "email": "ann@example.com"})

    assert await audited(ann) == [
        ("test", "create user", "ann@example.com"),
        ("ann@example.com", "create token", "ci"),
        ("token ci", "create user", "bob@example.com"),
        ("token ci", "delete user", "bob@example.com"),
        ("ann@example.com", "revoke token", "ci"),
    ]
    log = await ann.get(AUDIT)
    assert made["token"] not in log.text
    assert PASSWORD not in log.text
    assert "argon2" not in log.text
    assert log.json()["items"][0]["detail"] == {"id": made["id"], "role": "admin"}
    assert log.json()["items"][0]["at"] == "2026-06-15T12:00:04Z"


async def test_no_token_can_pass_for_an_account_in_the_audit_log(
    ann: AsyncClient, browser: Browser
) -> None:
    body = {"name": "ann@example.com", "role": "admin"}
    machine = browser()
    machine.headers["Authorization"] = (
        f"Bearer {(await ann.post(TOKENS, json=body)).json()['token']}"
    )
    await machine.post(TOKENS, json={"name": "x", "role": "viewer"})
    assert ("token ann@example.com", "create token", "x") in await audited(ann)


async def test_a_change_that_is_taken_back_leaves_no_entry(access: Access, db: Pool) -> None:
    async with db.connection() as connection:
        await note(connection, "ann", "drop dead letter", "1", at=access.clock())
        await connection.rollback()
    async with db.connection() as connection:
        cursor = await connection.execute("select count(*) from audit_log")
        assert await cursor.fetchone() == (0,)


async def test_lists_come_in_pages_that_miss_and_repeat_nothing(
    ann: AsyncClient, clock: SettableClock
) -> None:
    for number in range(7):
        clock.advance(number % 2)  # some at the same moment
        await ann.post(TOKENS, json={"name": f"token {number}", "role": "viewer"})
    for path in (TOKENS, AUDIT):
        whole = (await ann.get(path)).json()
        assert whole["nextCursor"] is None
        assert whole["asOf"] == "2026-06-15T12:00:03Z"
        found: list[dict[str, object]] = []
        cursor = None
        while not found or cursor is not None:
            asked = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
            page = (await ann.get(path, params=asked)).json()
            found += page["items"]
            cursor = page["nextCursor"]
        assert found == whole["items"]


async def test_a_wrong_limit_or_cursor_is_400(ann: AsyncClient) -> None:
    for path in (USERS, TOKENS, AUDIT):
        for asked in ({"limit": "0"}, {"limit": "501"}, {"cursor": "x"}, {"cursor": "é"}):
            answer = await ann.get(path, params=asked)
            assert (answer.status_code, answer.json()["field"]) == (400, next(iter(asked)))


async def test_a_list_of_accounts_has_no_hash_in_it(ann: AsyncClient) -> None:
    (own,) = (await ann.get(USERS)).json()["items"]
    assert {name: own[name] for name in own if name != "id"} == {
        "email": "ann@example.com",
        "role": "admin",
        "createdAt": "2026-06-15T12:00:00Z",
    }
