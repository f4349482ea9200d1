"""Is seeded traffic the same for the same plan, believable, and priced by the lists of its time?"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from nesthaus.catalogue import load_catalogue
from nesthaus.domain.appraisals import appraise
from nesthaus.domain.events import (
    Cause,
    Delivery,
    Entry,
    Event,
    Finalisation,
    Interaction,
    Metric,
    Outcome,
    Snapshot,
    Trigger,
)
from nesthaus.domain.identifiers import instant_of, instant_of_uuid7
from nesthaus.domain.visitors import device_type, program_behind
from nesthaus.ingest.facts import NEWEST, OLDEST
from nesthaus.seed import MARKED
from nesthaus.seed.devices import CRAWLERS, DEVICES
from nesthaus.seed.hours import start_times
from nesthaus.seed.plan import Plan
from nesthaus.seed.traffic import Traffic
from nesthaus.seed.visitors import BOTS, TEMPERAMENTS, Crowd, Visitor
from tests.prices import CATALOGUE

VIENNA = ZoneInfo("Europe/Vienna")
UNTIL = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
PLAN = Plan(sessions=1_500, days=400, seed=7, until=UNTIL)
F = TypeVar("F", Entry, Interaction, Snapshot, Finalisation, Metric)


@pytest.fixture(scope="module")
def sessions() -> list[tuple[Delivery, ...]]:
    return list(Traffic(PLAN, CATALOGUE))


def facts(deliveries: Iterable[Delivery], kind: type[F]) -> Iterator[F]:
    for delivery in deliveries:
        for fact in delivery.events:
            if isinstance(fact, kind):
                yield fact


def all_of(sessions: Iterable[tuple[Delivery, ...]], kind: type[F]) -> list[F]:
    return [fact for session in sessions for fact in facts(session, kind)]


def test_the_same_plan_makes_the_same_traffic(sessions: list[tuple[Delivery, ...]]) -> None:
    assert list(Traffic(PLAN, CATALOGUE)) == sessions


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAN, seed=8),
        replace(PLAN, sessions=1_501),
        replace(PLAN, days=401),
        replace(PLAN, until=UNTIL - timedelta(hours=1)),
    ],
)
def test_another_plan_makes_other_sessions(
    sessions: list[tuple[Delivery, ...]], other: Plan
) -> None:
    known = {delivery.session_id for session in sessions for delivery in session}
    new = {delivery.session_id for session in Traffic(other, CATALOGUE) for delivery in session}
    assert known & new == {None}


def test_each_session_is_one_of_the_plan_and_bears_the_mark(
    sessions: list[tuple[Delivery, ...]],
) -> None:
    names = [{each.session_id for each in session} - {None} for session in sessions]
    assert len(sessions) == 1_500
    assert all(len(each) == 1 for each in names)
    assert len(set[str | None]().union(*names)) == 1_500
    assert all(re.fullmatch(MARKED, str(name)) for (name,) in names)


def test_every_kind_of_visitor_occurs() -> None:
    crowd, random = Crowd(Random(1), VIENNA), Random(2)
    visitors: list[Visitor] = []
    for at_ms in start_times(random, 3_000, PLAN.since(VIENNA), UNTIL, VIENNA):
        visitors.append(crowd.next(at_ms))
        crowd.leaves(visitors[-1], ordered=False)

    assert {v.temperament.name for v in visitors} == {t.name for t in TEMPERAMENTS.things}
    assert {v.device for v in visitors} == {*DEVICES.things, *CRAWLERS.things}
    assert {v.visits for v in visitors} == {1, 2, 3, 4}
    assert any(v.clock_ahead_ms > 20_000 for v in visitors)
    assert any(v.clock_ahead_ms < -60_000 and not v.is_corrected for v in visitors)
    assert any(v.loses_connection for v in visitors)
    assert len({v.source.utm_campaign for v in visitors}) == 9
    assert 0.01 < sum(v.temperament in BOTS for v in visitors) / 3_000 < 0.08


def test_everything_a_page_can_tell_occurs(sessions: list[tuple[Delivery, ...]]) -> None:
    types = Counter(each.type for each in all_of(sessions, Interaction))
    assert set(types) == {"page_view", "click", "scroll", "hover", "selection"}
    snapshots = all_of(sessions, Snapshot)
    assert {each.trigger for each in snapshots} == set(Trigger)
    assert {each.completion_percentage for each in snapshots} >= {50.0, 100.0}
    assert any(each.price_error for each in snapshots)
    assert any(each.client_price_eur for each in snapshots)
    ends = all_of(sessions, Finalisation)
    assert {(each.outcome, each.verified) for each in ends} == {
        (Outcome.ABANDONED, False),
        (Outcome.CONVERTED, False),
        (Outcome.CONVERTED, True),
    }
    orders = [each.order_id for each in ends if each.outcome == Outcome.CONVERTED]
    assert all(each is not None and each.startswith("seed-order-") for each in orders)
    assert {each.name for each in all_of(sessions, Metric)} >= {"LCP", "INP", "CLS", "TTFB"}
    assert {each.name for each in all_of(sessions, Metric)} >= {
        "image_load_time",
        "api_response_time",
        "price_calc_time",
    }


def test_selections_tell_where_they_come_from(sessions: list[tuple[Delivery, ...]]) -> None:
    """Where nothing was lost: each selection of a category begins where the last one ended."""
    checked = 0
    for session in sessions:
        shown = {
            category: choice.value
            for entry in facts(session, Entry)
            for category, choice in (entry.configuration or {}).items()
        }
        sequences = [each.sequence for each in facts(session, Interaction)]
        if any(b not in {a + 1, 1} for a, b in pairwise(sequences) if a and b):
            continue
        for each in facts(session, Interaction):
            if each.type == "selection" and each.category is not None:
                before = shown.get(each.category)
                assert each.previous_value == before or before is True
                shown[each.category] = each.value
                assert (each.time_spent_ms is not None) == (each.cause is Cause.USER)
                checked += 1
    assert checked > 2_000


def test_undecided_visitors_come_back_to_an_option(sessions: list[tuple[Delivery, ...]]) -> None:
    returned = 0
    for session in sessions:
        by_category: dict[str | None, list[str | None]] = {}
        for each in facts(session, Interaction):
            if each.type == "selection":
                by_category.setdefault(each.category, []).append(each.value)
        returned += any(
            first == third != second
            for values in by_category.values()
            for first, second, third in zip(values, values[1:], values[2:], strict=False)
        )
    assert returned > 50


def test_sessions_end_at_every_step(sessions: list[tuple[Delivery, ...]]) -> None:
    """By the last category somebody selected something in, or none."""
    last = Counter(
        next(
            (e.category for e in reversed([*facts(s, Interaction)]) if e.type == "selection"), None
        )
        for s in sessions
    )
    newest = {category.id for category in CATALOGUE.lists[-1].categories}
    assert newest | {None} <= set(last)
    ordered = sum(
        any(each.outcome == Outcome.CONVERTED for each in facts(session, Finalisation))
        for session in sessions
    )
    assert 0.01 < ordered / len(sessions) < 0.08


def test_history_is_priced_by_the_lists_of_its_time(sessions: list[tuple[Delivery, ...]]) -> None:
    snapshots = all_of(sessions, Snapshot)
    for each in snapshots:
        price_list = CATALOGUE.in_force_at(each.at)
        expected = appraise(each.configuration, price_list)
        assert each.price_list_version == price_list.version
        assert each.total_price_eur == expected.total_price_eur
        assert each.configuration_hash == expected.configuration_hash
        assert each.completion_percentage == expected.completion_percentage
    versions = Counter(each.price_list_version for each in snapshots)
    assert min(versions[version] for version in ("2025-06", "2025-08", "2025-12")) > 100


def test_options_are_those_of_the_list_in_force(sessions: list[tuple[Delivery, ...]]) -> None:
    for each in all_of(sessions, Interaction):
        if each.type != "selection" or each.category is None or each.value is None:
            continue
        # A page that is open at midnight still shows the list of the day before; a slow clock may
        # say that it is still that day.
        times = (each.at - timedelta(days=1), each.at, each.at + timedelta(days=1))
        lists = [CATALOGUE.in_force_at(at) for at in times]
        offered = [one.categories_by_id.get(each.category) for one in lists]
        assert any(category and each.value in category.option_labels for category in offered)


def test_times_are_those_the_tracking_api_would_have_taken(
    sessions: list[tuple[Delivery, ...]],
) -> None:
    late = 0
    for delivery in (each for session in sessions for each in session):
        assert delivery.received_at <= UNTIL
        for fact in delivery.events:
            assert delivery.received_at - OLDEST <= fact.at <= delivery.received_at + NEWEST
            assert instant_of_uuid7(fact.id) == fact.at
            late += delivery.received_at - fact.at > timedelta(seconds=60)
    assert late > 50


def test_an_id_names_one_fact_and_some_are_sent_again(
    sessions: list[tuple[Delivery, ...]],
) -> None:
    """As where an answer was lost: the same facts, received again some seconds later."""
    known: dict[UUID, tuple[Event, str | None]] = {}
    received: dict[UUID, list[datetime]] = {}
    for delivery in (each for session in sessions for each in session):
        for fact in delivery.events:
            assert known.setdefault(fact.id, (fact, delivery.session_id)) == (
                fact,
                delivery.session_id,
            )
            received.setdefault(fact.id, []).append(delivery.received_at)
    again = {identifier: times for identifier, times in received.items() if len(times) > 1}
    assert 0.001 < len(again) / len(received) < 0.02
    for identifier, times in again.items():
        assert not isinstance(known[identifier][0], Entry | Metric)
        assert len(set(times)) == len(times)


def test_trackers_are_replaced_now_and_then(sessions: list[tuple[Delivery, ...]]) -> None:
    """By another version every two months; a few visitors still have the one before."""
    days: dict[str, list[date]] = {}
    for delivery in (each for session in sessions for each in session):
        if delivery.sent_at is None:  # of the shop's own server
            assert delivery.tracker_version is None
            continue
        assert delivery.tracker_version is not None
        days.setdefault(delivery.tracker_version, []).append(delivery.received_at.date())
    assert set(days) >= {"25.5", "25.7", "25.9", "25.11", "26.1", "26.3", "26.5"}
    told = Counter({version: len(each) for version, each in days.items()})
    of_june = {each for each in days["26.5"] if each >= date(2026, 6, 1)}
    assert len(of_june) > 10
    assert any(each >= date(2026, 5, 2) for each in days["26.3"])
    assert not any(each >= date(2026, 5, 2) for each in days["26.1"])
    assert min(told[version] for version in ("25.7", "25.9", "25.11", "26.1", "26.3")) > 500


def test_clocks_are_slow_and_fast(sessions: list[tuple[Delivery, ...]]) -> None:
    skews_s = [
        (delivery.received_at - delivery.sent_at).total_seconds()
        for session in sessions
        for delivery in session
        if delivery.sent_at is not None
    ]
    assert min(skews_s) < -20
    assert max(skews_s) > 60
    assert abs(sorted(skews_s)[len(skews_s) // 2]) < 2


def test_events_are_lost_now_and_then(sessions: list[tuple[Delivery, ...]]) -> None:
    numbers: dict[str | None, set[int]] = {}
    for each in all_of(sessions, Interaction):
        assert each.sequence is not None
        numbers.setdefault(each.page, set()).add(each.sequence)
    expected = sum(max(each) for each in numbers.values())
    received = sum(len(each) for each in numbers.values())
    assert 0 < 1 - received / expected < 0.01


def test_devices_are_what_their_user_agents_say() -> None:
    types = {
        device_type(each.said_type, each.user_agent).value: each.is_mobile
        for each in DEVICES.things
    }
    assert types == {"mobile": True, "tablet": False, "desktop": False}
    for each in DEVICES.things:
        kind = device_type(each.said_type, each.user_agent)
        assert (kind == "mobile") == each.is_mobile
        assert program_behind(each.user_agent) is None
    assert all(program_behind(each.user_agent) for each in CRAWLERS.things)


def test_people_come_by_day_and_on_sundays() -> None:
    hours: Counter[int] = Counter()
    weekdays: Counter[int] = Counter()
    for at_ms in start_times(Random(3), 20_000, datetime(2026, 1, 1, tzinfo=UTC), UNTIL, VIENNA):
        local = instant_of(at_ms).astimezone(VIENNA)
        hours[local.hour] += 1
        weekdays[local.weekday()] += 1
    assert hours[20] > 10 * hours[3]
    assert weekdays.most_common(1)[0][0] == 6


@pytest.mark.parametrize("count", [1, 2, 500])
@pytest.mark.parametrize("until", [UNTIL, datetime(2026, 6, 14, 22, 0, 0, 1_000, tzinfo=UTC)])
def test_beginnings_are_in_order_and_within_the_days(count: int, until: datetime) -> None:
    plan = Plan(count, 1, 1, until)
    since = plan.since(VIENNA)
    times = [instant_of(at_ms) for at_ms in start_times(Random(1), count, since, until, VIENNA)]
    assert since.astimezone(VIENNA).date() == date(2026, 6, 15)
    assert len(times) == count
    assert times == sorted(times)
    assert since <= times[0]
    assert times[-1] < until


@pytest.mark.parametrize(("sessions", "days"), [(0, 1), (10_000_001, 1), (1, 0), (1, 1_001)])
def test_a_plan_has_bounds(sessions: int, days: int) -> None:
    with pytest.raises(ValueError, match=f"no plan: {sessions} sessions on {days} days"):
        Plan(sessions, days, 1, UNTIL)


def test_another_manufacturers_catalogue_does_too() -> None:
    folder = Path(__file__).parent.parent / "catalogue" / "bicycles"
    bicycles = load_catalogue(VIENNA, folder)
    sessions = list(Traffic(Plan(300, 30, 1, UNTIL), bicycles))
    priced = [each for each in all_of(sessions, Snapshot) if each.total_price_eur]
    assert len(priced) > 100
    categories = {category.id for category in bicycles.lists[-1].categories}
    assert {
        e.category for e in all_of(sessions, Interaction) if e.type == "selection"
    } <= categories
