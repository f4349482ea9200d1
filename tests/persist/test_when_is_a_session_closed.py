"""The idle pass: nobody says that a visitor is gone, so the clock has to."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from nesthaus.db.pool import Pool
from nesthaus.persist.idle import close_idle_sessions
from tests.persist.conftest import RULES, Keep, Look
from tests.persist.traffic import at, call, clicked, converted

SESSIONS = "select session_id, conversion_status, end_time from user_sessions order by session_id"
MARKS = "select session_id, hour from recount_marks where session_id = 'anna'"
HALF_HOUR = 1_800


async def statuses(look: Look) -> dict[str, str]:
    return {row["session_id"]: row["conversion_status"] for row in await look(SESSIONS)}


async def test_a_session_is_abandoned_after_more_than_half_an_hour_without_activity(
    db: Pool, keep: Keep, look: Look
) -> None:
    await keep(call("anna", clicked(10)), call("ben", clicked(11)), call("cleo", converted(10)))
    assert await close_idle_sessions(db, at(10 + HALF_HOUR), RULES) == 0
    assert await close_idle_sessions(db, at(11 + HALF_HOUR), RULES) == 1
    assert await statuses(look) == {"anna": "abandoned", "ben": "ongoing", "cleo": "converted"}
    assert (await look(SESSIONS))[0]["end_time"] == at(10)


async def test_closing_marks_the_hour_of_the_start_once(db: Pool, keep: Keep, look: Look) -> None:
    await keep(call("anna", clicked(3_599), clicked(3_700)), now=3_700)
    for _ in range(2):
        await close_idle_sessions(db, at(86_400), RULES)
    assert await look(MARKS) == [{"session_id": "anna", "hour": at(0)}] * 2


async def test_all_are_closed_in_small_steps(db: Pool, keep: Keep, look: Look) -> None:
    await keep(*(call(f"session {n}", clicked(n)) for n in range(25)))
    assert await close_idle_sessions(db, at(86_400), RULES, step=10) == 25
    assert set((await statuses(look)).values()) == {"abandoned"}
    assert len(await look("table recount_marks")) == 50


async def test_several_at_once_close_each_session_once(db: Pool, keep: Keep, look: Look) -> None:
    await keep(*(call(f"session {n}", clicked(n)) for n in range(40)))
    closing = (close_idle_sessions(db, at(86_400), RULES, step=7) for _ in range(3))
    assert sum(await asyncio.gather(*closing)) == 40
    assert len(await look("table recount_marks")) == 80


async def test_a_late_event_opens_an_abandoned_session_again(
    db: Pool, keep: Keep, look: Look
) -> None:
    await keep(call("anna", clicked(10)))
    await close_idle_sessions(db, at(3_600), RULES)
    await keep(call("anna", clicked(3_500)), now=3_600)
    (anna,) = await look(SESSIONS)
    assert (anna["conversion_status"], anna["end_time"]) == ("ongoing", None)


async def test_a_late_conversion_counts_and_is_never_undone(
    db: Pool, keep: Keep, look: Look
) -> None:
    await keep(call("anna", clicked(10)))
    await close_idle_sessions(db, at(3_600), RULES)
    await keep(call("anna", converted(20)), now=3_600)
    await close_idle_sessions(db, at(86_400), RULES)
    assert await statuses(look) == {"anna": "converted"}


async def test_an_event_and_the_pass_at_once_agree_whoever_is_first(
    db: Pool, keep: Keep, look: Look
) -> None:
    names = [f"session {n}" for n in range(30)]
    await keep(*(call(name, clicked(10)) for name in names))
    late = [call(name, clicked(3_000)) for name in names]
    await asyncio.gather(
        close_idle_sessions(db, at(3_600), RULES, step=4),
        *(keep(*late[n : n + 5], now=3_600) for n in range(0, 30, 5)),
    )
    assert set((await statuses(look)).values()) == {"ongoing"}


async def test_how_long_is_idle_is_a_setting(db: Pool, keep: Keep, look: Look) -> None:
    await keep(call("anna", clicked(10)))
    a_minute = replace(RULES, idle_after=timedelta(minutes=1))
    assert await close_idle_sessions(db, at(71), a_minute) == 1
    assert await statuses(look) == {"anna": "abandoned"}
