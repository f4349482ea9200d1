"""Is own traffic left out, and is no address kept longer than it takes to cut it?"""

from typing import Any

import pytest

from nesthaus.access.actors import Role
from nesthaus.domain.events import RefusalCount
from nesthaus.domain.visitors import CHECK_AGENT
from tests.ingest.conftest import Api

CLICK = {"sessionId": "s", "event": {"type": "click", "category": "nest"}}
TRACK = "/api/sessions/track"


async def is_left_out(api: Api, **headers: str) -> bool:
    answer = await api.post(TRACK, CLICK, **headers)
    assert answer.status_code == 202
    told = answer.json()
    assert told["success"] is True
    await api.refusals.flush()
    facts = await api.facts()
    await api.redis.delete("nest:{0}")
    refusals = [each for each in facts if isinstance(each, RefusalCount)]
    if told.get("stored") is False:
        assert len(facts) == 1
        assert [(each.reason, each.count) for each in refusals] == [("internal", 1)]
        return True
    assert (len(facts), refusals) == (1, [])
    return False


@pytest.mark.parametrize(
    ("cookie", "left_out"),
    [
        ("nest_internal=1", True),
        ("a=b; nest_internal=yes; c=d", True),
        ("a=b;nest_internal=1", True),
        ("nest_internal=0", False),
        ("nest_internal=0; a=1", False),
        ("nest_internal=", False),
        ("not_nest_internal=1", False),
        ("a=nest_internal", False),
    ],
)
async def test_who_has_the_cookie_is_left_out(api: Api, cookie: str, left_out: bool) -> None:
    assert await is_left_out(api, Cookie=cookie) is left_out


class TestWithRangesOfOurOwn:
    @pytest.fixture(params=["203.0.113.77", "::ffff:203.0.113.77", "2001:db8:7::1", "198.51.100.1"])
    def settings(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        return {"address": request.param, "own": ("203.0.113.0/24", "2001:db8:7::/48")}

    async def test_who_calls_from_there_is_left_out(
        self, api: Api, settings: dict[str, Any]
    ) -> None:
        assert await is_left_out(api) is (settings["address"] != "198.51.100.1")

    async def test_our_server_still_reports_conversions_and_the_check_its_session(
        self, api: Api
    ) -> None:
        api.roles["secret"] = Role.TRACKER
        body = {"sessionId": "s", "conversionStatus": "converted"}
        answer = await api.post("/api/sessions/finalize", body, Authorization="Bearer secret")
        assert answer.json() == {"success": True}
        checked = await api.post(TRACK, CLICK, User_Agent=CHECK_AGENT)
        assert "stored" not in checked.json()
        assert len(await api.deliveries()) == 2

    async def test_prices_are_told_to_everybody(self, api: Api) -> None:
        body = {"sessionId": "s", "configuration": {"nest": "nest80"}}
        saved = await api.post("/api/sessions/save-configuration", body)
        assert saved.json()["totalPrice"] == 213032


async def test_an_address_is_cut_before_it_is_kept(api: Api) -> None:
    await api.post(TRACK, CLICK)
    (delivery,) = await api.deliveries()
    assert delivery.address == "203.0.113.0"


class TestWhereNoAddressIsToBeKept:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"keeps_addresses": False}

    async def test_not_even_its_beginning_is(self, api: Api) -> None:
        await api.post(TRACK, CLICK)
        (delivery,) = await api.deliveries()
        assert delivery.address is None
