"""Is nothing of a call kept when its visitor, its browser or the setting says no?"""

from typing import Any

import pytest

from nesthaus.domain.events import RefusalCount
from tests.ingest.conftest import Api

CLICK = {"type": "click", "category": "nest"}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("sessions/create", {"sessionId": "s"}),
    ("sessions/track", {"sessionId": "s", "event": CLICK}),
    ("sessions/track-interaction", {"sessionId": "s", "interaction": CLICK}),
    ("sessions/track-batch", {"sessionId": "s", "events": [CLICK]}),
    ("sessions/save-configuration", {"sessionId": "s", "configuration": {"nest": "nest80"}}),
    ("sessions/finalize", {"sessionId": "s", "conversionStatus": "converted"}),
    ("performance/track", {"metricName": "lcp", "value": 1}),
]


@pytest.mark.parametrize(("path", "body"), CALLS, ids=[path for path, _ in CALLS])
@pytest.mark.parametrize("no", [{"Sec_GPC": "1"}, {"DNT": "1"}, {}], ids=["gpc", "dnt", "body"])
async def test_without_consent_only_the_refusal_is_counted(
    api: Api, path: str, body: dict[str, Any], no: dict[str, str]
) -> None:
    consent = "all" if no else "none"

    answer = await api.post(f"/api/{path}", body | {"consent": consent}, **no)

    assert answer.status_code == 202
    assert answer.json()["success"] is True
    assert answer.json()["stored"] is False
    assert await api.deliveries() == []
    await api.refusals.flush()
    (fact,) = await api.facts()
    assert isinstance(fact, RefusalCount)
    assert (fact.reason, fact.count) == ("no_consent", 1)


async def test_create_still_tells_flags_and_a_save_its_price(api: Api) -> None:
    created = await api.post("/api/sessions/create", {"consent": "none"})
    saved = await api.post(
        "/api/sessions/save-configuration",
        {"sessionId": "s", "configuration": {"nest": "nest80"}, "consent": "none"},
    )

    assert created.json()["flags"] == {}
    assert created.json()["idleAfterS"] == 1_800
    assert "sessionId" not in created.json()
    assert saved.json()["totalPrice"] == 213032


async def test_gpc_and_dnt_of_0_are_no_refusal(api: Api) -> None:
    body = {"sessionId": "s", "event": CLICK}

    answer = await api.post("/api/sessions/track", body, Sec_GPC="0", DNT="0")

    assert "stored" not in answer.json()


class TestWhereConsentMustBeGiven:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"consent_default": "none"}

    async def test_a_call_that_says_nothing_is_not_stored(self, api: Api) -> None:
        body = {"sessionId": "s", "event": CLICK}

        assert (await api.post("/api/sessions/track", body)).json()["stored"] is False
        said_yes = await api.post("/api/sessions/track", body | {"consent": "all"})
        assert "stored" not in said_yes.json()
        assert len(await api.deliveries()) == 1
