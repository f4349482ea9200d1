"""What does each tracking call put into the stream, and what does it answer?

The clock stands at 2026-06-15 12:00 UTC; the price list in force is 2025-12.
"""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from nesthaus.access.actors import Role
from nesthaus.domain.configurations import Choice
from nesthaus.domain.events import Entry, Finalisation, Interaction, Metric, Outcome, Snapshot
from nesthaus.domain.identifiers import Uuid7Source, instant_of_uuid7
from tests.ingest.conftest import Api

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
EARLIER = datetime(2026, 6, 15, 11, 59, 58, 123000, tzinfo=UTC)
CHEAPEST = {
    "nest": "nest80",
    "gebaeudehuelle": "trapezblech",
    "innenverkleidung": "ohne_innenverkleidung",
    "fussboden": "ohne_belag",
    "belichtungspaket": "light",
    "fenster": "pvc_fenster",
    "planungspaket": "basis",
}


def event_id(at: datetime = EARLIER) -> str:
    return str(Uuid7Source().make(at))


async def test_create_without_an_id_makes_one_and_tells_the_servers_time(api: Api) -> None:
    answer = await api.post("/api/sessions/create", {})

    assert answer.status_code == 201
    told = answer.json()
    assert told["success"] is True
    assert len(told["sessionId"]) == 22
    assert told["serverTime"] == "2026-06-15T12:00:00.000Z"
    assert told["idleAfterS"] == 1_800
    assert told["flags"] == {}
    (delivery,) = await api.deliveries()
    assert delivery.session_id == told["sessionId"]
    assert delivery.received_at == NOON


async def test_create_stores_what_the_page_knows_and_cuts_what_is_too_long(api: Api) -> None:
    body = {
        "sessionId": "visit-1",
        "deviceInfo": {
            "type": "tablet",
            "userAgent": "Mozilla/5.0",
            "viewport": {"width": 820, "height": 1180},
        },
        "referrer": "https://example.at/" + "x" * 300,
        "utm": {"source": "newsletter", "medium": None, "campaign": "herbst"},
        "configuration": {"nest": "nest100", "fundament": True, "pvanlage": None},
        "occurredAt": "2026-06-15T13:59:58.1239+02:00",
    }

    assert (await api.post("/api/sessions/create", body)).status_code == 201

    (fact,) = await api.facts()
    assert isinstance(fact, Entry)
    assert fact.at == EARLIER
    assert (fact.device_type, fact.user_agent) == ("tablet", "Mozilla/5.0")
    assert (fact.viewport_width, fact.viewport_height) == (820, 1180)
    assert fact.referrer == "https://example.at/" + "x" * 236
    assert (fact.utm_source, fact.utm_medium, fact.utm_campaign) == ("newsletter", None, "herbst")
    assert fact.configuration == {
        "nest": Choice(value="nest100"),
        "fundament": Choice(value=True),
    }


async def test_track_takes_time_and_id_from_the_event_id(api: Api) -> None:
    identifier = event_id()
    event = {
        "type": "selection",
        "category": "nest",
        "elementId": "e" * 120,
        "value": "nest120",
        "previousValue": "nest80",
        "timeSpent": 1499.6,
        "cause": "user",
        "eventId": identifier,
        "occurredAt": "2020-01-01T00:00:00Z",
        "page": "p1",
        "sequence": 3,
        "viewport": {"width": 390, "height": 844},
    }

    answer = await api.post("/api/sessions/track", {"sessionId": "s", "event": event})

    assert (answer.status_code, answer.json()) == (202, {"success": True, "eventId": identifier})
    (fact,) = await api.facts()
    assert isinstance(fact, Interaction)
    assert (fact.id, fact.at) == (UUID(identifier), EARLIER)
    assert (fact.type, fact.category, fact.value) == ("selection", "nest", "nest120")
    assert fact.previous_value == "nest80"
    assert fact.element_id == "e" * 100
    assert fact.time_spent_ms == 1500
    assert (fact.page, fact.sequence) == ("p1", 3)
    assert (fact.viewport_width, fact.viewport_height) == (390, 844)


