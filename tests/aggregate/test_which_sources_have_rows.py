"""Have the 50 most frequent sources of a day rows of their own, and the rest one together?"""

from typing import Any

from nesthaus.db.pool import Pool
from tests.aggregate.conftest import Count, Figures
from tests.aggregate.looking import everything
from tests.persist.conftest import Keep
from tests.persist.traffic import at, call, opened, saved

HOUR = 3_600
BOT = "curl/8.5.0"


def by_source(rows: dict[tuple[Any, ...], tuple[Any, ...]]) -> dict[str, int]:
    """Sessions of all days or hours."""
    counts: dict[str, int] = {}
    for key, numbers in rows.items():
        if key[1] == "utm_source" and key[3] == "sessions":
            counts[key[2]] = counts.get(key[2], 0) + numbers[0]
    return counts


def sent_by(source: str, seconds: float, name: str = "") -> Any:
    return call(f"{source}.{name}", opened(seconds, utm_source=source))


async def test_up_to_fifty_all_have(keep: Keep, count: Count, figures: Figures) -> None:
    await keep(*(sent_by(f"s{n:02}", n) for n in range(50)))
    await count()
    assert by_source(await figures("daily_analytics_by")) == {f"s{n:02}": 1 for n in range(50)}


async def test_of_more_the_least_frequent_are_others_ties_by_text(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(
        *(sent_by(f"s{n:02}", n) for n in range(52)),
        sent_by("s51", 60, "again"),
        sent_by("other", 61),
    )
    await count()
    sources = by_source(await figures("daily_analytics_by"))
    assert sources == {f"s{n:02}": 1 for n in range(49)} | {"s51": 2, "other": 3}
    assert by_source(await figures("hourly_analytics_by")) == sources


async def test_hours_follow_when_a_source_comes_out_of_the_others_or_falls_among_them(
    db: Pool, keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(*(sent_by(f"s{n:02}", n) for n in range(51)), now=HOUR)
    await count(HOUR)
    assert by_source(await figures("hourly_analytics_by"))["other"] == 1
    # s50 was another one; now it is the most frequent, and s49 falls among them
    await keep(sent_by("s50", 3 * HOUR, "later"), now=3 * HOUR)
    counted = await count(3 * HOUR)
    hourly = await figures("hourly_analytics_by")
    assert hourly[at(0), "utm_source", "s50", "sessions", "", ""][0] == 1
    assert hourly[at(0), "utm_source", "other", "sessions", "", ""][0] == 1
    assert (at(0), "utm_source", "s49", "sessions", "", "") not in hourly
    assert by_source(hourly) == by_source(await figures("daily_analytics_by"))
    assert counted.hours == 2
    # nothing is left that a full count would find
    before = await everything(db)
    async with db.connection() as connection:
        await connection.execute(
            "insert into recount_marks (session_id, hour)"
            " select 'x', hour from hourly_analytics group by hour"
        )
    assert (await count(3 * HOUR)).changed == 0
    assert await everything(db) == before


async def test_bots_have_no_say_in_it_and_no_source(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(
        *(sent_by(f"s{n:02}", n) for n in range(50)),
        *(
            call(f"bot {n}", opened(n, utm_source="zz", user_agent=BOT), user_agent=BOT)
            for n in range(3)
        ),
    )
    await count()
    assert by_source(await figures("daily_analytics_by")) == {f"s{n:02}": 1 for n in range(50)}


async def test_configurations_are_told_by_the_same_sources(
    keep: Keep, count: Count, figures: Figures
) -> None:
    await keep(
        *(
            call(f"anna {n}", opened(n, utm_source=f"s{n:02}"), saved(n, 2, price=100_000 + n))
            for n in range(52)
        )
    )
    await count()
    daily = await figures("daily_configurations_by")
    others = {key[2]: numbers for key, numbers in daily.items() if key[1] == "utm_source"}
    assert set(others) == {f"s{n:02}" for n in range(50)} | {"other"}
    assert others["other"][:4] == (2, 0, 200_101, 2)
