"""Which calls are refused, with which status, and in which words?"""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from nesthaus.access.actors import Role
from nesthaus.domain.events import RefusalCount
from tests.ingest.conftest import Api

CLICK: dict[str, Any] = {"type": "click", "category": "nest"}
DEEP: Any = {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": 1}}}}}}}}}
OLD_ID = "018f0000-0000-7000-8000-000000000000"
FUTURE_ID = "ffffffff-ffff-7000-8000-000000000000"
VERSION_4 = "7b0b6b9a-9c43-4a57-8a56-3a4fd0c1c1b2"


def track(**changes: object) -> dict[str, Any]:
    return {"sessionId": "s", "event": CLICK | changes}


def metric(**changes: object) -> dict[str, Any]:
    return {"metricName": "lcp", "value": 1} | changes


def save(**changes: object) -> dict[str, Any]:
    return {"sessionId": "s", "configuration": {"nest": "nest80"}} | changes


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("sessions/track", {"event": CLICK}, "sessionId"),
    ("sessions/track", {"sessionId": "", "event": CLICK}, "sessionId"),
    ("sessions/track", {"sessionId": "a b", "event": CLICK}, "sessionId"),
    ("sessions/track", {"sessionId": ".", "event": CLICK}, "sessionId"),
    ("sessions/create", {"sessionId": ".."}, "sessionId"),
    ("sessions/track", {"sessionId": "s\n", "event": CLICK}, "sessionId"),
    ("sessions/track", {"sessionId": "s" * 256, "event": CLICK}, "sessionId"),
    ("sessions/track", {"sessionId": "s"}, "event"),
    ("sessions/track", {"sessionId": "s", "event": {"category": "nest"}}, "event.type"),
    ("sessions/track", {"sessionId": "s", "event": {"type": "click"}}, "event.category"),
    ("sessions/track", track(type="Click"), "event.type"),
    ("sessions/track", track(type="a" * 51), "event.type"),
    ("sessions/track", track(category="c" * 101), "event.category"),
    ("sessions/track", track(value="v" * 101), "event.value"),
    ("sessions/track", track(previousValue="v" * 101), "event.previousValue"),
    ("sessions/track", track(value="a\u0000b"), "event.value"),
    ("sessions/track", track(unasked={"deep": ["\u0000"]}), "event.unasked.deep[0]"),
    ("sessions/track", track(timeSpent=-1), "event.timeSpent"),
    ("sessions/track", track(timeSpent="1"), "event.timeSpent"),
    ("sessions/track", track(sequence=0), "event.sequence"),
    ("sessions/track", track(sequence=2**31), "event.sequence"),
    ("sessions/track", track(cause="magic"), "event.cause"),
    ("sessions/track", track(viewport={"width": 2**40}), "event.viewport.width"),
    ("sessions/track", track(eventId="17"), "event.eventId"),
    ("sessions/track", track(eventId=VERSION_4), "event.eventId"),
    ("sessions/track", track(eventId=OLD_ID), "event.eventId"),
    ("sessions/track", track(eventId=FUTURE_ID), "event.eventId"),
    ("sessions/track", track(occurredAt="2026-06-15T12:00:00"), "event.occurredAt"),
    ("sessions/track", track(occurredAt="yesterday"), "event.occurredAt"),
    ("sessions/track", track(occurredAt="2026-06-08T11:59:59Z"), "event.occurredAt"),
    ("sessions/track", track(occurredAt="2026-06-15T12:05:01Z"), "event.occurredAt"),
    ("sessions/track", track(occurredAt=1e300), "event.occurredAt"),
    ("sessions/track", {**track(), "consent": "perhaps"}, "consent"),
    ("sessions/track", {**track(), "sentAt": "now"}, "sentAt"),
    ("sessions/track-interaction", {"sessionId": "s", "interaction": {}}, "interaction.category"),
    (
        "sessions/track-interaction",
        {"sessionId": "s", "interaction": {"category": "nest"}},
        "interaction.eventType",
    ),
    ("sessions/track-batch", {"sessionId": "s", "events": [CLICK] * 501}, "events"),
    (
        "sessions/track-batch",
        {"sessionId": "s", "events": [CLICK], "trackerVersion": "1\u0000"},
        "trackerVersion",
    ),
    ("sessions/create", {"sessionId": "ä"}, "sessionId"),
    ("sessions/create", {"deviceInfo": {"type": 1}}, "deviceInfo.type"),
    ("sessions/create", {"configuration": []}, "configuration"),
    ("sessions/save-configuration", save(configuration=None), "configuration"),
    ("sessions/save-configuration", save(configuration={"nest": 80}), "configuration.nest"),
    ("sessions/save-configuration", save(configuration=DEEP), "configuration"),
    (
        "sessions/save-configuration",
        save(configuration={f"c{n}": "x" for n in range(51)}),
        "configuration",
    ),
    ("sessions/save-configuration", save(configuration={"a": "x" * 17_000}), "configuration"),
    ("sessions/save-configuration", save(trigger="boredom"), "trigger"),
    ("sessions/save-configuration", save(clientPrice="12"), "clientPrice"),
    ("sessions/finalize", {"sessionId": "s"}, "conversionStatus"),
    ("sessions/finalize", {"sessionId": "s", "conversionStatus": "ongoing"}, "conversionStatus"),
    (
        "sessions/finalize",
        {"sessionId": "s", "conversionStatus": "converted", "orderId": "o" * 256},
        "orderId",
    ),
    ("performance/track", {}, "metricName"),
    ("performance/track", metric(value=None), "value"),
    ("performance/track", metric(metricName="m" * 101), "metricName"),
    ("performance/track", metric(additionalData=[1]), "additionalData"),
    ("performance/track", metric(additionalData={"a": "x" * 4100}), "additionalData"),
    ("performance/track", metric(additionalData=DEEP), "additionalData"),
    ("performance/track", metric(additionalData={"a": [2**64]}), "additionalData"),
    ("performance/track", metric(additionalData={"a": -(2**63) - 1}), "additionalData"),
    ("performance/track", metric(value=2**4000), "value"),
    ("sessions/create", {"configuration": {"nest": {"value": "a", "quantity": 2**64}}}, "config"),
    ("performance/track", {"metrics": [metric(), metric(value="x")]}, "metrics[1].value"),
    ("pricing/calculate", {}, "configuration"),
    ("pricing/calculate", {"configuration": {"nest": "nest81"}}, "configuration.nest"),
    ("pricing/calculate", {"configuration": {"nett": "nest80"}}, "configuration.nett"),
    ("pricing/calculate", {"configuration": {}, "priceList": "2024"}, "priceList"),
]


