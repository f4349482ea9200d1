"""Does a flag that is set reach the sessions that begin, and the audit log?"""

import pytest
from httpx import AsyncClient

from nesthaus.access.actors import Role
from nesthaus.access.parts import Access
from nesthaus.db.pool import Pool
from nesthaus.domain.flags import TRACKER_FLAGS, Flag
from nesthaus.upkeep.flags import MOST, FlagsInForce, set_flag
from tests.clocks import SettableClock

FLAGS = "/api/admin/flags"


@pytest.fixture
async def admin(access: Access, client: AsyncClient) -> AsyncClient:
    token = (await access.tokens.create("boss", Role.ADMIN)).token
    client.headers["authorization"] = f"Bearer {token}"
    return client


async def test_a_session_that_begins_after_the_next_look_has_the_change(
    admin: AsyncClient, flags: FlagsInForce
) -> None:
    async def told() -> dict[str, bool]:
        answer = await admin.post("/api/sessions/create", json={"sessionId": "anna"})
        told: dict[str, bool] = answer.json()["flags"]
        return told

    assert await told() == {}
    put = await admin.put(f"{FLAGS}/hover", json={"enabled": True, "percentage": 100})
    assert put.status_code == 200
    await flags.refresh()
    assert await told() == {"hover": True}
    await admin.put(f"{FLAGS}/hover", json={"enabled": False, "percentage": 100})
    await flags.refresh()
    assert await told() == {"hover": False}


async def test_the_list_says_what_the_tracker_does_where_nothing_is_set(
    admin: AsyncClient, clock: SettableClock
) -> None:
    await admin.put(f"{FLAGS}/scroll", json={"enabled": True, "percentage": 25})
    await admin.put(f"{FLAGS}/new_checkout", json={"enabled": True, "percentage": 5})
    items = (await admin.get(FLAGS)).json()["items"]
    assert [item["key"] for item in items] == [*TRACKER_FLAGS, "new_checkout"]
    hover, scroll, images, *_ = items
    assert (hover["enabled"], hover["percentage"], hover["updatedAt"]) == (False, 0, None)
    assert (scroll["enabled"], scroll["percentage"]) == (True, 25)
    assert scroll["updatedAt"] is not None
    assert (images["enabled"], images["percentage"], images["updatedAt"]) == (True, 100, None)


async def test_each_change_is_in_the_audit_log_with_what_was_before(
    admin: AsyncClient, clock: SettableClock
) -> None:
    for percentage in (10, 40):
        clock.advance(1)
        body = {"enabled": True, "percentage": percentage}
        await admin.put(f"{FLAGS}/hover", json=body)
    latest, first = [
        entry
        for entry in (await admin.get("/api/admin/audit")).json()["items"]
        if entry["action"] == "set flag"
    ]
    assert (latest["actor"], latest["subject"]) == ("token boss", "hover")
    assert first["detail"] == {"was": "not set", "now": "on, 10 %"}
    assert latest["detail"] == {"was": "on, 10 %", "now": "on, 40 %"}


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("Hover", {"enabled": True, "percentage": 10}),
        ("a" * 51, {"enabled": True, "percentage": 10}),
        ("hover", {"enabled": True, "percentage": 101}),
        ("hover", {"enabled": True, "percentage": -1}),
        ("hover", {"enabled": True, "percentage": 1.5}),
        ("hover", {"enabled": True}),
        ("hover", {"percentage": 10}),
    ],
)
async def test_what_is_no_flag_is_refused(
    admin: AsyncClient, key: str, body: dict[str, object]
) -> None:
    answer = await admin.put(f"{FLAGS}/{key}", json=body)
    assert answer.status_code == 400
    assert answer.json()["field"]
    assert all(item["updatedAt"] is None for item in (await admin.get(FLAGS)).json()["items"])


async def test_there_are_not_more_than_a_hundred(
    admin: AsyncClient, db: Pool, clock: SettableClock
) -> None:
    for n in range(MOST):
        await set_flag(db, Flag(f"flag_{n}", enabled=True, percentage=1), "test", clock())
    body = {"enabled": True, "percentage": 1}
    assert (await admin.put(f"{FLAGS}/one_more", json=body)).status_code == 409
    assert (await admin.put(f"{FLAGS}/flag_7", json=body)).status_code == 200
