"""Somebody holds what a worker needs, for as long as a psql is open: it says so, and goes on."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import LiteralString

import pytest
from psycopg.errors import LockNotAvailable
from redis.asyncio import Redis

from nesthaus.db.pool import Connection, Pool, open_pool
from nesthaus.persist.idle import close_idle_sessions
from nesthaus.persist.trial import Pace
from nesthaus.stream.worker_states import Doing, worker_states
from tests.persist.conftest import RULES, Look
from tests.persist.traffic import at, call, clicked
from tests.persist.workers import append, doing, running, unfinished, worker_on
from tests.waiting import eventually

ENTRIES_THAT_ARE_SIFTED = 12
HOUR_S = 3_600.0
SHORT_MS, LONG_MS = 50, 60_000


@asynccontextmanager
async def impatient(db: Pool) -> AsyncGenerator[Pool]:
    """A pool whose statements wait no longer than 50 ms for a lock."""
    pool = await open_pool(
        str(db.conninfo),
        3,
        5.0,
        lock_timeout_ms=SHORT_MS,
        statement_timeout_ms=LONG_MS,
        application_name="impatient",
    )
    async with pool:
        yield pool


@asynccontextmanager
async def held(db: Pool, statement: LiteralString) -> AsyncGenerator[Connection]:
    """Another connection, in the transaction that holds it."""
    async with db.connection() as other:
        await other.execute(statement)
        try:
            yield other
        finally:
            await other.rollback()


@dataclass(frozen=True, slots=True)
class Counting(Pace):
    """Notes every failure."""

    failures: list[int] = field(default_factory=list[int])

    def pause_s(self, failures: int) -> float:
        self.failures.append(failures)
        return 0.0


async def has(failures: list[int], number: int) -> bool:
    return len(failures) >= number


async def waits(redis: Redis) -> bool:
    return Doing.WAITING_FOR_DATABASE in (await doing(redis)).values()


async def is_done(redis: Redis) -> bool:
    return await unfinished(redis) == 0


@pytest.mark.parametrize(
    "lock",
    [
        "select * from user_sessions where session_id = 'anna' for update",
        "lock table interaction_events in exclusive mode",
        "lock table user_sessions in access exclusive mode",
        "select pg_advisory_xact_lock(7310, 8)",
    ],
)
async def test_a_worker_tells_that_it_waits_for_a_lock_and_stores_all_once_it_is_gone(
    redis: Redis, db: Pool, look: Look, lock: LiteralString
) -> None:
    await append(redis, call("anna", clicked(0)))
    async with impatient(db) as pool, running(worker_on(redis, pool)):
        await eventually(lambda: is_done(redis))
        async with held(db, lock):
            await append(redis, call("anna", clicked(1)), call("ben", clicked(2)))
            await eventually(lambda: waits(redis))
            (state,) = await worker_states(redis)
            assert "lock timeout" in state.why
        await eventually(lambda: is_done(redis))
    stored = await look("select count(*) as events from interaction_events")
    assert stored == [{"events": 3}]


async def test_nothing_becomes_a_dead_letter_however_often_a_lock_is_waited_for(
    redis: Redis, db: Pool, look: Look
) -> None:
    counting = Counting(block_ms=20, claim_idle_s=HOUR_S)
    await append(redis, *[call(f"s{n}", clicked(n)) for n in range(ENTRIES_THAT_ARE_SIFTED)])
    async with (
        impatient(db) as pool,
        held(db, "lock table interaction_events in exclusive mode"),
        running(worker_on(redis, pool, pace=counting)),
    ):
        # After so many failures of another kind the rows would be suspects.
        await eventually(lambda: has(counting.failures, 6))
    assert await look("table dead_letters") == []
    async with impatient(db) as pool, running(worker_on(redis, pool)):
        await eventually(lambda: is_done(redis))
    assert len(await look("table interaction_events")) == ENTRIES_THAT_ARE_SIFTED


async def test_the_idle_pass_does_not_wait_for_ever_for_a_session_that_somebody_holds(
    redis: Redis, db: Pool, look: Look
) -> None:
    await append(redis, call("anna", clicked(0)))
    async with running(worker_on(redis, db)):
        await eventually(lambda: is_done(redis))
    later = at(0) + 2 * RULES.idle_after
    async with (
        impatient(db) as pool,
        held(db, "select * from user_sessions where session_id = 'anna' for update"),
    ):
        with pytest.raises(LockNotAvailable):
            await close_idle_sessions(pool, later, RULES)
    assert await close_idle_sessions(db, later, RULES) == 1
