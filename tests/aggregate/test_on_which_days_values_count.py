"""Does every measured value count once, on its day, and in the breakdowns of its session?"""

from collections.abc import Awaitable, Callable
from datetime import date
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nesthaus.aggregate import sources
from nesthaus.aggregate.rebuild import plan_rebuild, rebuild
from nesthaus.aggregate.verification import verify
from nesthaus.catalogue import load_catalogue
from nesthaus.db.pool import Pool
from nesthaus.persist.erasure import erase_sessions
from tests.aggregate.conftest import Count, Figures, nobody
from tests.aggregate.looking import Rows, rows_of
from tests.aggregate.plain_values import plain_values
from tests.persist.conftest import RULES, Keep
from tests.persist.measured import BOT, DAY, HOUR, measured, traffic
from tests.persist.traffic import at, call, clicked, opened
from tests.prices import CATALOGUE

YESTERDAY, TODAY, TOMORROW = date(2026, 6, 14), date(2026, 6, 15), date(2026, 6, 16)
TOTALS = ("", "")
OF_NONE = ("session", "none")

Stored = Callable[[], Awaitable[Rows]]


@pytest.fixture
def stored(figures: Figures) -> Stored:
    async def stored() -> Rows:
        return await figures("daily_performance")

    return stored


def counts(rows: Rows) -> dict[tuple[Any, ...], int]:
    """How many values, by all but the metric."""
    return {key[:-1]: sum(numbers[3]) for key, numbers in rows.items()}


async def erase(db: Pool, pattern: str) -> None:
    async with db.connection() as connection:
        await connection.set_autocommit(True)
        await erase_sessions(connection, pattern, at(60), RULES, lambda _: None)
        await connection.set_autocommit(False)


async def test_a_value_counts_once_on_its_day_with_its_session(
    keep: Keep, count: Count, stored: Stored
) -> None:
    await keep(call("anna", clicked(10)))
    for _ in range(2):
        await keep(call(None, measured(20, 250, "anna"), measured(DAY, 300, "anna")))
        await count()
    device, source = ("device_type", "unknown"), ("utm_source", "direct")
    rows = await stored()
    assert counts(rows) == {
        (day, TODAY, *part): 1 for day in (TODAY, TOMORROW) for part in (TOTALS, device, source)
    }
    numbers = rows[TODAY, TODAY, *TOTALS, "LCP"]
    assert numbers[:5] == ("ms", 250, [279], [1], [250])


async def test_what_belongs_to_no_session_is_apart(
    keep: Keep, count: Count, stored: Stored
) -> None:
    await keep(call(None, measured(10), measured(20, 5, "nobody"), measured(-DAY, 7)))
    await count()
    assert counts(await stored()) == {
        (TODAY, TODAY, *OF_NONE): 2,
        (YESTERDAY, YESTERDAY, *OF_NONE): 1,
    }
    assert (await count()).hours == 0


async def test_a_session_that_comes_after_its_values_takes_them_wherever_they_lie(
    keep: Keep, count: Count, stored: Stored
) -> None:
    await keep(call(None, measured(10, 5, "anna"), measured(-DAY, 6, "anna")))
    await count()
    assert {key[2:] for key in counts(await stored())} == {OF_NONE}
    await keep(call("anna", clicked(-2 * DAY)))
    await count()
    of_totals = {key: n for key, n in counts(await stored()).items() if key[2:] == TOTALS}
    began = date(2026, 6, 13)
    assert of_totals == {(TODAY, began, *TOTALS): 1, (YESTERDAY, began, *TOTALS): 1}
    assert OF_NONE not in {key[2:] for key in counts(await stored())}


async def test_values_follow_their_session_when_its_start_moves(
    keep: Keep, count: Count, stored: Stored
) -> None:
    await keep(call("anna", clicked(10)), call(None, measured(DAY, 5, "anna")))
    await count()
    await keep(call("anna", opened(-DAY, device_type="mobile")))
    await count()
    rows = counts(await stored())
    assert {key[:2] for key in rows} == {(TOMORROW, YESTERDAY)}
    assert rows[TOMORROW, YESTERDAY, "device_type", "mobile"] == 1


async def test_values_of_other_days_leave_the_totals_with_a_session_that_is_a_bot(
    keep: Keep, count: Count, stored: Stored
) -> None:
    await keep(call("anna", clicked(10)), call(None, measured(DAY, 5, "anna")))
    await count()
    await keep(call("anna", clicked(5), user_agent=BOT))
    await count()
    assert counts(await stored()) == {(TOMORROW, TODAY, "bot", "true"): 1}


async def test_values_of_erased_sessions_are_forgotten_on_all_days(
    db: Pool, keep: Keep, count: Count, stored: Stored
) -> None:
    await keep(call("anna", clicked(10)), call("ben", clicked(20)))
    await keep(call(None, measured(DAY, 5, "anna"), measured(30, 6, "ben"), measured(40, 7, "x")))
    await count()
    await erase(db, "^(anna|x)$")
    await count()
    assert {(key[:2], key[2]) for key in await stored()} == {
        ((TODAY, TODAY), dimension) for dimension in ("", "device_type", "utm_source")
    }


