"""Who sees and changes alerts by the API, what is refused, and what does a test tell?"""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx import AsyncClient

from nesthaus.access.actors import Role
from nesthaus.access.parts import Access
from nesthaus.domain.alert_rules import WATCHED
from nesthaus.upkeep.alerts.channels import channels_of
from nesthaus.upkeep.alerts.notices import Teller
from nesthaus.upkeep.alerts.words import Surroundings
from tests.alerts.receivers import Receiver, webhook
from tests.prices import CATALOGUE

ALERTS = "/api/admin/alerts"


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with webhook() as receiver:
        yield receiver


@pytest.fixture
def teller(request: pytest.FixtureRequest, hook: Receiver) -> Teller:
    """`indirect` tells the addresses, where it is not the webhook alone."""
    given: str = getattr(request, "param", "http://127.0.0.1:{port}/secret-path")
    channels = channels_of(given.format(port=hook.port))
    return Teller(channels, Surroundings(CATALOGUE.zone, "https://shop.example"))


@pytest.fixture
async def admin(access: Access, client: AsyncClient) -> AsyncClient:
    token = (await access.tokens.create("boss", Role.ADMIN)).token
    client.headers["authorization"] = f"Bearer {token}"
    return client


async def rule(client: AsyncClient, name: str) -> dict[str, Any]:
    items = (await client.get(ALERTS)).json()["items"]
    return next(item for item in items if item["id"] == name)


async def test_all_rules_are_listed_before_anything_was_looked_at(admin: AsyncClient) -> None:
    answer = (await admin.get(ALERTS)).json()
    assert [item["id"] for item in answer["items"]] == [watched.id for watched in WATCHED]
    slow = await rule(admin, "response_time")
    assert slow == {
        "id": "response_time",
        "metric": "api_response_time",
        "statistic": "average",
        "unit": "ms",
        "side": "above",
        "threshold": 1_000,
        "windowS": 60,
        "minCount": 10,
        "holdS": 0,
        "enabled": True,
        "silencedUntil": None,
        "default": {
            "threshold": 1_000,
            "windowS": 60,
            "minCount": 10,
            "holdS": 0,
            "enabled": True,
            "silencedUntil": None,
        },
        "state": "quiet",
        "since": None,
        "value": None,
        "count": 0,
        "lookedAt": None,
        "history": [],
    }
    (channel,) = answer["channels"]
    assert channel.startswith("json://127.0.0.1")
    assert "secret-path" not in channel


async def test_a_change_is_kept_and_in_the_audit_log_with_what_was_before(
    admin: AsyncClient,
) -> None:
    wanted = {
        "threshold": 250.5,
        "windowS": 120,
        "minCount": 3,
        "holdS": 60,
        "enabled": False,
        "silencedUntil": "2026-06-15T16:00:00+02:00",
    }
    put = await admin.put(f"{ALERTS}/response_time", json=wanted)
    assert put.status_code == 200
    kept = await rule(admin, "response_time")
    assert put.json() == kept
    until = {"silencedUntil": "2026-06-15T14:00:00Z"}
    assert {name: kept[name] for name in wanted} == wanted | until
    entries = (await admin.get("/api/admin/audit")).json()["items"]
    (entry,) = (entry for entry in entries if entry["action"] == "set alert")
    assert (entry["actor"], entry["subject"]) == ("token boss", "response_time")
    assert entry["detail"]["was"]["threshold"] == 1_000
    assert entry["detail"]["now"] == wanted | until


async def test_what_is_left_out_stays(admin: AsyncClient) -> None:
    silence = {"silencedUntil": "2026-06-15T14:00:00Z"}
    await admin.put(f"{ALERTS}/response_time", json={"threshold": 5})
    await admin.put(f"{ALERTS}/response_time", json=silence)
    kept = await rule(admin, "response_time")
    assert (kept["threshold"], kept["windowS"], kept["silencedUntil"]) == (
        5,
        60,
        silence["silencedUntil"],
    )
    await admin.put(f"{ALERTS}/response_time", json={"silencedUntil": None})
    kept = await rule(admin, "response_time")
    assert (kept["threshold"], kept["silencedUntil"]) == (5, None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"threshold": -1}, "threshold"),
        ({"threshold": "high"}, "threshold"),
        ({"threshold": None}, "threshold"),
        ({"windowS": 0}, "windowS"),
        ({"windowS": 2_678_401}, "windowS"),
        ({"windowS": 1.5}, "windowS"),
        ({"minCount": -1}, "minCount"),
        ({"holdS": 86_401}, "holdS"),
        ({"enabled": "perhaps"}, "enabled"),
        ({"silencedUntil": "tomorrow"}, "silencedUntil"),
        ({"silencedUntil": "2026-06-15T14:00:00"}, "silencedUntil"),
        ({"silencedUntil": "2028-01-01T00:00:00Z"}, "silencedUntil"),
        ({"silencedUntil": "0001-01-01T00:00:00+00:01"}, "silencedUntil"),
        ({"silencedUntil": "9999-12-31T23:59:59-00:01"}, "silencedUntil"),
        ({"treshold": 5}, "treshold"),
    ],
)
async def test_what_no_rule_can_be_is_refused(
    admin: AsyncClient, body: dict[str, object], field: str
) -> None:
    answer = await admin.put(f"{ALERTS}/response_time", json=body)
    assert answer.status_code == 400
    assert answer.json()["field"] == field
    assert (await rule(admin, "response_time"))["threshold"] == 1_000


async def test_an_alert_that_is_not_there_is_not_found(admin: AsyncClient) -> None:
    assert (await admin.put(f"{ALERTS}/weather", json={"threshold": 1})).status_code == 404
    assert (await admin.post(f"{ALERTS}/weather/test")).status_code == 404


async def test_a_viewer_looks_and_changes_nothing(access: Access, client: AsyncClient) -> None:
    token = (await access.tokens.create("guest", Role.VIEWER)).token
    client.headers["authorization"] = f"Bearer {token}"
    assert (await client.get(ALERTS)).status_code == 200
    assert (await client.put(f"{ALERTS}/disk", json={"threshold": 1})).status_code == 403
    assert (await client.post(f"{ALERTS}/disk/test")).status_code == 403


@pytest.mark.parametrize(
    "teller", ["http://127.0.0.1:{port}/hook json://127.0.0.1:1/nobody"], indirect=True
)
async def test_a_test_tells_of_each_channel_whether_it_took_it(
    admin: AsyncClient, hook: Receiver
) -> None:
    answer = await admin.post(f"{ALERTS}/database/test")
    assert answer.status_code == 200
    first, second = answer.json()["deliveries"]
    assert (first["sent"], first["error"]) == (True, None)
    assert (second["sent"], bool(second["error"])) == (False, True)
    assert hook.told("database") == ["TEST"]
    assert "https://shop.example/admin/operations" in hook.texts[0]
    assert (await rule(admin, "database"))["history"] == []


@pytest.mark.parametrize("teller", [""], indirect=True)
async def test_without_a_channel_a_test_says_which_setting_is_missing(admin: AsyncClient) -> None:
    answer = await admin.post(f"{ALERTS}/database/test")
    assert answer.status_code == 409
    assert "NESTHAUS_ALERT_URLS" in answer.json()["error"]
