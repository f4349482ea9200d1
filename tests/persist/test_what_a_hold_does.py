"""When everything fails the entries are not to blame: nothing is taken away until one passes."""

from typing import LiteralString

import pytest
from psycopg.sql import SQL
from redis.asyncio import Redis

from nesthaus.db.pool import Pool
from nesthaus.stream.worker_states import Doing
from tests.persist.conftest import Look
from tests.persist.traffic import call, clicked
from tests.persist.workers import append, doing, pending, running, unfinished, worker_on
from tests.waiting import eventually

REFUSE_CLICKS: LiteralString = """
    alter table interaction_events
    add constraint nonsense check (event_type <> 'click')
"""
ALLOW_CLICKS: LiteralString = "alter table interaction_events drop constraint nonsense"
CLICKS = [call(f"session {n % 5}", clicked(n)) for n in range(25)]


async def test_a_fault_of_ours_loses_nothing_and_work_goes_on_when_it_is_mended(
    redis: Redis, db: Pool, look: Look
) -> None:
    await execute(db, REFUSE_CLICKS)
    await append(redis, *CLICKS)
    async with running(worker_on(redis, db)):
        await eventually(lambda: does(redis, Doing.HOLDING))
        await append(redis, call("late", clicked(99)))
        await eventually(lambda: has_pending(redis, 26))
        assert await look("table dead_letters") == []
        await execute(db, ALLOW_CLICKS)
        await eventually(lambda: is_empty(redis))
        await eventually(lambda: does(redis, Doing.RUNNING))
    assert len(await look("table interaction_events")) == 26
    assert await look("table dead_letters") == []


async def test_when_a_fresh_entry_passes_the_held_ones_are_tried_once_more_and_convicted(
    redis: Redis, db: Pool, look: Look
) -> None:
    await append(redis, *(b"\x01poison %d" % n for n in range(25)))
    async with running(worker_on(redis, db)):
        await eventually(lambda: does(redis, Doing.HOLDING))
        assert await look("table dead_letters") == []
        await append(redis, *CLICKS[:3])
        await eventually(lambda: is_empty(redis))
    assert len(await look("table interaction_events")) == 3
    assert len(await look("table dead_letters")) == 25


@pytest.mark.parametrize("after_how_many", [0, 12, 19])
async def test_what_is_good_before_a_run_of_poison_is_stored_and_acknowledged(
    redis: Redis, db: Pool, look: Look, after_how_many: int
) -> None:
    await append(redis, *CLICKS[:after_how_many], *(b"poison %d" % n for n in range(30)))
    async with running(worker_on(redis, db)):
        await eventually(lambda: does(redis, Doing.HOLDING))
        await eventually(lambda: has_pending(redis, 30))
        assert await look("table dead_letters") == []
    assert len(await look("table interaction_events")) == after_how_many


async def test_a_run_of_poison_from_one_session_alone_does_not_make_a_worker_hold(
    redis: Redis, db: Pool, look: Look
) -> None:
    long = "x" * 51
    await append(redis, *(call("anna", clicked(n, type=long)) for n in range(30)))
    async with running(worker_on(redis, db)):
        await eventually(lambda: is_empty(redis))
    assert len(await look("table dead_letters")) == 30


FAIL_FOR: LiteralString = """
    create function fail() returns trigger language plpgsql as $$
    begin
        if new.session_id = any (string_to_array(tg_argv[1], ',')) or tg_argv[1] = 'all' then
            raise 'it fails' using errcode = tg_argv[0];
        end if;
        return new;
    end $$;
    create trigger fails before insert on user_sessions
    for each row execute function fail({state}, {sessions})
"""
MEND: LiteralString = "drop function fail() cascade"


@pytest.mark.parametrize("state", ["XX000", "57014"])
async def test_what_fails_again_and_again_as_if_the_database_did_is_found_among_the_rest(
    redis: Redis, db: Pool, look: Look, state: str
) -> None:
    """An internal error, a statement that takes too long: whoever causes it holds up nobody."""
    await fail_for(db, state, "session 1,session 3")
    await append(redis, *CLICKS)
    async with running(worker_on(redis, db)):
        await eventually(lambda: is_empty(redis))
        await eventually(lambda: does(redis, Doing.RUNNING))
    assert len(await look("table interaction_events")) == 15
    assert len(await look("table dead_letters")) == 10


async def test_what_fails_alone_like_that_is_convicted_when_another_passes(
    redis: Redis, db: Pool, look: Look
) -> None:
    await fail_for(db, "XX000", "anna")
    await append(redis, call("anna", clicked(1)))
    async with running(worker_on(redis, db)):
        await eventually(lambda: does(redis, Doing.HOLDING))
        assert await look("table dead_letters") == []
        await append(redis, call("ben", clicked(2)))
        await eventually(lambda: is_empty(redis))
    assert len(await look("table dead_letters")) == 1
    assert len(await look("table interaction_events")) == 1


async def test_a_database_that_fails_at_everything_convicts_nobody(
    redis: Redis, db: Pool, look: Look
) -> None:
    await fail_for(db, "XX000", "all")
    await append(redis, *CLICKS[:7])
    async with running(worker_on(redis, db)):
        await eventually(lambda: does(redis, Doing.HOLDING))
        assert await look("table dead_letters") == []
        await execute(db, MEND)
        await eventually(lambda: is_empty(redis))
    assert await look("table dead_letters") == []
    assert len(await look("table interaction_events")) == 7


async def test_a_worker_that_holds_stops_at_once_and_takes_nothing_away(
    redis: Redis, db: Pool, look: Look
) -> None:
    await append(redis, *(b"poison %d" % n for n in range(20)))
    async with running(worker_on(redis, db)):
        await eventually(lambda: does(redis, Doing.HOLDING))
    assert await pending(redis) == 20
    assert await look("table dead_letters") == []


async def does(redis: Redis, what: Doing) -> bool:
    return (await doing(redis)).get("one") is what


async def has_pending(redis: Redis, count: int) -> bool:
    return await pending(redis) == count


async def is_empty(redis: Redis) -> bool:
    return await unfinished(redis) == 0


async def fail_for(pool: Pool, state: str, sessions: str) -> None:
    async with pool.connection() as connection:
        await connection.execute(SQL(FAIL_FOR).format(state=state, sessions=sessions))


async def execute(pool: Pool, statement: LiteralString) -> None:
    async with pool.connection() as connection:
        await connection.execute(statement)
