"""What comes later changes the hour its session began in, and no other."""

from datetime import date
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from nesthaus.aggregate.marked import Uncountable
from nesthaus.db.pool import Pool
from nesthaus.domain.events import Interaction
from nesthaus.persist.erasure import erase_sessions
from tests.aggregate.conftest import Count, Figures
from tests.aggregate.looking import everything
from tests.persist.conftest import RULES, Keep
from tests.persist.traffic import at, call, clicked, converted, opened, saved

HOUR = 3_600
TODAY = date(2026, 6, 15)
BOT = "curl/8.5.0"


def sessions(rows: dict[tuple[Any, ...], tuple[Any, ...]]) -> dict[Any, int]:
    """By hour or date."""
    return {key[0]: numbers[0] for key, numbers in rows.items() if key[1] == "sessions"}


def conversions(rows: dict[tuple[Any, ...], tuple[Any, ...]]) -> dict[Any, int]:
    return {
        key[0]: numbers[0] for key, numbers in rows.items() if key[1:] == ("conversions", "", "")
    }


def selected(seconds: float, category: str, option: str) -> Interaction:
    return replace(clicked(seconds), type="selection", category=category, value=option)


async def test_a_session_is_counted_in_the_hour_and_on_the_day_it_began(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(call("anna", clicked(10), clicked(2 * HOUR)), call("ben", clicked(HOUR)))
    await count()
    assert sessions(await figures("hourly_analytics")) == {at(0): 1, at(HOUR): 1}
    daily = await figures("daily_analytics")
    assert daily[TODAY, "interactions", "", ""] == (3, 2, 0, 0, 0)
    assert daily[TODAY, "sessions", "", ""] == (2, 2, 0, 2, 2 * HOUR - 10)


async def test_nothing_is_counted_where_nothing_is_marked(keep: Keep, count: Count) -> None:
    await keep(call("anna", clicked(10)))
    assert (await count()).hours == 1
    again = await count()
    assert (again.hours, again.changed) == (0, 0)


async def test_an_event_delivered_twice_or_late_counts_once_where_it_belongs(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(call("anna", clicked(10)))
    await count()
    await keep(call("anna", clicked(10)), call("anna", clicked(9 * HOUR)), now=9 * HOUR)
    await count()
    hourly = await figures("hourly_analytics")
    assert hourly[at(0), "interactions", "", ""][0] == 2
    assert sessions(hourly) == {at(0): 1}


async def test_a_start_that_moves_takes_the_session_to_another_hour_and_day(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(call("anna", clicked(10)))
    await count()
    await keep(call("anna", opened(-20 * HOUR)))
    await count()
    assert sessions(await figures("hourly_analytics")) == {at(-20 * HOUR): 1}
    assert sessions(await figures("daily_analytics")) == {date(2026, 6, 14): 1}
    hourly_by = await figures("hourly_analytics_by")
    assert {key[0] for key in hourly_by} == {at(-20 * HOUR)}


async def test_a_conversion_that_comes_days_later_counts_where_the_session_began(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(call("anna", saved(10, price=250_000)))
    await count()
    assert ("price", "", "250000") in {key[1:] for key in await figures("daily_analytics")}
    await keep(call("anna", converted(8 * 24 * HOUR, verified=True)), now=8 * 24 * HOUR)
    await count(9 * 24 * HOUR)
    daily = await figures("daily_analytics")
    assert daily[TODAY, "conversions", "", ""][0] == 1
    assert daily[TODAY, "conversions", "", "verified"][0] == 1
    assert daily[TODAY, "status", "", "converted"][0] == 1
    assert (TODAY, "status", "", "abandoned") not in daily
    assert daily[TODAY, "price", "", "250000"] == (1, 1, 0, 0, 250_000)
    assert (await figures("daily_configurations"))[TODAY, "hash of nest-80"][1] == 1


async def test_a_session_that_turns_out_to_be_a_bot_leaves_the_totals(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(call("anna", clicked(10)), call("ben", clicked(20)))
    await count()
    await keep(call("ben", clicked(5), user_agent=BOT))
    await count()
    assert sessions(await figures("daily_analytics")) == {TODAY: 1}
    by = await figures("daily_analytics_by")
    assert by[TODAY, "bot", "true", "sessions", "", ""][0] == 1
    assert by[TODAY, "device_type", "unknown", "sessions", "", ""][0] == 1
    assert by[TODAY, "utm_source", "direct", "interactions", "", ""][0] == 1
    assert {key[1:3] for key in by} == {
        ("bot", "true"),
        ("device_type", "unknown"),
        ("utm_source", "direct"),
    }


async def test_what_is_erased_is_forgotten(
    db: Pool, keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(call("anna", saved(10)), call("ben", clicked(20), saved(40, option="nest-100")))
    await keep(call("carl", saved(3 * HOUR)))
    await count()
    async with db.connection() as connection:
        await connection.set_autocommit(True)
        assert await erase_sessions(connection, "^(anna|carl)$", at(60), RULES, lambda _: None) == 2
        await connection.set_autocommit(False)
    await count()
    assert sessions(await figures("hourly_analytics")) == {at(0): 1}
    assert set(await figures("daily_configurations")) == {(TODAY, "hash of nest-100")}
    assert set(await figures("popular_configurations")) == {("hash of nest-100",)}
    async with db.connection() as connection:
        cursor = await connection.execute("select session_id from session_figures")
        assert await cursor.fetchall() == [("ben",)]
    async with db.connection() as connection:
        await connection.set_autocommit(True)
        assert await erase_sessions(connection, "ben", at(60), RULES, lambda _: None) == 1
        await connection.set_autocommit(False)
    await count()
    assert {table: rows for table, rows in (await everything(db)).items() if rows} == {}


async def test_an_order_that_passes_on_from_an_erased_session_counts_where_its_heir_began(
    db: Pool, keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(call("anna", converted(-HOUR, order_id="1")), call("ben", clicked(20)))
    await keep(call("ben", converted(30, order_id="1")))
    await count()
    hourly = await figures("hourly_analytics")
    assert conversions(hourly) == {at(-HOUR): 1}
    async with db.connection() as connection:
        await connection.set_autocommit(True)
        assert await erase_sessions(connection, "^anna$", at(60), RULES, lambda _: None) == 1
        await connection.set_autocommit(False)
    await count()
    assert conversions(await figures("hourly_analytics")) == {at(0): 1}
    assert conversions(await figures("daily_analytics")) == {TODAY: 1}


async def test_who_has_left_is_told_by_the_idle_pass_before(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(call("anna", clicked(10)))
    await count(60)
    assert (TODAY, "status", "", "ongoing") in await figures("daily_analytics")
    await count(10 + 1_801)
    daily = await figures("daily_analytics")
    assert daily[TODAY, "status", "", "abandoned"][0] == 1
    assert (TODAY, "status", "", "ongoing") not in daily


async def test_what_is_over_is_in_no_figure_but_tracking(
    keep: Keep, count: Count, figures: Figures
) -> None:
    week = 7 * 24 * HOUR
    await keep(call("anna", clicked(0)), call("anna", clicked(week + 1)), now=week + 60)
    await count(week + 120)
    daily = await figures("daily_analytics")
    assert daily[TODAY, "interactions", "", ""][0] == 1
    assert daily[TODAY, "tracking", "", "over"][0] == 1
    assert {key[0] for key in daily} == {TODAY}


async def test_marks_are_gone_afterwards(db: Pool, keep: Keep, count: Count) -> None:
    await keep(call("anna", clicked(10)))
    await count()
    async with db.connection() as connection:
        cursor = await connection.execute("select count(*) from recount_marks")
        assert await cursor.fetchone() == (0,)
        cursor = await connection.execute("select time_zone, counted_at from aggregation_state")
        assert await cursor.fetchone() == ("Europe/Vienna", at(86_400))


@pytest.mark.parametrize("names", [40, 2_000])
@pytest.mark.parametrize("agent", [None, BOT])
async def test_the_longest_names_of_many_categories_are_counted(
    keep: Keep, count: Count, figures: Figures, names: int, agent: str | None
) -> None:
    """The source and the names are parts of the keys of stored figures."""
    chance = Random(names)

    def text(length: int) -> str:
        """Four bytes a letter, and nothing that could be packed."""
        return "".join(chr(chance.randrange(0x20000, 0x2A000)) for _ in range(length))

    chosen = [selected(n / 10, text(100), text(100)) for n in range(names)]
    entry = opened(0, utm_source=text(255))
    await keep(call("anna", entry, *chosen, user_agent=agent))
    await count()
    assert sessions(await figures("daily_analytics")) == ({} if agent else {TODAY: 1})
    orders = [key for key in await figures("daily_analytics_by") if "orders" in key]
    assert len(orders) == (1 if agent else 2)


async def test_an_hour_that_cannot_be_counted_is_told_and_keeps_no_other_from_it(
    db: Pool, keep: Keep, count: Count, figures: Figures
) -> None:
    async with db.connection() as connection:
        await connection.execute(
            "alter table hourly_analytics add check (category <> 'uncountable')"
        )
    await keep(
        *(call(f"visitor {n}", clicked(n * HOUR)) for n in range(7)),
        call("odd", selected(3 * HOUR, "uncountable", "x")),
        now=8 * HOUR,
    )
    with pytest.raises(Uncountable, match=r"2026-06-15T1\d:00:00\+00:00: .* violates check"):
        await count()
    hours = sessions(await figures("hourly_analytics"))
    assert hours == {at(n * HOUR): 1 for n in range(7) if n != 3}
    async with db.connection() as connection:
        cursor = await connection.execute("select distinct hour from recount_marks")
        assert await cursor.fetchall() == [(at(3 * HOUR),)]
