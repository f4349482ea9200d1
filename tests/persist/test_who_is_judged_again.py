"""After a newer list: are bots and persons what workers would say now, in both directions?"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, LiteralString

import pytest

from nesthaus.db.pool import Pool
from nesthaus.persist import judging
from nesthaus.persist.judging import Judged, Judging, Span
from nesthaus.persist.store import store
from tests.persist.conftest import RULES, Keep, Look
from tests.persist.traffic import CHROME, FIREFOX, at, call, clicked, opened

DAY = 86_400
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
REASONS = "select session_id, bot_reason from user_sessions order by session_id"
MARKS = "select session_id, hour from recount_marks order by session_id"

Do = Callable[[LiteralString], Awaitable[None]]


@pytest.fixture
def do(db: Pool) -> Do:
    """What an older list, or nobody, would have left."""

    async def do(statement: LiteralString) -> None:
        async with db.connection() as connection:
            await connection.execute(statement)

    return do


async def judge(db: Pool, span: Span | None = None) -> Judged:
    judged = Judged()
    await Judging(db, span or Span(), RULES.zone, lambda: at(90), judged).run(lambda _: None)
    return judged


def reasons(**named: str | None) -> list[dict[str, Any]]:
    return [{"session_id": name, "bot_reason": reason} for name, reason in sorted(named.items())]


async def test_a_crawler_the_list_did_not_know_becomes_a_bot(
    keep: Keep, look: Look, db: Pool, do: Do
) -> None:
    await keep(call("anna", opened(0, user_agent=FIREFOX)))
    await keep(call("google", opened(0, user_agent=GOOGLEBOT)))
    await do("update user_sessions set bot_reason = null")
    judged = await judge(db)
    assert (judged.looked_at, judged.became_bots, judged.became_persons) == (2, 1, 0)
    assert await look(REASONS) == reasons(anna=None, google="crawler: Googlebot")


async def test_what_the_list_names_no_more_becomes_a_person(
    keep: Keep, look: Look, db: Pool, do: Do
) -> None:
    await keep(call("anna", opened(0, user_agent=FIREFOX)))
    await do("update user_sessions set bot_reason = 'crawler: Firefox'")
    assert (await judge(db)).became_persons == 1
    assert await look(REASONS) == reasons(anna=None)


async def test_bursts_are_judged_by_the_stored_interactions(
    keep: Keep, look: Look, db: Pool, do: Do
) -> None:
    await keep(call("quick", *(clicked(1, number) for number in range(1, 22))))
    await keep(call("slow", *(clicked(second) for second in range(21))))
    await keep(call("late", clicked(0), *(clicked(8 * DAY, n) for n in range(1, 22))), now=8 * DAY)
    await do(
        "update user_sessions set bot_reason = case session_id when 'quick' then null else "
        "'burst' end"
    )
    judged = await judge(db)
    assert (judged.became_bots, judged.became_persons) == (1, 2)
    assert await look(REASONS) == reasons(late=None, quick="burst", slow=None)


async def test_another_reason_is_no_new_bot(keep: Keep, look: Look, db: Pool, do: Do) -> None:
    await keep(call("google", opened(0, user_agent=GOOGLEBOT)))
    await do("update user_sessions set bot_reason = 'burst'")
    judged = await judge(db)
    assert (judged.became_bots, judged.became_persons, judged.renamed) == (0, 0, 1)
    assert await look(REASONS) == reasons(google="crawler: Googlebot")


async def test_only_what_changes_is_marked_with_the_hour_of_its_start(
    keep: Keep, look: Look, db: Pool, do: Do
) -> None:
    await keep(call("anna", opened(0, user_agent=FIREFOX)))
    await keep(call("google", opened(3_700, user_agent=GOOGLEBOT)), now=3_700)
    await do("delete from recount_marks")
    assert (await judge(db)).looked_at == 2
    assert await look(MARKS) == []
    await do("update user_sessions set bot_reason = null")
    await judge(db)
    assert await look(MARKS) == [{"session_id": "google", "hour": at(3_600)}]


async def test_a_span_leaves_out_what_began_before_or_after(
    keep: Keep, look: Look, db: Pool, do: Do
) -> None:
    for name, start in (("a", 0), ("b", DAY), ("c", 2 * DAY)):
        await keep(call(name, opened(start, user_agent=GOOGLEBOT)), now=2 * DAY)
    await do("update user_sessions set bot_reason = null")
    assert (await judge(db, Span(at(DAY), at(2 * DAY)))).became_bots == 1
    assert await look(REASONS) == reasons(a=None, b="crawler: Googlebot", c=None)


async def test_closed_months_are_left_alone_and_told(
    keep: Keep, look: Look, db: Pool, do: Do
) -> None:
    may = -15 * DAY  # 31 May, 14:00 in Vienna
    await keep(call("may", opened(may, user_agent=GOOGLEBOT)))
    await keep(call("june", opened(may + 10 * 3_600, user_agent=GOOGLEBOT)))
    await do("update user_sessions set bot_reason = null")
    await do("insert into closed_months (month, closed_at) values ('2026-05-01', '2026-06-10')")
    judged = await judge(db)
    assert (judged.became_bots, judged.closed, judged.closed_months) == (1, 1, {date(2026, 5, 1)})
    assert await look(REASONS) == reasons(june="crawler: Googlebot", may=None)


async def test_it_goes_on_over_many_steps_and_may_be_broken_off(
    keep: Keep, look: Look, db: Pool, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "STEP", 4)
    calls = [call(f"{n:02}", opened(n // 3, user_agent=GOOGLEBOT)) for n in range(11)]
    await keep(*calls)
    await do("update user_sessions set bot_reason = null")
    judged, steps = Judged(), list[int]()

    def stop_after_two(count: int) -> None:
        steps.append(count)
        if len(steps) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await Judging(db, Span(), RULES.zone, lambda: at(90), judged).run(stop_after_two)
    assert judged.became_bots == 8
    assert (await judge(db)).became_bots == 3
    assert await look("select count(*) as n from user_sessions where bot_reason is null") == [
        {"n": 0}
    ]


async def test_workers_that_store_meanwhile_are_neither_lost_nor_overwritten(
    keep: Keep, look: Look, db: Pool, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each session turns out to be a browser while it is judged by the crawler it was."""
    monkeypatch.setattr(judging, "STEP", 5)
    names = [f"{n:02}" for n in range(40)]
    await keep(*(call(name, clicked(5), user_agent=GOOGLEBOT) for name in names))
    await do("update user_sessions set bot_reason = null")

    async def work() -> None:
        for name in reversed(names):
            async with db.connection() as connection:
                told = call(name, opened(0, user_agent=CHROME), clicked(6))
                await store(connection, [told], at(60), RULES)

    await asyncio.gather(judge(db), work())
    assert await look(
        "select bot_reason, user_agent, total_interactions, count(*) as n from user_sessions"
        " group by 1, 2, 3"
    ) == [{"bot_reason": None, "user_agent": CHROME, "total_interactions": 2, "n": 40}]