async def test_an_event_without_an_id_gets_one_with_the_time_it_names(api: Api) -> None:
    event = {"type": "click", "category": "nest", "occurredAt": 1781524798123}

    answer = await api.post("/api/sessions/track", {"sessionId": "s", "event": event})

    assert instant_of_uuid7(UUID(answer.json()["eventId"])) == EARLIER


async def test_the_plans_spelling_of_an_event_means_the_same(api: Api) -> None:
    interaction = {
        "eventType": "click",
        "category": "gebaeudehuelle",
        "selectionValue": "holzlattung",
        "deviceInfo": {"type": "mobile", "width": 390, "height": 844},
    }
    body = {"sessionId": "s", "interaction": interaction}

    assert (await api.post("/api/sessions/track-interaction", body)).status_code == 202

    (fact,) = await api.facts()
    assert isinstance(fact, Interaction)
    assert (fact.type, fact.category, fact.value) == ("click", "gebaeudehuelle", "holzlattung")
    assert (fact.device_type, fact.viewport_width, fact.viewport_height) == ("mobile", 390, 844)
    assert fact.at == NOON


async def test_more_than_24_hours_spent_count_as_24_hours(api: Api) -> None:
    event = {"type": "click", "category": "nest", "timeSpent": 1e300}

    await api.post("/api/sessions/track", {"sessionId": "s", "event": event})

    (fact,) = await api.facts()
    assert isinstance(fact, Interaction)
    assert fact.time_spent_ms == 86_400_000


async def test_good_events_of_a_batch_are_kept_when_others_are_refused(api: Api) -> None:
    events = [
        {"type": "click", "category": "nest"},
        {"type": "Click!", "category": "nest"},
        {"eventType": "scroll", "category": "page"},
        {"type": "click"},
        {"type": "click", "category": "nest", "occurredAt": "2026-06-01T00:00:00Z"},
        {"type": "click", "category": "ne\u0000st"},
    ]

    answer = await api.post("/api/sessions/track-batch", {"sessionId": "s", "events": events})

    assert answer.status_code == 202
    assert answer.json() == {
        "success": True,
        "accepted": 2,
        "rejected": [
            {"index": 1, "error": "events[1].type: expected a-z, then up to 49 of a-z 0-9 _"},
            {"index": 3, "error": "events[3].category: is missing"},
            {"index": 4, "error": "events[4].occurredAt: the time is more than 7 days past"},
            {"index": 5, "error": "events[5].category: contains the character U+0000"},
        ],
    }
    (delivery,) = await api.deliveries()
    assert [event.type for event in delivery.events if isinstance(event, Interaction)] == [
        "click",
        "scroll",
    ]


async def test_a_saved_configuration_is_priced_by_the_list_of_its_time(api: Api) -> None:
    body = {
        "sessionId": "s",
        "configuration": CHEAPEST | {"names": None},
        "trigger": "order_attempt",
        "clientPrice": 228138,
    }

    answer = await api.post("/api/sessions/save-configuration", body)

    assert answer.json() == {
        "success": True,
        "totalPrice": 228139,
        "completionPercentage": 100.0,
        "priceListVersion": "2025-12",
    }
    (fact,) = await api.facts()
    assert isinstance(fact, Snapshot)
    assert fact.total_price_eur == 228139
    assert fact.client_price_eur == 228138
    assert fact.trigger == "order_attempt"


async def test_a_configuration_that_cannot_be_priced_is_stored_with_the_reason(api: Api) -> None:
    body = {"sessionId": "s", "configuration": {"nest": "nest80", "fussboden": "marmor"}}

    answer = await api.post("/api/sessions/save-config", body)

    assert answer.status_code == 202
    told = answer.json()
    assert told["totalPrice"] is None
    assert "fussboden" in told["priceError"]
    assert "marmor" in told["priceError"]
    (fact,) = await api.facts()
    assert isinstance(fact, Snapshot)
    assert (fact.total_price_eur, fact.price_error) == (None, told["priceError"])
    assert fact.configuration["fussboden"] == Choice(value="marmor")
    assert fact.trigger == "auto_save"