async def test_a_source_of_a_day_is_kept_on_all_days_of_its_values(
    keep: Keep, count: Count, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MOST", 1)
    await keep(call("anna", opened(10, utm_source="b")), call("ben", opened(20, utm_source="a")))
    await keep(call(None, measured(DAY, 5, "anna")))
    await count()
    assert (TOMORROW, TODAY, "utm_source", "other") in counts(await stored())
    await keep(call("carl", opened(30, utm_source="b")))
    await count()
    rows = counts(await stored())
    assert (TOMORROW, TODAY, "utm_source", "other") not in rows
    assert rows[TOMORROW, TODAY, "utm_source", "b"] == 1


async def test_the_ten_slowest_are_kept_the_latest_of_equals_first(
    keep: Keep, count: Count, stored: Stored
) -> None:
    values = [measured(n, min(n, 8), number=n, url=f"/{n}", requestId=str(n)) for n in range(14)]
    await keep(call(None, *values, measured(20, 1, route="/route", url="/url")))
    await count()
    numbers = (await stored())[TODAY, TODAY, *OF_NONE, "LCP"]
    assert numbers[2][0] is None
    assert (sum(numbers[3]), numbers[3][0]) == (15, 1)
    assert numbers[4] == [8, 8, 8, 8, 8, 8, 7, 6, 5, 4]
    assert numbers[7] == [f"/{n}" for n in (13, 12, 11, 10, 9, 8, 7, 6, 5, 4)]
    assert numbers[8] == ["13", "12", "11", "10", "9", "8", "7", "6", "5", "4"]


async def test_values_beyond_all_measure_do_not_stop_the_count(
    keep: Keep, count: Count, stored: Stored
) -> None:
    most = 1.7e308
    await keep(call(None, measured(1, most), measured(2, most), measured(3, 5e-324)))
    await count()
    numbers = (await stored())[TODAY, TODAY, *OF_NONE, "LCP"]
    assert numbers[1] > most
    assert sum(numbers[3]) == 3


@pytest.fixture
def few_sources(monkeypatch: pytest.MonkeyPatch) -> int:
    """As many of a day have rows of their own."""
    monkeypatch.setattr(sources, "MOST", 2)
    return 2


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_comes_in_whatever_order_is_what_a_plain_count_says(
    db: Pool, keep: Keep, count: Count, few_sources: int, seed: int
) -> None:
    random = Random(seed)
    calls = traffic(seed)
    for n in range(0, len(calls), 15):
        await keep(*calls[n : n + 15], *random.sample(calls[: n + 1], 1), now=2 * DAY)
        await count(2 * DAY)
        assert await rows_of(db, "daily_performance") == await plain_values(db, few_sources)
    await erase(db, "^s[1-4]$")
    await count(2 * DAY)
    expected = await plain_values(db, few_sources)
    assert await rows_of(db, "daily_performance") == expected
    assert {key[2] for key in expected} == {"", "device_type", "utm_source", "bot", "session"}
    assert any(key[0] != key[1] for key in expected)
    assert await verify(db, CATALOGUE, at(2 * DAY), nobody) == 0


async def test_in_another_zone_values_lie_on_other_days(
    db: Pool, keep: Keep, count: Count, stored: Stored
) -> None:
    await keep(*traffic(4), now=2 * DAY)
    await count(2 * DAY)
    first = await stored()
    india = ZoneInfo("Asia/Kolkata")
    plan = await plan_rebuild(db, india, None, None)
    await rebuild(
        db, load_catalogue(india), plan, at(3 * DAY), announce=nobody, told=lambda _: None
    )
    assert await stored() == await plain_values(db, sources.MOST, india.key) != first


async def test_values_and_sessions_of_closed_months_stay_as_they_are(
    db: Pool, keep: Keep, count: Count, stored: Stored
) -> None:
    last_of_may, first_of_june = -15 * DAY, -14 * DAY
    await keep(call("anna", clicked(last_of_may)))
    await keep(call(None, measured(last_of_may + HOUR, 5, "anna")))
    await keep(call(None, measured(first_of_june, 6, "anna")))
    await count()
    before = await stored()
    assert {key[:2] for key in before} == {
        (date(2026, 5, 31), date(2026, 5, 31)),
        (date(2026, 6, 1), date(2026, 5, 31)),
    }
    async with db.connection() as connection:
        await connection.execute(
            "insert into closed_months (month, closed_at) values ('2026-05-01', now())"
        )
        await connection.execute("delete from performance_metrics where value = 5")
    await keep(call("anna", clicked(last_of_may + 5), user_agent=BOT))
    await keep(call(None, measured(last_of_may, 9), measured(first_of_june + 5, 7)))
    await count()
    after = await stored()
    assert {key: after[key] for key in before} == before
    assert counts(after).keys() - counts(before).keys() == {
        (date(2026, 6, 1), date(2026, 6, 1), *OF_NONE)
    }
