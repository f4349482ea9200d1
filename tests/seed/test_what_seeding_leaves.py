"""Do the tables equal a plain count of what was seeded, and does removal leave nothing?"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from nesthaus.db.pool import Pool
from nesthaus.domain.events import Entry, Finalisation, Interaction, Metric, Snapshot
from nesthaus.persist.store import Rules, store
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.seed import Seeded, count_seeded, remove_seeded, seed, seed_if_empty
from nesthaus.seed.plan import Plan
from nesthaus.seed.traffic import Traffic
from nesthaus.settings import Settings, load_settings
from tests.persist import plain_count
from tests.persist.traffic import at, call, clicked, converted, opened
from tests.prices import CATALOGUE

UNTIL = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
PLAN = Plan(sessions=250, days=60, seed=3, until=UNTIL)
SETTINGS: Settings = load_settings({}, Path("/nowhere/.env"))
RULES = Rules(timedelta(seconds=SETTINGS.idle_after_s), SETTINGS.timezone)
RAW_TABLES = {
    "session_entries": Entry,
    "interaction_events": Interaction,
    "configuration_snapshots": Snapshot,
    "session_finalisations": Finalisation,
}


def nobody(_count: int) -> None:
    """Is told how far it is."""


@pytest.fixture
def seeded(database_url: str) -> Seeded:
    counted = Seeded()
    asyncio.run(seed(SETTINGS, database_url, PLAN, counted, nobody))
    return counted


def rows(database_url: str, query: str) -> list[dict[str, Any]]:
    with (
        psycopg.connect(database_url, options="-c timezone=UTC") as connection,
        connection.cursor(row_factory=dict_row) as cursor,
    ):
        return cursor.execute(query.encode()).fetchall()


def counts(database_url: str) -> Mapping[str, int]:
    """Rows of every table but the marks, which ask for a new count."""
    tables = [
        row["name"]
        for row in rows(
            database_url,
            "select relname as name from pg_class where relkind in ('r', 'p')"
            " and not relispartition and relnamespace = 'public'::regnamespace",
        )
    ]
    assert len(tables) > 15
    return {
        table: rows(database_url, f"select count(*) as n from {table}")[0]["n"]
        for table in tables
        if table != "recount_marks"
    }


def test_the_tables_equal_a_plain_count(seeded: Seeded, database_url: str) -> None:
    deliveries = [each for session in Traffic(PLAN, CATALOGUE) for each in session]
    facts = plain_count.facts_of(deliveries)
    for table, kind in RAW_TABLES.items():
        stored = {
            (row["session_id"], row["timestamp"], row["id"], row["over"])
            for row in rows(database_url, f"select * from {table}")
            if not row.get("implied")
        }
        assert stored == plain_count.rows_of(facts, kind), table
    expected = plain_count.sessions_of(
        [d for d in deliveries if d.session_id], wall_clock(), RULES.idle_after
    )
    for row in rows(database_url, "select * from user_sessions"):
        wanted = expected.pop(row["session_id"])
        wanted.pop("final_configuration")
        assert {column: row[column] for column in wanted} == wanted
    assert expected == {}
    accepted = Counter(
        each.id
        for call in deliveries
        for each in call.events
        if isinstance(each, Interaction | Snapshot | Finalisation)
    )
    noted = Counter(row["id"] for row in rows(database_url, "table duplicate_events"))
    assert noted == Counter({name: n - 1 for name, n in accepted.items() if n > 1})
    assert noted
    metrics = {each.id for call in deliveries for each in call.events if isinstance(each, Metric)}
    assert {row["id"] for row in rows(database_url, "table performance_metrics")} == metrics
    owners = {row["order_id"]: row["session_id"] for row in rows(database_url, "table orders")}
    assert owners == plain_count.owner_of_orders(facts)
    assert rows(database_url, "table dead_letters") == []
    assert seeded == Seeded(250, sum(len(each.events) for each in deliveries))


def test_the_same_plan_again_stores_nothing_twice(seeded: Seeded, database_url: str) -> None:
    before = counts(database_url)

    asyncio.run(seed(SETTINGS, database_url, PLAN, Seeded(), nobody))

    assert counts(database_url) == before
    assert before["user_sessions"] == 250


def test_rows_lie_in_the_partitions_of_their_months(seeded: Seeded, database_url: str) -> None:
    for table in ("interaction_events", "configuration_snapshots", "performance_metrics"):
        assert rows(database_url, f"select 1 from {table}_default limit 1") == []
        found = rows(database_url, f"select distinct tableoid::regclass::text as name from {table}")
        assert {f"{table}_2026_05", f"{table}_2026_06"} <= {row["name"] for row in found}


async def test_removal_leaves_nothing_but_marks_and_all_that_is_not_seeded(
    db: Pool, database_url: str
) -> None:
    # given others, one of whom calls itself nearly as ours are called
    others = [
        call("anna", opened(0), address="10.0.0.0"),
        call("anna", clicked(1), converted(2, 3, order_id="order 1")),
        call("seed-catalogue-2026", clicked(5)),
    ]
    async with db.connection() as connection:
        await store(connection, others, at(3_600), RULES)
    before = counts(database_url)
    seeded = Seeded()
    await seed(SETTINGS, database_url, PLAN, seeded, nobody)
    assert await count_seeded(database_url) == 250
    hours = rows(
        database_url,
        "select date_trunc('hour', start_time) as hour from user_sessions"
        " where session_id ~ '^seed-[0-9a-z]{6}[0-9a-f]{11}$'"
        " union select date_trunc('hour', timestamp) from performance_metrics",
    )
    assert counts(database_url)["duplicate_events"] > 0
    async with db.connection() as connection:
        await connection.execute("delete from recount_marks")

    # when
    steps: list[int] = []
    await remove_seeded(SETTINGS, database_url, steps.append)

    # then
    assert sum(steps) == 250
    assert counts(database_url) == before
    left = {row["session_id"] for row in rows(database_url, "table user_sessions")}
    assert left == {"anna", "seed-catalogue-2026"}
    marks = rows(database_url, "select distinct hour from recount_marks")
    assert {row["hour"] for row in marks} == {row["hour"] for row in hours}
    assert len(hours) > 100


async def test_two_can_seed_while_a_third_stores(database_url: str, db: Pool) -> None:
    others = [call(f"visitor {number}", clicked(number)) for number in range(300)]

    async def store_others() -> None:
        for each in others:
            async with db.connection() as connection:
                await store(connection, [each], at(3_600), RULES)

    second = Plan(sessions=200, days=30, seed=4, until=UNTIL)
    await asyncio.gather(
        seed(SETTINGS, database_url, PLAN, Seeded(), nobody),
        seed(SETTINGS, database_url, second, Seeded(), nobody),
        store_others(),
    )

    assert counts(database_url)["user_sessions"] == 250 + 200 + 300


async def test_what_is_stopped_leaves_whole_sessions(database_url: str) -> None:
    plan = Plan(sessions=3_000, days=60, seed=3, until=UNTIL)
    seeded, first = Seeded(), asyncio.Event()
    work = asyncio.create_task(
        seed(SETTINGS, database_url, plan, seeded, lambda _count: first.set())
    )
    await first.wait()

    work.cancel()
    await asyncio.gather(work, return_exceptions=True)

    assert 0 < seeded.sessions < 3_000
    stored = {row["session_id"] for row in rows(database_url, "table user_sessions")}
    events = {row["id"] for row in rows(database_url, "select id from interaction_events")}
    assert len(stored) >= seeded.sessions
    assert events == {
        event.id
        for session in Traffic(plan, CATALOGUE)
        for delivery in session
        for event in delivery.events
        if isinstance(event, Interaction) and delivery.session_id in stored
    }


async def test_only_an_empty_database_is_seeded_and_only_once(database_url: str) -> None:
    first, second = Seeded(), Seeded()
    done = await asyncio.gather(
        seed_if_empty(SETTINGS, database_url, PLAN, first, nobody),
        seed_if_empty(SETTINGS, database_url, Plan(10, 1, 1, UNTIL), second, nobody),
    )

    assert sorted(done) == [False, True]
    assert sorted([first.sessions, second.sessions]) in ([0, 10], [0, 250])
    assert counts(database_url)["user_sessions"] == max(first.sessions, second.sessions)


async def test_seeding_an_empty_database_is_all_or_nothing(database_url: str) -> None:
    plan = Plan(sessions=3_000, days=60, seed=3, until=UNTIL)
    seeded, first = Seeded(), asyncio.Event()
    work = asyncio.create_task(
        seed_if_empty(SETTINGS, database_url, plan, seeded, lambda _count: first.set())
    )
    await first.wait()

    work.cancel()
    await asyncio.gather(work, return_exceptions=True)

    assert seeded == Seeded()
    assert counts(database_url)["user_sessions"] == 0


async def test_a_database_with_sessions_is_left_alone(db: Pool, database_url: str) -> None:
    async with db.connection() as connection:
        await store(connection, [call("anna", clicked(1))], at(3_600), RULES)

    assert not await seed_if_empty(SETTINGS, database_url, PLAN, Seeded(), nobody)

    assert counts(database_url)["user_sessions"] == 1