async def test_finalize_stores_the_end_and_the_final_configuration(api: Api) -> None:
    body = {
        "sessionId": "s",
        "conversionStatus": "converted",
        "orderId": "A-17",
        "exitPage": "/danke",
        "config": {"nest": "nest80"},
        "finalConfiguration": None,
    }

    answer = await api.post("/api/sessions/finalize", body)

    assert (answer.status_code, answer.json()) == (202, {"success": True})
    snapshot, finalisation = await api.facts()
    assert isinstance(snapshot, Snapshot)
    assert (snapshot.total_price_eur, snapshot.trigger) == (213032, None)
    assert isinstance(finalisation, Finalisation)
    assert finalisation.outcome is Outcome.CONVERTED
    assert (finalisation.order_id, finalisation.exit_page) == ("A-17", "/danke")
    assert finalisation.verified is False


@pytest.mark.parametrize("settings", [{"flags": {"s": {"hover": True, "scroll": False}}}])
async def test_a_session_is_told_its_flags(api: Api) -> None:
    told = (await api.post("/api/sessions/create", {"sessionId": "s"})).json()
    unstored = (
        await api.post("/api/sessions/create", {"sessionId": "s", "consent": "none"})
    ).json()
    assert told["flags"] == unstored["flags"] == {"hover": True, "scroll": False}
    (entry,) = await api.facts()
    assert isinstance(entry, Entry)
    assert entry.flags == told["flags"]


async def test_a_null_configuration_erases_nothing_because_it_stores_nothing(api: Api) -> None:
    body = {"sessionId": "s", "conversionStatus": "abandoned", "config": None}

    await api.post("/api/sessions/finalize", body)

    (fact,) = await api.facts()
    assert isinstance(fact, Finalisation)


async def test_a_conversion_reported_with_a_trackers_token_is_verified(api: Api) -> None:
    api.roles["nest_shop"] = Role.TRACKER
    body = {"sessionId": "s", "conversionStatus": "converted"}

    await api.post("/api/sessions/finalize", body, Authorization="Bearer nest_shop")

    (fact,) = await api.facts()
    assert isinstance(fact, Finalisation)
    assert fact.verified is True


async def test_a_server_that_reports_a_conversion_tells_nothing_of_the_visitors_browser(
    api: Api,
) -> None:
    """Its program would be taken for an automation tool, and the sale for a bot's."""
    api.roles["nest_shop"] = Role.TRACKER
    body = {"sessionId": "s", "conversionStatus": "converted"}

    await api.post("/api/sessions/finalize", body, User_Agent="Firefox")
    await api.post(
        "/api/sessions/finalize", body, Authorization="Bearer nest_shop", User_Agent="node"
    )

    page, server = await api.deliveries()
    assert (page.user_agent, page.address) == ("Firefox", "203.0.113.0")
    assert (server.user_agent, server.address) == (None, None)


async def test_metrics_come_one_by_one_or_as_a_list(api: Api) -> None:
    one = {"metricName": "image_load_time", "value": 12.5, "unit": "ms", "sessionId": "s"}
    several = {"metrics": [one, {"metricName": "lcp", "value": 2, "additionalData": {"a": [1]}}]}

    assert (await api.post("/api/performance/track", one)).json()["accepted"] == 1
    assert (await api.post("/api/performance/track", several)).json()["accepted"] == 2

    facts = await api.facts()
    assert [(fact.name, fact.value) for fact in facts if isinstance(fact, Metric)] == [
        ("image_load_time", 12.5),
        ("image_load_time", 12.5),
        ("lcp", 2.0),
    ]
    assert all(delivery.session_id is None for delivery in await api.deliveries())


async def test_a_beacon_sends_json_as_plain_text(api: Api) -> None:
    answer = await api.client.post(
        "/api/sessions/track",
        content=b'{"sessionId":"s","event":{"type":"click","category":"nest"}}',
        headers={"Content-Type": "text/plain;charset=UTF-8"},
    )

    assert answer.status_code == 202
    assert len(await api.facts()) == 1


async def test_an_address_is_kept_only_to_its_24(api: Api) -> None:
    await api.post("/api/sessions/create", {}, User_Agent="Firefox")

    (delivery,) = await api.deliveries()
    assert (delivery.address, delivery.user_agent) == ("203.0.113.0", "Firefox")