@pytest.mark.parametrize(("path", "body", "field"), BAD, ids=lambda value: str(value)[:60])
async def test_a_wrong_field_is_named_and_nothing_is_stored(
    api: Api, path: str, body: dict[str, Any], field: str
) -> None:
    answer = await api.post(f"/api/{path}", body)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["field"].startswith(field)
    assert problem["field"].split(".", maxsplit=1)[0] in problem["error"]
    assert (problem["status"], problem["title"]) == (400, "Bad Request")
    assert {"type", "detail"} <= set(problem)
    assert await api.deliveries() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"sessionId":"s","event":{"type":"click","category":"\\ud800"}}',
        b'{"sessionId":"s","event":{"type":"click","category":"\xc3"}}',
        b'{"sessionId":"s","event":{"type":"click","category":"a\x00b"}}',
        b'{"sessionId":"s","more":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        b"[" * 100_000,
    ],
    ids=lambda content: repr(content[:40]),
)
async def test_what_is_no_json_object_is_400(api: Api, content: bytes) -> None:
    answer = await api.client.post(
        "/api/sessions/track", content=content, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("body: ")


async def test_the_oldest_and_newest_times_that_are_taken(api: Api) -> None:
    for at in ("2026-06-08T12:00:00Z", "2026-06-15T12:05:00Z"):
        assert (await api.post("/api/sessions/track", track(occurredAt=at))).status_code == 202


@pytest.mark.parametrize("kind", ["application/xml", "multipart/form-data", "", "text/html"])
async def test_another_content_type_is_415(api: Api, kind: str) -> None:
    answer = await api.client.post(
        "/api/sessions/track", content=json.dumps(track()), headers={"Content-Type": kind}
    )

    assert answer.status_code == 415
    assert answer.json()["error"].startswith("Content-Type: ")


async def test_a_body_over_256_kib_is_413(api: Api) -> None:
    body = json.dumps(track(unasked="x" * (256 * 1024)))

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000].encode()

    kind = {"Content-Type": "application/json"}
    honest = await api.client.post("/api/sessions/track", content=body, headers=kind)
    chunked = await api.client.post("/api/sessions/track", content=chunks(), headers=kind)

    assert (honest.status_code, chunked.status_code) == (413, 413)
    assert honest.json()["error"] == "body: more than 256 KiB"


async def test_another_method_is_405_and_says_which_is_right(api: Api) -> None:
    answer = await api.client.get("/api/sessions/track")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
    assert answer.json()["status"] == 405


async def test_a_token_that_is_unknown_or_no_trackers_is_refused(api: Api) -> None:
    api.roles["nest_reader"] = Role.VIEWER
    body = {"sessionId": "s", "conversionStatus": "converted"}

    unknown = await api.post("/api/sessions/finalize", body, Authorization="Bearer nest_x")
    viewer = await api.post("/api/sessions/finalize", body, Authorization="Bearer nest_reader")

    assert (unknown.status_code, unknown.headers["www-authenticate"]) == (401, "Bearer")
    assert viewer.status_code == 403
    assert await api.deliveries() == []


async def test_refusals_are_counted_by_reason_and_sent_as_sums(api: Api) -> None:
    await api.post("/api/sessions/track", {})
    await api.post("/api/sessions/track", track(occurredAt="2026-06-01T00:00:00Z"))
    bad: list[dict[str, str]] = [{}, {}]
    await api.post("/api/sessions/track-batch", {"sessionId": "s", "events": bad})

    await api.refusals.flush()

    counts = [fact for fact in await api.facts() if isinstance(fact, RefusalCount)]
    assert {fact.reason: fact.count for fact in counts} == {"invalid": 3, "stale": 1}


class TestWhenSomethingFailsAfterwards:
    """A call whose entry is in the stream is answered whatever happens."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        def broken(_: object) -> None:
            raise RuntimeError("on purpose")

        return {"accepted": broken}

    async def test_it_is_an_error_of_ours(self, api: Api) -> None:
        answer = await api.post("/api/sessions/track", track())
        assert answer.status_code == 500
        assert len(await api.facts()) == 1
