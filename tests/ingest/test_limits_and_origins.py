"""Who may call how often, from which pages, and what happens when nothing can be taken?"""

from datetime import UTC, datetime
from typing import Any

import pytest

from nesthaus.access.addresses import caller_of, truncated
from nesthaus.access.rate_limits import RateLimit, new_table
from tests.clocks import SettableClock
from tests.ingest.conftest import Api

CLICK = {"sessionId": "s", "event": {"type": "click", "category": "nest"}}
BATCH = {"sessionId": "s", "events": [CLICK["event"]] * 10}


class TestThreeCallsAMinute:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"rate_limit": 3}

    async def test_the_fourth_call_of_an_address_waits(
        self, api: Api, clock: SettableClock
    ) -> None:
        assert (await api.post("/api/sessions/track-batch", BATCH)).status_code == 202
        assert (await api.post("/api/sessions/track", CLICK)).status_code == 202
        assert (await api.post("/api/sessions/track", CLICK)).status_code == 202

        refused = await api.post("/api/sessions/track", CLICK)

        assert refused.status_code == 429
        assert refused.json()["error"].startswith("too many calls from this address")
        clock.advance(int(refused.headers["retry-after"]))
        assert (await api.post("/api/sessions/track", CLICK)).status_code == 202

    async def test_prices_are_not_limited(self, api: Api) -> None:
        for _ in range(5):
            answer = await api.post("/api/pricing/calculate", {"configuration": {}})
            assert answer.status_code == 200

    class TestOnThisMachine:
        @pytest.fixture
        def settings(self) -> dict[str, Any]:
            return {"rate_limit": 3, "address": "::1"}

        async def test_calls_are_not_limited(self, api: Api) -> None:
            for _ in range(5):
                assert (await api.post("/api/sessions/track", CLICK)).status_code == 202


def test_a_limit_holds_over_the_turn_of_a_minute() -> None:
    limit = RateLimit(60, new_table())
    before = datetime(2026, 6, 15, 12, 0, 50, tzinfo=UTC)
    after = datetime(2026, 6, 15, 12, 1, 10, tzinfo=UTC)
    assert [limit.take("a", before) for _ in range(60)] == [None] * 60

    taken = sum(limit.take("a", after) is None for _ in range(60))

    # 50 of the 60 s before 12:01:10 lie in the minute before, in which 60 were counted.
    assert taken == 10
    assert limit.take("b", after) is None


def test_an_ipv6_customer_is_one_caller() -> None:
    assert caller_of("2001:db8:1:2:3:4:5:6") == caller_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert caller_of("2001:db8:1:3::9") != caller_of("2001:db8:1:2::9")
    assert caller_of("::ffff:203.0.113.7") == caller_of("203.0.113.7") == "203.0.113.7"


def test_an_address_is_truncated_before_it_is_kept() -> None:
    assert truncated("203.0.113.77") == "203.0.113.0"
    assert truncated("::ffff:203.0.113.77") == "203.0.113.0"
    assert truncated("2001:db8:aaaa:bbbb::1") == "2001:db8:aaaa::"
    assert truncated("testclient") is None


class TestAFullStream:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"max_entries": 2}

    async def test_new_calls_are_503_and_nothing_is_taken(self, api: Api) -> None:
        for _ in range(2):
            assert (await api.post("/api/sessions/track", CLICK)).status_code == 202

        refused = await api.post("/api/sessions/track", CLICK)

        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "5"
        assert refused.json()["error"] == "nothing was taken; try again later"
        assert len(await api.deliveries()) == 2


async def test_any_page_may_call_and_read_the_answer(api: Api) -> None:
    preflight = await api.client.options("/api/sessions/track")
    refused = await api.post("/api/sessions/track", {}, Origin="https://shop.example")

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "Content-Type" in preflight.headers["access-control-allow-headers"]
    assert refused.headers["access-control-allow-origin"] == "*"
    assert refused.headers["access-control-expose-headers"] == "Retry-After"


class TestOneAllowedOrigin:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"allowed_origins": ("https://shop.example",)}

    async def test_only_its_pages_may_read_the_answer(self, api: Api) -> None:
        ours = await api.post("/api/sessions/track", CLICK, Origin="https://shop.example")
        theirs = await api.post("/api/sessions/track", CLICK, Origin="https://evil.example")

        assert ours.headers["access-control-allow-origin"] == "https://shop.example"
        assert "access-control-allow-origin" not in theirs.headers
        assert ours.headers["vary"] == theirs.headers["vary"] == "Origin"
