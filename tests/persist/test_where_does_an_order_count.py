"""An order counts once over all sessions, in the one that reported it earliest."""

import asyncio
from typing import Any

import pytest

from tests.persist.conftest import Keep, Look
from tests.persist.traffic import at, call, clicked, converted

SESSIONS = """
    select session_id, conversion_status, converted_at, order_id, verified_at, end_time
    from user_sessions
    order by session_id
"""


async def statuses(look: Look) -> dict[str, str]:
    return {row["session_id"]: row["conversion_status"] for row in await look(SESSIONS)}


async def test_the_first_session_to_report_an_order_has_it(keep: Keep, look: Look) -> None:
    await keep(call("anna", converted(10, order_id="4711")))
    await keep(call("ben", converted(20, order_id="4711")))
    anna, ben = await look(SESSIONS)
    assert (anna["conversion_status"], anna["order_id"]) == ("converted", "4711")
    assert (ben["conversion_status"], ben["order_id"]) == ("ongoing", None)
    assert (anna["end_time"], ben["end_time"]) == (at(10), None)


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_an_earlier_report_that_comes_late_takes_the_order_over(
    keep: Keep, look: Look, in_one_batch: bool
) -> None:
    late, early = (
        call("ben", converted(20, order_id="1")),
        call("anna", converted(10, order_id="1")),
    )
    if in_one_batch:
        await keep(late, early)
    else:
        await keep(late)
        await keep(early)
    assert await statuses(look) == {"anna": "converted", "ben": "ongoing"}


async def test_the_loser_is_worked_out_anew_when_the_batch_brings_it_something_else(
    keep: Keep, look: Look
) -> None:
    await keep(call("ben", converted(20, order_id="1")))
    await keep(call("ben", clicked(30)), call("anna", converted(10, order_id="1")))
    assert await statuses(look) == {"anna": "converted", "ben": "ongoing"}
    (ben,) = await look("select last_activity from user_sessions where session_id = 'ben'")
    assert ben["last_activity"] == at(30)


async def test_at_the_same_time_the_smaller_session_id_has_it(keep: Keep, look: Look) -> None:
    await keep(call("ben", converted(10, order_id="1")))
    await keep(call("anna", converted(10, order_id="1")))
    assert await statuses(look) == {"anna": "converted", "ben": "ongoing"}


async def test_a_conversion_without_order_id_counts_beside_a_lost_order(
    keep: Keep, look: Look
) -> None:
    await keep(call("anna", converted(10, order_id="1")))
    await keep(call("ben", converted(20, order_id="1"), converted(30, 2)))
    ben = (await look(SESSIONS))[1]
    assert (ben["conversion_status"], ben["converted_at"], ben["order_id"]) == (
        "converted",
        at(30),
        None,
    )


async def test_a_report_by_the_shop_verifies_what_the_page_reported(keep: Keep, look: Look) -> None:
    await keep(call("anna", converted(10, order_id="1")))
    await keep(call("anna", converted(70, order_id="1", verified=True)))
    (anna,) = await look(SESSIONS)
    assert (anna["converted_at"], anna["verified_at"]) == (at(10), at(70))


async def test_a_conversion_counts_however_late_it_comes(keep: Keep, look: Look) -> None:
    month = 30 * 86_400
    await keep(call("anna", clicked(0)))
    await keep(call("anna", converted(month, exit_page="/danke")), now=month)
    row: dict[str, Any]
    (row,) = await look("table user_sessions")
    assert (row["conversion_status"], row["converted_at"]) == ("converted", at(month))
    assert (row["last_activity"], row["session_duration"], row["exit_page"]) == (at(0), 0, None)


async def test_workers_with_the_same_order_at_once_agree(keep: Keep, look: Look) -> None:
    names = ("anna", "ben", "cleo", "dora")
    calls = [call(name, converted(n, order_id="1")) for n, name in enumerate(names)]
    await asyncio.gather(*(keep(each) for each in calls))
    assert await statuses(look) == {
        "anna": "converted",
        "ben": "ongoing",
        "cleo": "ongoing",
        "dora": "ongoing",
    }
