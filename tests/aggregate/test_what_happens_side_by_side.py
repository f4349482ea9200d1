"""Is a count right while others store, count or break off?"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import psycopg
import pytest

from nesthaus.aggregate.marked import count_marked
from nesthaus.aggregate.recount import Recounted, marked_hours, recount_marked
from nesthaus.aggregate.turns import Busy, counting
from nesthaus.db.pool import Connection, Pool, open_pool
from nesthaus.persist.store import store
from tests.aggregate.conftest import Count, nobody
from tests.aggregate.looking import everything
from tests.persist.conftest import RULES, Keep
from tests.persist.traffic import at, call, clicked, opened, saved
from tests.prices import CATALOGUE
from tests.waiting import eventually

HOUR = 3_600


class BrokenOff(Exception):
    pass


async def recount(connection: Connection, marks: Sequence[datetime]) -> Recounted:
    return await recount_marked(connection, marks, CATALOGUE)


async def marks(db: Pool) -> int:
    async with db.connection() as connection:
        cursor = await connection.execute("select count(*) from recount_marks")
        row = await cursor.fetchone()
    assert row is not None
    return row[0]


async def sleeps(db: Pool) -> bool:
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select 1 from pg_stat_activity"
            " where datname = current_database() and wait_event = 'PgSleep'"
        )
        return await cursor.fetchone() is not None


async def test_what_is_broken_off_changes_nothing(db: Pool, keep: Keep, count: Count) -> None:
    await keep(call("anna", clicked(10), saved(20)))
    await count()
    before = await everything(db)
    await keep(call("ben", clicked(30), saved(40, price=300_000)))

    async def break_off(connection: Connection) -> None:
        assert (await recount(connection, await marked_hours(connection))).changed > 0
        raise BrokenOff

    with pytest.raises(BrokenOff):
        await counting(db, break_off)

    assert await everything(db) == before
    assert await marks(db) == 1
    await count()
    assert await everything(db) != before


async def test_a_count_whose_connection_dies_is_made_by_the_next_one(
    db: Pool, database_url: str, keep: Keep, count: Count
) -> None:
    await keep(call("anna", clicked(10)))

    async def die(connection: Connection) -> None:
        await recount(connection, await marked_hours(connection))
        backend = connection.info.backend_pid
        async with db.connection() as other:
            await other.execute("select pg_terminate_backend(%s)", [backend])
        await connection.execute("select 1")

    with pytest.raises(psycopg.OperationalError):
        await counting(db, die)

    assert await marks(db) == 1
    assert (await count()).hours == 1


async def test_a_mark_that_comes_while_its_hour_is_counted_stays(
    db: Pool, keep: Keep, count: Count
) -> None:
    await keep(call("anna", clicked(10)))

    async def count_slowly(connection: Connection) -> None:
        found = await marked_hours(connection)
        await keep(call("anna", clicked(20)), call("ben", opened(30)))
        await recount(connection, found)

    await counting(db, count_slowly)

    daily = (await everything(db))["daily_analytics"]
    assert {key[1]: numbers[0] for key, numbers in daily.items()}["sessions"] == 1
    assert await marks(db) == 2
    await count()
    daily = (await everything(db))["daily_analytics"]
    numbers = {key[1]: numbers[0] for key, numbers in daily.items() if key[2:] == ("", "")}
    assert (numbers["sessions"], numbers["interactions"]) == (2, 2)


async def test_storing_and_counting_do_not_wait_for_each_other(db: Pool, keep: Keep) -> None:
    await keep(call("anna", clicked(10)))

    async def count_and_stay(connection: Connection) -> None:
        await recount(connection, await marked_hours(connection))
        # another batch for the same session goes through before this transaction ends
        async with asyncio.timeout(10):
            await keep(call("anna", clicked(50)))

    await counting(db, count_and_stay)


async def test_figures_are_right_when_many_store_and_two_count(
    db: Pool, database_url: str, count: Count
) -> None:
    others = await open_pool(database_url, 4, 20, application_name="others")
    deliveries = [
        call(f"visitor {n % 40}", clicked(n * 97, n + 1), clicked(n * 97 + 5, n + 1001))
        for n in range(240)
    ]
    storing = asyncio.Event()

    async def store_all(part: int) -> None:
        for delivery in deliveries[part::3]:
            async with others.connection() as connection:
                await store(connection, [delivery], at(8 * HOUR), RULES)
            storing.set()

    async def count_all(writers: Sequence[asyncio.Task[None]]) -> None:
        await storing.wait()
        while not all(writer.done() for writer in writers):
            await count_marked(db, CATALOGUE, lambda: at(8 * HOUR), nobody)

    async with asyncio.timeout(120), asyncio.TaskGroup() as tasks:
        writers = [tasks.create_task(store_all(part)) for part in range(3)]
        for _ in range(2):
            tasks.create_task(count_all(writers))
    await others.close()
    await count(8 * HOUR)

    daily = (await everything(db))["daily_analytics"]
    numbers = {key[1]: numbers[0] for key, numbers in daily.items() if key[2:] == ("", "")}
    assert (numbers["sessions"], numbers["interactions"]) == (40, 480)
    assert await marks(db) == 0


async def test_one_counts_at_a_time(db: Pool) -> None:
    inside, most = 0, 0

    async def work(connection: Connection) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await connection.execute("select pg_sleep(0.01)")
        inside -= 1

    await asyncio.gather(*(counting(db, work) for _ in range(4)))
    assert most == 1


async def test_who_waits_too_long_is_told_and_leaves_no_trace(db: Pool) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def hold(_connection: Connection) -> None:
        begun.set()
        await may_end.wait()

    async def nothing(_connection: Connection) -> None:
        raise AssertionError

    holding = asyncio.create_task(counting(db, hold))
    await begun.wait()
    with pytest.raises(Busy):
        await counting(db, nothing, wait_s=0.05)
    may_end.set()
    await holding
    async with db.connection() as connection:
        assert not connection.autocommit
        cursor = await connection.execute("show lock_timeout")
        assert await cursor.fetchone() == ("0",)


async def test_who_is_cancelled_leaves_the_turn_to_the_next(db: Pool, keep: Keep) -> None:
    await keep(call("anna", clicked(10)))

    async def last(connection: Connection) -> None:
        await connection.execute("select pg_sleep(60)")

    task = asyncio.create_task(counting(db, last))
    # A statement that has only been sent cannot be cancelled yet.
    await eventually(lambda: sleeps(db))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(20):
        counted = await count_marked(db, CATALOGUE, lambda: at(60), nobody)
    assert counted.hours == 1


async def test_a_session_erased_while_its_hour_is_counted_is_no_harm(
    db: Pool, database_url: str, keep: Keep, count: Count
) -> None:
    """The row it wants to hang its figures on is gone: the count begins again."""
    await keep(call("anna", clicked(10)), call("ben", clicked(20)))
    tries = 0

    async def erase_in_between(connection: Connection) -> None:
        nonlocal tries
        tries += 1
        found = await marked_hours(connection)
        if tries == 1:
            async with db.connection() as other:
                await other.execute("delete from user_sessions where session_id = 'anna'")
        await recount(connection, found)

    await counting(db, erase_in_between)

    assert tries == 2
    daily = (await everything(db))["daily_analytics"]
    assert {key[1]: numbers[0] for key, numbers in daily.items()}["sessions"] == 1


async def test_it_goes_on_in_small_steps_and_tells_of_each(db: Pool, keep: Keep) -> None:
    await keep(*(call(f"visitor {n}", clicked(n * HOUR)) for n in range(7)), now=8 * HOUR)
    told = 0

    async def announce() -> None:
        nonlocal told
        told += 1

    counted = await count_marked(db, CATALOGUE, lambda: at(8 * HOUR), announce, size=1)
    assert counted.hours == 7
    assert told >= 3
    await count_marked(db, CATALOGUE, lambda: at(8 * HOUR), announce)
    assert await marks(db) == 0


async def test_tables_that_have_grown_tenfold_are_sampled_before_they_are_counted(
    db: Pool, keep: Keep, count: Count
) -> None:
    """Without, PostgreSQL goes through all sessions for each event of the first hours."""

    async def known_rows() -> float:
        async with db.connection() as connection:
            cursor = await connection.execute(
                "select reltuples from pg_class where relname = 'interaction_events_default'"
            )
            row = await cursor.fetchone()
        assert row is not None
        return row[0]

    async def are_told(rows: int) -> bool:
        async with db.connection() as connection:
            await connection.execute("select pg_stat_force_next_flush()")
            cursor = await connection.execute(
                "select n_live_tup >= %s from pg_stat_user_tables"
                " where relname = 'interaction_events_default'",
                [rows],
            )
            return await cursor.fetchone() == (True,)

    async def after(first: int, last: int) -> float:
        await keep(call("anna", *(clicked(n, n) for n in range(first, last))), now=3 * HOUR)
        await eventually(lambda: are_told(last))
        await count()
        return await known_rows()

    assert await after(0, 1_000) == 1_000
    assert await after(1_000, 9_000) == 1_000
    assert await after(9_000, 10_001) == 10_001
