"""An order counts once over all sessions, in the one that reported it earliest."""

import asyncio
from typing import Any

import pytest

from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements
from nesthaus.persist.erasure import erase_sessions
from tests.persist.conftest import RULES, Keep, Look
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


@pytest.mark.parametrize("verified", [(False, True), (True, False)])
@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_with_one_id_it_is_one_conversion_and_verified_whoever_is_first(
    keep: Keep, look: Look, verified: tuple[bool, bool], in_one_batch: bool
) -> None:
    calls = [call("anna", converted(10, order_id="1", verified=each)) for each in verified]
    if in_one_batch:
        await keep(*calls)
    else:
        for each in calls:
            await keep(each)
    (anna,) = await look(SESSIONS)
    assert (anna["converted_at"], anna["verified_at"]) == (at(10), at(10))
    assert len(await look("table session_finalisations")) == 1


@pytest.mark.parametrize("server_first", [True, False])
async def test_what_a_server_reports_goes_before_any_page(
    keep: Keep, look: Look, server_first: bool
) -> None:
    """Anybody may name an order, and a time in the past."""
    real = call("real", converted(100, order_id="1", verified=True))
    fake = call("fake", converted(10, order_id="1"))
    for each in (real, fake) if server_first else (fake, real):
        await keep(each)
    assert await statuses(look) == {"fake": "ongoing", "real": "converted"}
    await keep(call("fake", converted(10, order_id="1")), call("late", converted(5, order_id="1")))
    assert (await statuses(look))["real"] == "converted"


async def test_a_server_that_confirms_what_a_page_reported_takes_the_order_for_it(
    keep: Keep, look: Look
) -> None:
    await keep(call("fake", converted(10, order_id="1")))
    await keep(call("real", converted(100, order_id="1")))
    assert (await statuses(look))["fake"] == "converted"
    await keep(call("real", converted(100, order_id="1", verified=True)))
    assert await statuses(look) == {"fake": "ongoing", "real": "converted"}


async def test_a_conversion_counts_however_late_it_comes(keep: Keep, look: Look) -> None:
    month = 30 * 86_400
    await keep(call("anna", clicked(0)))
    await keep(call("anna", converted(month, exit_page="/danke")), now=month)
    row: dict[str, Any]
    (row,) = await look("table user_sessions")
    assert (row["conversion_status"], row["converted_at"]) == ("converted", at(month))
    assert (row["last_activity"], row["session_duration"], row["exit_page"]) == (at(0), 0, None)


async def test_an_order_of_an_erased_session_goes_to_the_one_that_reported_it_next(
    db: Pool, keep: Keep, look: Look
) -> None:
    await keep(call("anna", converted(10, order_id="1"), converted(11, 2, order_id="2")))
    await keep(call("ben", converted(30, order_id="1")))
    await keep(call("cleo", converted(20, order_id="1")), call("dora", clicked(5)))
    await erase(db, "anna")
    cleo = (await look(SESSIONS))[1]
    assert await statuses(look) == {"ben": "ongoing", "cleo": "converted", "dora": "ongoing"}
    assert (cleo["converted_at"], cleo["order_id"]) == (at(20), "1")
    assert cleo["end_time"] == at(20)
    await erase(db, "cleo")
    ben = (await look(SESSIONS))[0]
    assert (ben["conversion_status"], ben["converted_at"]) == ("converted", at(30))


async def test_an_order_of_several_sessions_erased_at_once_stays_with_none_of_them(
    db: Pool, keep: Keep, look: Look
) -> None:
    for second, name in enumerate(("anna", "ben", "cleo")):
        await keep(call(name, converted(second, order_id="1")))
    await erase(db, "(anna|ben)")
    assert await look("select order_id, session_id, ordered_at from orders") == [
        {"order_id": "1", "session_id": "cleo", "ordered_at": at(2)}
    ]
    await erase(db, "cleo")
    assert await look("table orders") == []


async def test_who_reported_an_order_is_found_by_an_index(db: Pool) -> None:
    statement = load_statements("nesthaus.persist", "erasure.sql")["remaining_claims"]
    async with db.connection() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off")
        cursor = await connection.execute(b"explain " + statement, {"order_id": ["1"]})
        plan = "\n".join(line for (line,) in await cursor.fetchall())
    assert "idx_session_finalisations_order_id" in plan


async def erase(db: Pool, pattern: str) -> None:
    async with db.connection() as connection:
        await connection.set_autocommit(True)
        await erase_sessions(connection, f"^{pattern}$", at(60), RULES, lambda _: None)
        await connection.set_autocommit(False)


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
