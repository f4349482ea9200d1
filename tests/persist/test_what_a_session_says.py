"""Attributes, times and prices of a session, whichever of its facts comes first."""

from datetime import timedelta
from typing import Any

import pytest

from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements
from nesthaus.persist.sessions import SESSION_COLUMNS
from tests.persist.conftest import Keep, Look
from tests.persist.traffic import (
    CHROME,
    FIREFOX,
    abandoned,
    at,
    call,
    clicked,
    converted,
    opened,
    saved,
)

WEEK = 7 * 86_400


async def session(look: Look) -> dict[str, Any]:
    (row,) = await look("table user_sessions")
    return row


async def test_a_session_nobody_opened_takes_the_header_of_its_earliest_call(
    keep: Keep, look: Look
) -> None:
    await keep(call("anna", clicked(20), user_agent=FIREFOX))
    await keep(call("anna", clicked(30), user_agent=None))
    await keep(call("anna", clicked(10), user_agent=CHROME))
    row = await session(look)
    assert (row["browser_name"], row["device_type"]) == ("Chrome", "desktop")
    assert (row["referrer_host"], row["utm_source"]) == ("direct", "direct")


async def test_a_header_that_comes_after_calls_without_one_counts(keep: Keep, look: Look) -> None:
    await keep(call("anna", clicked(10)))
    await keep(call("anna", clicked(20), user_agent=FIREFOX))
    assert (await session(look))["browser_name"] == "Firefox"


async def test_what_the_page_says_of_its_browser_goes_before_any_header(
    keep: Keep, look: Look
) -> None:
    await keep(call("anna", clicked(10), user_agent=CHROME))
    await keep(call("anna", opened(20, user_agent=FIREFOX), user_agent=CHROME))
    assert (await session(look))["user_agent"] == FIREFOX


async def test_headers_of_later_calls_are_not_kept(keep: Keep, look: Look) -> None:
    for second in range(5):
        await keep(call("anna", clicked(second), user_agent=FIREFOX))
    assert len(await look("table session_entries")) == 1


async def test_nothing_at_all_is_told_by_the_word_unknown(keep: Keep, look: Look) -> None:
    await keep(call("anna", clicked(10)))
    row = await session(look)
    assert (row["browser_name"], row["device_type"], row["bot_reason"]) == (
        "unknown",
        "unknown",
        None,
    )


async def test_each_attribute_is_that_of_the_earliest_entry_that_has_it(
    keep: Keep, look: Look
) -> None:
    await keep(call("anna", opened(5, utm_source="mail", referrer="https://late.example/x")))
    await keep(call("anna", opened(1, referrer="https://Early.example/y", viewport=(390, 844))))
    row = await session(look)
    assert (row["utm_source"], row["referrer_host"]) == ("mail", "early.example")
    assert (row["viewport_width"], row["viewport_height"]) == (390, 844)


async def test_a_last_price_is_that_of_the_latest_configuration_that_has_one(
    keep: Keep, look: Look
) -> None:
    await keep(call("anna", saved(30, option="nest-160", price=None)))
    await keep(call("anna", saved(20, option="none", price=0)))
    await keep(call("anna", saved(10, option="nest-80", price=213_032, price_list="2025-12")))
    row = await session(look)
    assert (row["last_price"], row["last_price_list_version"]) == (213_032, "2025-12")
    assert row["final_configuration"] == {"nest": "nest-160"}
    assert (row["final_configuration_hash"], row["final_snapshot_at"]) == (
        "hash of nest-160",
        at(30),
    )


async def test_a_click_leaves_the_final_configuration_alone(keep: Keep, look: Look) -> None:
    await keep(call("anna", saved(10)))
    await keep(call("anna", clicked(20)))
    assert (await session(look))["final_configuration"] == {"nest": "nest-80"}


async def test_a_finalisation_that_says_nothing_erases_nothing(keep: Keep, look: Look) -> None:
    await keep(call("anna", converted(10, order_id="4711", exit_page="/danke"), saved(10)))
    await keep(call("anna", abandoned(20)))
    row = await session(look)
    assert (row["conversion_status"], row["order_id"]) == ("converted", "4711")
    assert (row["exit_page"], row["last_price"]) == ("/danke", 213_032)


async def test_a_visitor_who_comes_back_after_leaving_is_ongoing(keep: Keep, look: Look) -> None:
    await keep(call("anna", abandoned(10)))
    assert (await session(look))["conversion_status"] == "abandoned"
    await keep(call("anna", clicked(20)))
    row = await session(look)
    assert (row["conversion_status"], row["end_time"]) == ("ongoing", None)
    assert row["abandoned_at"] == at(10)


async def test_what_lies_more_than_seven_days_after_the_start_is_stored_and_left_out(
    keep: Keep, look: Look
) -> None:
    await keep(
        call("anna", clicked(0), clicked(WEEK), clicked(WEEK + 0.001), saved(WEEK + 1)), now=WEEK
    )
    row = await session(look)
    assert (row["last_activity"], row["latest_seen"]) == (at(WEEK), at(WEEK + 1))
    assert (row["session_duration"], row["total_interactions"]) == (WEEK, 2)
    assert (row["last_price"], row["final_configuration"]) == (None, None)
    over = await look("select timestamp, over from interaction_events order by timestamp")
    assert [each["over"] for each in over] == [False, False, True]


async def test_a_start_that_moves_takes_stored_rows_out_of_the_figures(
    keep: Keep, look: Look
) -> None:
    await keep(call("anna", opened(WEEK, utm_source="mail"), user_agent=FIREFOX))
    await keep(call("anna", clicked(WEEK + 5), saved(WEEK + 6), abandoned(WEEK + 7)))
    await keep(call("anna", clicked(1)), now=WEEK)
    row = await session(look)
    assert (row["start_time"], row["last_activity"]) == (at(1), at(WEEK))
    assert (row["total_interactions"], row["utm_source"]) == (1, "mail")
    assert (row["last_price"], row["abandoned_at"]) == (None, None)
    await keep(call("anna", clicked(0), clicked(-5)), now=WEEK)
    row = await session(look)
    assert (row["start_time"], row["last_activity"]) == (at(-5), at(1))
    assert row["session_duration"] == timedelta(seconds=6).seconds
    assert (row["total_interactions"], row["utm_source"], row["user_agent"]) == (3, "direct", None)


async def test_the_address_is_that_of_the_call_that_brought_the_start(
    keep: Keep, look: Look
) -> None:
    await keep(call("anna", clicked(10), address="192.0.2.0"))
    await keep(call("anna", clicked(5), address="2001:db8:1::"))
    await keep(call("anna", clicked(7), address="198.51.100.0"))
    (row,) = await look("select abbrev(ip_address) as address from user_sessions")
    assert row["address"] == "2001:db8:1::"


@pytest.mark.parametrize("name", ["locked_sessions", "lock_known_sessions"])
async def test_a_session_is_read_in_the_order_of_its_fields(db: Pool, name: str) -> None:
    statement = load_statements("nesthaus.persist", "store.sql")[name]
    async with db.connection() as connection:
        cursor = await connection.execute(statement, {"session_id": ["anna"]})
    assert cursor.description is not None
    assert tuple(column.name for column in cursor.description) == SESSION_COLUMNS
