"""Are the amounts of a day stored as they are, in order, and in the buckets they belong to?"""

import random
from collections import defaultdict
from datetime import date
from itertools import chain, pairwise

from nesthaus.aggregate.marked import count_marked
from nesthaus.db.pool import Pool
from nesthaus.domain.spreads import Spread, added, nth_of
from nesthaus.persist.idle import close_idle_sessions
from nesthaus.persist.store import store
from tests.aggregate.conftest import nobody
from tests.aggregate.looking import rows_of
from tests.figures.visits import NOW, visits
from tests.persist.conftest import RULES
from tests.prices import CATALOGUE

Key = tuple[date, str, str, str, str, bool]


async def fill(db: Pool) -> None:
    async with db.connection() as connection:
        for batch in visits(5, 80):
            await store(connection, batch, NOW, RULES)
        # The made-up visits have no bots.
        await connection.execute(
            "update user_sessions set bot_reason = 'a crawler' where session_id in"
            " (select session_id from user_sessions order by session_id limit 9)"
        )
    await close_idle_sessions(db, NOW, RULES)
    await count_marked(db, CATALOGUE, lambda: NOW, nobody)


async def amounts_of_sessions(db: Pool) -> dict[Key, list[int]]:
    """Counted one session after the other."""
    found: dict[Key, list[int]] = defaultdict(list)
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select session.start_time, bot_reason, device_type, utm_source, converted_at,"
            " last_price, clock_skew_ms, decided_categories, decision_ms"
            " from user_sessions as session inner join session_figures using (session_id)"
        )
        rows = await cursor.fetchall()
        for began, bot, device, source, converted_at, price, skew, decided, took_ms in rows:
            day, converted = began.astimezone(RULES.zone).date(), converted_at is not None
            parts = [("bot", "true")] if bot else [("", ""), ("device_type", device)]
            parts += [] if bot else [("utm_source", source)]
            for part in parts:
                if price is not None:
                    found[day, *part, "price", "", converted].append(price)
                if skew is not None:
                    found[day, *part, "clock_skew", "", False].append(skew)
                for category, ms in zip(decided, took_ms, strict=True):
                    found[day, *part, "decision_time", category, converted].append(ms)
    return {key: sorted(amounts) for key, amounts in found.items()}


async def test_the_amounts_are_those_of_the_sessions(db: Pool) -> None:
    await fill(db)
    stored = await rows_of(db, "daily_spreads")
    assert {key: numbers[2] for key, numbers in stored.items()} == await amounts_of_sessions(db)
    assert {key[3] for key in stored} == {"price", "decision_time", "clock_skew"}
    assert {key[1] for key in stored} == {"", "device_type", "utm_source", "bot"}


async def test_buckets_part_the_amounts_without_a_gap(db: Pool) -> None:
    await fill(db)
    for _, ends, amounts in (await rows_of(db, "daily_spreads")).values():
        assert ends == sorted(ends)
        assert ends[-1] == len(amounts)
        assert ends[0] > 0
        cuts = [0, *ends]
        buckets = [amounts[begin:end] for begin, end in pairwise(cuts)]
        assert list(chain.from_iterable(buckets)) == amounts
        filled = [bucket for bucket in buckets if bucket]
        assert all(one[-1] < next_one[0] for one, next_one in pairwise(filled))


def test_a_rank_is_found_in_many_days_as_in_one() -> None:
    chance = random.Random(8)
    days = [[chance.randrange(40, 90) for _ in range(chance.randrange(1, 30))] for _ in range(20)]
    together = sorted(amount for day in days for amount in day)
    whole = added(spread_in_tens(day) for day in days)
    assert whole.count == len(together)
    for rank, amount in enumerate(together, start=1):
        bucket = whole.bucket_of(rank)
        inside = [[each for each in sorted(day) if each // 10 == bucket] for day in days]
        assert nth_of(inside, rank - whole.before(bucket)) == amount


def test_amounts_may_be_the_same_or_below_zero() -> None:
    runs = [[-5, -5, 0], [], [-5, 7_000_000_000]]
    told = [nth_of(runs, nth) for nth in range(1, 6)]
    assert told == [-5, -5, -5, 0, 7_000_000_000]


def test_nothing_added_up_is_nothing() -> None:
    assert added([]).count == 0
    assert added([Spread(3, ())]).before(5) == 0


def spread_in_tens(amounts: list[int]) -> Spread:
    first, last = min(amounts) // 10, max(amounts) // 10
    ends = [sum(amount // 10 <= bucket for amount in amounts) for bucket in range(first, last + 1)]
    return Spread(first, ends)
