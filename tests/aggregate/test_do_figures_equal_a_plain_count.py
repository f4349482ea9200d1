"""Do stored figures equal a plain count, whatever came late, twice or out of order?"""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from nesthaus.aggregate.marked import count_marked
from nesthaus.db.pool import Pool
from nesthaus.domain.events import Delivery
from nesthaus.domain.periods import start_of_day
from nesthaus.persist.idle import close_idle_sessions
from nesthaus.persist.store import store
from nesthaus.seed.plan import Plan
from nesthaus.seed.traffic import Traffic
from tests.aggregate.conftest import nobody
from tests.aggregate.looking import Rows, rows_of
from tests.aggregate.plain_figures import (
    COUNTED,
    Session,
    figures_of,
    hour_of,
    parts_of,
    sessions_of,
)
from tests.persist.conftest import RULES
from tests.prices import CATALOGUE

ZONE = RULES.zone
# Over the night on which the clocks went back.
PLAN = Plan(sessions=150, days=4, seed=7, until=datetime(2025, 10, 27, 12, 0, tzinfo=UTC))


def jumbled(seed: int) -> tuple[list[Delivery], list[list[Delivery]]]:
    """A traffic; and the same in batches, in any order, a fifth of it twice."""
    deliveries = [each for session in Traffic(PLAN, CATALOGUE) for each in session]
    chance = random.Random(seed)
    sent = deliveries + chance.sample(deliveries, len(deliveries) // 5)
    chance.shuffle(sent)
    return deliveries, [sent[n : n + 60] for n in range(0, len(sent), 60)]


def counted_only(rows: Rows, place: int) -> Rows:
    return {key: numbers for key, numbers in rows.items() if key[place] in COUNTED}


async def count(db: Pool, now: datetime) -> None:
    await close_idle_sessions(db, now, RULES)
    await count_marked(db, CATALOGUE, lambda: now, nobody)


async def assert_equal(db: Pool, sessions: list[Session]) -> None:
    def hours(session: Session) -> Iterator[tuple[Any, ...]]:
        return ((hour_of(session, ZONE), *part) for part in parts_of(session))

    def days(session: Session) -> Iterator[tuple[Any, ...]]:
        date = session["start_time"].astimezone(ZONE).date()
        return ((date, *part) for part in parts_of(session))

    for table, key_of in (("hourly_analytics", hours), ("daily_analytics", days)):
        expected = figures_of(sessions, key_of)
        totals = {(k[0], *k[3:]): v for k, v in expected.items() if k[1] == ""}
        parts = {k: v for k, v in expected.items() if k[1] != ""}
        assert counted_only(await rows_of(db, table), 1) == totals
        assert counted_only(await rows_of(db, f"{table}_by"), 3) == parts
        assert len(totals) > 50


async def assert_configurations_equal(db: Pool, sessions: list[Session]) -> None:
    days: dict[tuple[Any, ...], list[Session]] = defaultdict(list)
    for session in sessions:
        if session["final_configuration_hash"]:
            date = session["start_time"].astimezone(ZONE).date()
            for part in parts_of(session):
                days[date, *part, session["final_configuration_hash"]].append(session)
    expected = {
        key: (
            len(members),
            sum(each["converted_at"] is not None for each in members),
            sum(each["last_price"] or 0 for each in members),
            sum(each["last_price"] is not None for each in members),
            max(each["final_snapshot_at"] for each in members),
        )
        for key, members in days.items()
    }
    totals = {(k[0], k[3]): v for k, v in expected.items() if k[1] == ""}
    assert await rows_of(db, "daily_configurations") == totals
    parts = {k: v for k, v in expected.items() if k[1] != ""}
    assert await rows_of(db, "daily_configurations_by") == parts
    popular: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (_, configuration_hash), numbers in totals.items():
        popular[configuration_hash][0] += numbers[0]
        popular[configuration_hash][1] += numbers[1]
    stored = await rows_of(db, "popular_configurations")
    assert {k[0]: list(v[1:3]) for k, v in stored.items()} == popular
    assert len(totals) > 20


async def test_figures_equal_a_plain_count_after_every_order(db: Pool) -> None:
    now = PLAN.until + timedelta(minutes=20)
    deliveries, batches = jumbled(seed=3)
    for number, batch in enumerate(batches):
        async with db.connection() as connection:
            await store(connection, batch, now, RULES)
        if number % 3 == 0:
            await count(db, now)

    await count(db, now)

    sessions = list(sessions_of(deliveries, now, RULES.idle_after).values())
    assert {each["bot_reason"] is None for each in sessions} == {True, False}
    # the clocks' repeated hour is there twice
    repeated = start_of_day(datetime(2025, 10, 26, tzinfo=UTC).date(), ZONE) + timedelta(hours=2)
    assert {hour_of(each, ZONE) for each in sessions} & {repeated, repeated + timedelta(hours=1)}
    await assert_equal(db, sessions)
    await assert_configurations_equal(db, sessions)


async def test_days_are_the_sums_of_their_hours(db: Pool) -> None:
    now = PLAN.until + timedelta(minutes=20)
    _, batches = jumbled(seed=4)
    for batch in batches:
        async with db.connection() as connection:
            await store(connection, batch, now, RULES)
    await count(db, now)

    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for (hour, *rest), numbers in (await rows_of(db, "hourly_analytics_by")).items():
        total = sums[hour.astimezone(ZONE).date(), *rest]
        for place, number in enumerate(numbers):
            total[place] += number
    days = await rows_of(db, "daily_analytics_by")
    assert days == {key: tuple(numbers) for key, numbers in sums.items()}
    metrics = {key[3] for key in days}
    assert {"funnel", "drop_off", "path_nodes", "path_links", "orders", "tracking"} <= metrics


async def test_counting_again_changes_nothing(db: Pool) -> None:
    now = PLAN.until + timedelta(minutes=20)
    _, batches = jumbled(seed=5)
    for batch in batches:
        async with db.connection() as connection:
            await store(connection, batch, now, RULES)
    await count(db, now)
    async with db.connection() as connection:
        await connection.execute(
            "insert into recount_marks (session_id, hour)"
            " select 'x', hour from hourly_analytics group by hour"
        )

    again = await count_marked(db, CATALOGUE, lambda: now, nobody)

    assert again.hours > 20
    assert again.changed == 0
