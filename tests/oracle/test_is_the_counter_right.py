"""Is what the product is held against right itself? A few calls, counted by hand."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import crawleruseragents
import pytest
from ua_parser import parse_user_agent

from tests.oracle.accepted import accept
from tests.oracle.agents import BY_TEXT, PEOPLE, Agent
from tests.oracle.calls import CREATE, FINALIZE, SAVE, TRACK, Call
from tests.oracle.chance import iso
from tests.oracle.compare import differences
from tests.oracle.counter import overview, price_distribution, selections
from tests.oracle.counter_ways import conversion_funnel, insights, paths, tracking_health
from tests.oracle.product import CATALOGUE
from tests.oracle.traffic import Plan, traffic
from tests.oracle.ways import returned_options
from tests.oracle.world import Json, World, world_of

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
NOW = NOON + timedelta(hours=2)
WEEK: Mapping[str, str] = {"timeRange": "7d"}
CHROME = {"user-agent": PEOPLE[0].text}


def call(seconds: float, path: str, session_id: str, **body: object) -> Call:
    """`seconds` after noon; received a second later."""
    at = NOON + timedelta(seconds=seconds)
    said = {"sessionId": session_id, "occurredAt": iso(at), **body}
    return Call(at + timedelta(seconds=1), path, CHROME, said)


def event(seconds: float, session_id: str, kind: str, category: str, **fields: object) -> Call:
    at = NOON + timedelta(seconds=seconds)
    said = {"type": kind, "category": category, "occurredAt": iso(at), **fields}
    body = {"sessionId": session_id, "event": said}
    return Call(at + timedelta(seconds=1), TRACK, CHROME, body)


def chose(seconds: float, session_id: str, category: str, value: str, **fields: object) -> Call:
    return event(seconds, session_id, "selection", category, value=value, **fields)


@pytest.fixture
def world() -> World:
    """Anna comes back to the small house and buys; Ben looks and goes."""
    house = {"nest": "nest80", "gebaeudehuelle": "trapezblech"}
    calls = [
        call(0, CREATE, "anna", utm={"source": "brief"}),
        chose(10, "anna", "nest", "nest80", timeSpent=1000, page="p", sequence=1),
        chose(20, "anna", "nest", "nest100", page="p", sequence=2),
        chose(30, "anna", "nest", "nest80", timeSpent=4000, page="p", sequence=4),
        event(400, "anna", "hover", "nest", page="p", sequence=5),
        chose(420, "anna", "gebaeudehuelle", "trapezblech", page="p", sequence=6),
        call(430, SAVE, "anna", configuration=house, clientPrice=1),
        call(440, FINALIZE, "anna", conversionStatus="converted"),
        event(0, "ben", "click", "nest"),
    ]
    return world_of(accept(calls, CATALOGUE), CATALOGUE, NOW)


def test_the_overview(world: World) -> None:
    assert overview(world, WEEK)["overview"] == {
        "totalSessions": 2,
        "totalInteractions": 6,
        "averageSessionDuration": 220.0,
        "conversionRate": 0.5,
        "convertedSessions": 1,
        "verifiedConversions": 0,
        "abandonedSessions": 1,
        "ongoingSessions": 0,
        "bounceRate": 0.5,
        "averagePrice": 213_032,
    }


def test_nothing_to_count(world: World) -> None:
    nothing = overview(world, {"since": "2026-01-01", "until": "2026-01-02"})
    assert nothing["daily"] == [
        {"date": "2026-01-01", "sessions": 0, "interactions": 0, "conversions": 0}
    ]
    assert differences({"conversionRate": None, "totalSessions": 0}, nothing["overview"]) == []


def test_selections_and_prices(world: World) -> None:
    expected: Json = {
        "items": [
            {"category": "gebaeudehuelle", "option": "trapezblech", "averageTimeMs": None},
            {"category": "nest", "option": "nest100", "selections": 1, "averageTimeMs": None},
            {"category": "nest", "option": "nest80", "selections": 2, "averageTimeMs": 2500},
        ]
    }
    assert differences(expected, selections(world, WEEK)) == []
    assert price_distribution(world, WEEK)["buckets"] == [
        {"from": 200_000, "to": 225_000, "sessions": 1, "converted": 1}
    ]


def test_the_funnel_and_the_way(world: World) -> None:
    steps = cast("list[Json]", conversion_funnel(world, WEEK)["steps"])
    assert [step["sessions"] for step in steps] == [2, 1, 1, 1, 1, 1, 1, 1]
    assert steps[0]["droppedOff"] == 1
    assert paths(world, WEEK)["links"] == [
        {"source": "nest", "target": "gebaeudehuelle", "count": 1},
        {"source": "gebaeudehuelle", "target": "converted", "count": 1},
    ]


def test_time_to_decide_leaves_out_long_pauses(world: World) -> None:
    """From the first choice of a nest (10 s) to the cladding (420 s), less a pause of 370 s."""
    told = insights(world, WEEK)
    expected: Json = {
        "decisionTime": [
            {"category": "nest", "converted": True, "medianMs": 30_000, "p90Ms": 30_000},
            {"category": "gebaeudehuelle", "converted": True, "medianMs": 40_000, "p90Ms": 40_000},
        ],
        "changesOfMind": [
            {
                "category": "nest",
                "option": "nest80",
                "chosen": 1,
                "abandonedFor": [],
                "returnedTo": 1,
            },
            {
                "category": "nest",
                "option": "nest100",
                "chosen": 1,
                "abandonedFor": [{"option": "nest80", "sessions": 1}],
                "returnedTo": 0,
            },
            {"category": "gebaeudehuelle", "option": "trapezblech", "chosen": 1},
        ],
    }
    assert differences(expected, told) == []


def test_what_was_lost(world: World) -> None:
    told = tracking_health(world, WEEK)
    assert (told["expected"], told["received"], told["priceMismatches"]) == (6, 5, 1)


def test_a_difference_is_told_with_its_path() -> None:
    expected = {"overview": {"rate": 0.5}, "items": [{"category": "a", "option": "b", "n": 1}]}
    got = {"overview": {"rate": 0.25}, "items": [{"category": "a", "option": "c", "n": 1}]}
    assert differences(expected, expected) == []
    assert differences(expected, got) == [
        "overview.rate: expected 0.5, got 0.25",
        "items[a / c]: expected no such row, got {'category': 'a', 'option': 'c', 'n': 1}",
        "items[a / b]: expected {'category': 'a', 'option': 'b', 'n': 1}, got no such row",
    ]


@pytest.mark.parametrize("agent", BY_TEXT.values())
def test_the_libraries_say_the_same_of_each_user_agent(agent: Agent) -> None:
    parsed = parse_user_agent(agent.text)
    assert parsed is not None
    assert parsed.family == agent.browser
    assert crawleruseragents.is_crawler(agent.text) == agent.is_bot


def test_the_traffic_has_everything_nasty() -> None:
    plan = Plan(seed=1, now=datetime(2025, 12, 5, 13, 20, tzinfo=UTC), days=45, sessions=150)
    calls = traffic(plan, CATALOGUE)
    accepted = accept(calls, CATALOGUE)
    sessions = world_of(accepted, CATALOGUE, plan.now).sessions
    assert [each.received_at for each in calls] == sorted(each.received_at for each in calls)
    assert {reason for _, reason in accepted.refusals} == {"no_consent", "stale", "ahead"}
    assert {each.status for each in sessions} == {"ongoing", "abandoned", "converted"}
    for few in (
        [each for each in sessions if each.is_bot and each.user_agent in {a.text for a in PEOPLE}],
        [each for each in sessions if each.over],
        [each for each in sessions if each.duplicates],
        [each for each in sessions if each.late],
        [each for each in sessions if each.verified],
        [each for each in sessions if each.duration_s > 86_400],
        [each for each in sessions if each.user_agent is None],
        [snapshot for each in sessions for snapshot in each.snapshots if not snapshot.options],
        [one for each in sessions for one in each.selections if one.value is None],
        [option for each in sessions for option in returned_options(each)],
        [one for each in sessions for one in each.snapshots if one.total_price_eur is None],
    ):
        assert len(few) >= 2
