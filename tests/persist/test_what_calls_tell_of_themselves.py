"""Which version of the tracker a session had, and how wrong the clock of its page was."""

from typing import Any

from nesthaus.domain.events import Delivery, Event
from tests.persist.conftest import Keep, Look
from tests.persist.traffic import FIREFOX, at, call, clicked, opened, saved

WEEK = 7 * 86_400


async def session(look: Look) -> dict[str, Any]:
    (row,) = await look("table user_sessions")
    return row


async def version(look: Look) -> str | None:
    return (await session(look))["tracker_version"]


def told(tracker_version: str, *facts: Event) -> Delivery:
    return call("anna", *facts, tracker_version=tracker_version)


async def test_a_version_is_that_of_the_earliest_call_whichever_came_first(
    keep: Keep, look: Look
) -> None:
    await keep(told("1.5", clicked(20)))
    await keep(told("1.4", clicked(10)), told("1.6", saved(30)))
    assert await version(look) == "1.4"
    await keep(told("1.3", opened(5)))
    assert await version(look) == "1.3"
    await keep(told("1.2", opened(8)), told("1.7", saved(9)))
    assert await version(look) == "1.3"


async def test_at_the_same_time_the_smaller_text_stands(keep: Keep, look: Look) -> None:
    await keep(told("1.5", clicked(1)))
    await keep(told("1.10", clicked(1, 2)))
    assert await version(look) == "1.10"


async def test_a_call_without_a_version_says_nothing_of_it(keep: Keep, look: Look) -> None:
    await keep(call("anna", opened(0), user_agent=FIREFOX))
    assert await version(look) is None
    await keep(told("1.5", clicked(20)))
    assert await version(look) == "1.5"


async def test_a_version_that_is_over_says_nothing(keep: Keep, look: Look) -> None:
    await keep(told("1.4", clicked(WEEK + 10)), now=WEEK)
    assert await version(look) == "1.4"
    await keep(told("", clicked(0)), now=WEEK)
    assert await version(look) is None
    await keep(told("1.5", clicked(20)), now=WEEK)
    assert await version(look) == "1.5"


async def test_versions_of_later_calls_are_not_kept(keep: Keep, look: Look) -> None:
    for second in range(5):
        await keep(told("1.4", clicked(second)))
    assert len(await look("table session_entries")) == 1


async def test_a_header_that_looks_like_a_version_is_kept_beside_it(keep: Keep, look: Look) -> None:
    await keep(call("anna", clicked(0), user_agent="1.4", tracker_version="1.4"))
    row = await session(look)
    assert (row["user_agent"], row["tracker_version"]) == ("1.4", "1.4")


def sent(seconds: float, received: float, *facts: Event) -> Delivery:
    return call("anna", *facts, sent_at=at(seconds), received_at=at(received))


async def test_the_clock_skew_is_the_least_of_all_calls_in_milliseconds(
    keep: Keep, look: Look
) -> None:
    """The least has waited least on its way."""
    await keep(sent(4.0, 5.0604, clicked(1)), sent(6, 6.5, clicked(2)))
    assert (await session(look))["clock_skew_ms"] == 500
    await keep(sent(9, 9.25, clicked(3)))
    assert (await session(look))["clock_skew_ms"] == 250
    await keep(sent(10, 12, clicked(4)), call("anna", clicked(5)))
    assert (await session(look))["clock_skew_ms"] == 250


async def test_of_a_clock_that_is_ahead_it_is_negative(keep: Keep, look: Look) -> None:
    await keep(sent(100, 10, clicked(1)))
    assert (await session(look))["clock_skew_ms"] == -90_000


async def test_a_call_sent_again_counts_too_and_asks_for_a_new_count(
    keep: Keep, look: Look
) -> None:
    await keep(sent(1, 9, opened(0)))
    await keep(sent(8, 10, opened(0)))
    assert (await session(look))["clock_skew_ms"] == 2_000
    assert len(await look("table recount_marks")) == 2


async def test_where_no_call_says_when_it_was_sent_there_is_none(keep: Keep, look: Look) -> None:
    await keep(call("anna", clicked(1)))
    assert (await session(look))["clock_skew_ms"] is None
