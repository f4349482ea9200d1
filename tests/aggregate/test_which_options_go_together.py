"""Are the pairs of options of a day those of its sessions, in the totals and in each breakdown?"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from itertools import combinations

import pytest

from nesthaus.aggregate import pairs
from nesthaus.aggregate.marked import count_marked
from nesthaus.aggregate.pairs import MOST_PAIRS, Configured, Tally
from nesthaus.db.pool import Pool
from nesthaus.domain.pairs import categories_key
from nesthaus.domain.pricing import PriceList
from tests.aggregate.conftest import nobody
from tests.aggregate.looking import rows_of
from tests.aggregate.test_how_amounts_are_spread import fill
from tests.figures.visits import NOW
from tests.persist.conftest import RULES
from tests.prices import CATALOGUE

Pairs = dict[tuple[date, str, str], Counter[tuple[str, str, str]]]


def option_of(choice: object, category: str, price_list: PriceList) -> str | None:
    """What a stored choice means: an option, a quantity of one, or a ticked box."""
    match choice:
        case str() as named:
            return named
        case {"value": str() as named}:
            return named
        case _:
            pass
    known = {each.id: each.only_option for each in price_list.categories}
    return known.get(category)


async def pairs_of_sessions(db: Pool) -> tuple[Pairs, Pairs]:
    """Sessions and converted ones, counted one session after the other."""
    sessions: Pairs = {}
    converted: Pairs = {}
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select start_time, bot_reason, device_type, utm_source, converted_at,"
            " final_configuration, final_snapshot_at"
            " from user_sessions where final_configuration is not null"
        )
        for began, bot, device, source, bought, stored, saved_at in await cursor.fetchall():
            day, price_list = began.astimezone(RULES.zone).date(), CATALOGUE.in_force_at(saved_at)
            told = {
                category: option
                for category, choice in sorted(stored.items())
                if (option := option_of(choice, category, price_list)) is not None
            }
            found = [(categories_key(a, b), told[a], told[b]) for a, b in combinations(told, 2)]
            persons = [("", ""), ("device_type", device), ("utm_source", source)]
            for part, value in [("bot", "true")] if bot else persons:
                sessions.setdefault((day, part, value), Counter()).update(found)
                converted.setdefault((day, part, value), Counter()).update(found if bought else ())
    return sessions, converted


def counted(
    stored: Mapping[tuple[date, str, str], Mapping[str, list[list[object]]]], place: int
) -> dict[tuple[date, str, str], dict[tuple[str, object, object], object]]:
    return {
        part: {
            (categories, pair[0], pair[1]): pair[place]
            for categories, pairs in by_categories.items()
            for pair in pairs
        }
        for part, by_categories in stored.items()
    }


async def test_the_pairs_are_those_of_the_sessions(db: Pool) -> None:
    await fill(db)
    sessions, converted = await pairs_of_sessions(db)
    stored = {key: numbers[0] for key, numbers in (await rows_of(db, "daily_pairs")).items()}
    assert {part for _, part, _ in stored} == {"", "device_type", "utm_source", "bot"}
    assert counted(stored, 2) == {part: found for part, found in sessions.items() if found}
    assert counted(stored, 3) == {
        part: {pair: converted[part][pair] for pair in found}
        for part, found in sessions.items()
        if found
    }


async def test_a_session_that_is_gone_leaves_no_pairs(db: Pool) -> None:
    await fill(db)
    async with db.connection() as connection:
        await connection.execute(
            "insert into recount_marks (session_id, hour)"
            " select session_id, date_trunc('hour', start_time) from user_sessions"
        )
        await connection.execute("delete from user_sessions")
    await count_marked(db, CATALOGUE, lambda: NOW, nobody)
    assert await rows_of(db, "daily_pairs") == {}


def test_categories_stand_in_the_order_of_their_code_points() -> None:
    row = Configured(
        bot=False,
        device="mobile",
        source="google",
        options={"z": "1", "B": "2", "ä": "3"},
        sessions=4,
        converted=1,
    )
    tally = Tally()
    tally.add(row)
    tally.add(row)
    assert tally.by_part()["", ""] == {
        ("B", "2", "z", "1"): (8, 2),
        ("B", "2", "ä", "3"): (8, 2),
        ("z", "1", "ä", "3"): (8, 2),
    }
    assert categories_key("ä", "B") == categories_key("B", "ä") == '["B", "ä"]'


def test_of_a_part_with_too_many_pairs_nothing_is_kept_and_the_others_stay() -> None:
    """Three hundred names fill it at each go: it must not grow, and not begin anew either."""
    tally = Tally()

    def ended_with(options: dict[str, str], *, device: str = "mobile", bot: bool = False) -> None:
        tally.add(Configured(bot, device, "google", options, sessions=1, converted=0))

    for _ in range(3):
        ended_with({f"c{number:03}": "a" for number in range(300)})
    ended_with({"nest": "nest80", "fussboden": "parkett"}, device="desktop")
    ended_with({"nest": "nest80", "fussboden": "parkett"}, bot=True)
    one = {("fussboden", "parkett", "nest", "nest80"): (1, 0)}
    assert MOST_PAIRS < 300 * 299 / 2
    assert tally.by_part() == {
        ("", ""): None,
        ("device_type", "mobile"): None,
        ("device_type", "desktop"): one,
        ("utm_source", "google"): None,
        ("bot", "true"): one,
    }


def test_nor_do_many_kinds_of_visitors_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "MOST_HELD", 20)
    tally = Tally()
    for number in range(9):
        options = {f"{number}-{name}": "a" for name in "abcd"}  # six pairs
        tally.add(
            Configured(
                bot=False,
                device=f"d{number}",
                source="google",
                options=options,
                sessions=1,
                converted=0,
            )
        )
    kept = [part for part, counts in tally.by_part().items() if counts]
    assert kept == [("device_type", f"d{number}") for number in range(3)]
