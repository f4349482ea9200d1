"""A mark says "count this session's hour again": the hour of its start, and the one it left."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from tests.persist.conftest import RULES, Keep, Look
from tests.persist.traffic import at, call, clicked, converted, opened

HOUR = 3_600
MARKS = "select session_id, hour from recount_marks order by hour, session_id"


def marks_of(*marks: tuple[str, float]) -> list[dict[str, Any]]:
    return [{"session_id": session, "hour": at(seconds)} for session, seconds in marks]


async def test_a_batch_marks_each_session_once_with_the_hour_of_its_start(
    keep: Keep, look: Look
) -> None:
    await keep(call("anna", clicked(10)), call("anna", clicked(2 * HOUR)), call("ben", clicked(5)))
    assert await look(MARKS) == marks_of(("anna", 0), ("ben", 0))


async def test_what_comes_hours_later_marks_the_hour_of_the_start(keep: Keep, look: Look) -> None:
    await keep(call("anna", clicked(10)))
    await keep(call("anna", clicked(5 * HOUR)), now=5 * HOUR)
    assert await look(MARKS) == marks_of(("anna", 0), ("anna", 0))


async def test_a_start_that_moves_to_an_earlier_hour_marks_both(keep: Keep, look: Look) -> None:
    await keep(call("anna", clicked(10)))
    await keep(call("anna", opened(-10)))
    assert await look(MARKS) == marks_of(("anna", -HOUR), ("anna", 0), ("anna", 0))


async def test_a_session_that_loses_its_order_to_another_one_is_marked_too(
    keep: Keep, look: Look
) -> None:
    await keep(call("ben", converted(10, order_id="4711")))
    await keep(call("anna", converted(-5, order_id="4711")))
    assert await look(MARKS) == marks_of(("anna", -HOUR), ("ben", 0), ("ben", 0))


async def test_hours_are_those_on_the_clocks_of_the_zone(keep: Keep, look: Look) -> None:
    in_india = replace(RULES, zone=ZoneInfo("Asia/Kolkata"))
    await keep(call("anna", clicked(40 * 60)), rules=in_india)  # 18:10 there
    assert await look(MARKS) == marks_of(("anna", 30 * 60))
