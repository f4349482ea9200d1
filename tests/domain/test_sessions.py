"""What a session is, as pure functions: any order of the facts gives the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesthaus.domain.events import Outcome
from nesthaus.domain.sessions import (
    EntryFacts,
    FinalisationFacts,
    Status,
    attributes_of,
    duration_s,
    ending_of,
    status_at,
)

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
IDLE_AFTER = timedelta(minutes=30)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def entry(seconds: float, **told: Any) -> EntryFacts:
    facts: dict[str, Any] = dict.fromkeys(EntryFacts.__slots__)
    facts.update(at=at(seconds), over=False, implied=False)
    facts.update(told)
    return EntryFacts(**facts)


def finalised(seconds: float, outcome: Outcome, **told: Any) -> FinalisationFacts:
    facts: dict[str, Any] = {"exit_page": None, "order_id": None, "verified": False}
    facts.update(at=at(seconds), over=False, outcome=outcome)
    facts.update(told)
    return FinalisationFacts(**facts)


@pytest.mark.parametrize(
    ("now", "abandoned", "converted", "status"),
    [
        (1_800, None, None, Status.ONGOING),
        (1_800.001, None, None, Status.ABANDONED),
        (1, 0, None, Status.ABANDONED),
        (1, -1, None, Status.ONGOING),
        (9_999, 0, -99, Status.CONVERTED),
    ],
)
def test_status_follows_from_three_times_and_the_clock(
    now: float, abandoned: float | None, converted: float | None, status: Status
) -> None:
    """The last activity is at noon."""
    told = status_at(
        at(now),
        IDLE_AFTER,
        last_activity=at(0),
        abandoned_at=None if abandoned is None else at(abandoned),
        converted_at=None if converted is None else at(converted),
    )
    assert told is status


def test_a_duration_is_in_whole_seconds() -> None:
    assert duration_s(at(0), at(59.999)) == 59


def test_ties_go_to_the_smaller_text() -> None:
    attributes = attributes_of([entry(0, utm_source="b"), entry(0, utm_source="a")])
    assert attributes.utm_source == "a"


def test_an_empty_text_is_none_at_all() -> None:
    attributes = attributes_of([entry(0, referrer=""), entry(1, referrer="https://a.example")])
    assert attributes.referrer == "https://a.example"


def test_a_device_type_that_is_none_does_not_stand_in_the_way() -> None:
    attributes = attributes_of([entry(0, device_type="fridge"), entry(1, device_type="tablet")])
    assert attributes.device_type == "tablet"


def test_what_is_over_says_nothing() -> None:
    attributes = attributes_of([entry(0, utm_source="mail", over=True)])
    assert attributes.utm_source is None


def test_a_header_counts_only_where_no_page_said_its_user_agent() -> None:
    header = entry(0, header_user_agent="header", implied=True)
    page = entry(5, user_agent="page", header_user_agent="another header")
    assert attributes_of([header]).user_agent == "header"
    assert attributes_of([header, page]).user_agent == "page"


def test_the_latest_page_is_the_exit_page_ties_by_the_smaller_text() -> None:
    ending = ending_of(
        [
            finalised(0, Outcome.ABANDONED, exit_page="/first"),
            finalised(9, Outcome.ABANDONED, exit_page="/b"),
            finalised(9, Outcome.ABANDONED, exit_page="/a"),
            finalised(10, Outcome.ABANDONED),
        ],
        (),
    )
    assert ending.exit_page == "/a"
    assert ending.abandoned_at == at(10)


def test_the_order_of_another_session_is_no_conversion() -> None:
    conversions = [
        finalised(0, Outcome.CONVERTED, order_id="1", verified=True),
        finalised(5, Outcome.CONVERTED, order_id="2"),
    ]
    ending = ending_of(conversions, {"1"})
    assert (ending.converted_at, ending.order_id, ending.verified_at) == (at(5), "2", None)
    assert ending_of(conversions, {"1", "2"}).converted_at is None


entries = st.builds(
    entry,
    st.integers(0, 3),
    over=st.booleans(),
    implied=st.booleans(),
    user_agent=st.sampled_from([None, "", "a", "b"]),
    header_user_agent=st.sampled_from([None, "c", "d"]),
    device_type=st.sampled_from([None, "mobile", "tablet", "fridge"]),
    viewport_width=st.sampled_from([None, 390, 1280]),
    viewport_height=st.sampled_from([None, 844, 720]),
    utm_source=st.sampled_from([None, "x", "y"]),
)
finalisations = st.builds(
    finalised,
    st.integers(0, 3),
    st.sampled_from(Outcome),
    over=st.booleans(),
    exit_page=st.sampled_from([None, "/a", "/b"]),
    order_id=st.sampled_from([None, "1", "2"]),
    verified=st.booleans(),
)


@given(told=st.lists(entries, max_size=6), data=st.data())
def test_attributes_do_not_depend_on_the_order(told: list[EntryFacts], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(told + told[:2]))
    assert attributes_of(shuffled) == attributes_of(told)


@given(told=st.lists(finalisations, max_size=6), data=st.data())
def test_an_ending_does_not_depend_on_the_order(
    told: list[FinalisationFacts], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(told + told[:2]))
    assert ending_of(shuffled, {"2"}) == ending_of(told, {"2"})
