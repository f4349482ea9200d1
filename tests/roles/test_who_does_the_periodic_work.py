"""One scheduler at a time, and another one when it is gone."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from nesthaus.db.pool import Pool, open_pool
from nesthaus.persist.announcer import Announcer
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.scheduler import Job, Scheduler
from nesthaus.stream.worker_states import SCHEDULE, WorkerState


@pytest.fixture
async def other_db(database_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database_url, 1, 20, application_name="other")
    yield pool
    await pool.close()


class Work:
    """Counts its runs; stops its scheduler after the last, and may last until it may end."""

    def __init__(self, *, lasts: bool = False, last_run: int = 1) -> None:
        self.runs = 0
        self._last_run = last_run
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.stop = asyncio.Event()
        if not lasts:
            self.may_end.set()

    async def run(self) -> str:
        self.runs += 1
        self.begun.set()
        await self.may_end.wait()
        if self.runs == self._last_run:
            self.stop.set()
        return "done"


def scheduler(pool: Pool, work: Work) -> Scheduler:
    announcer = Announcer("one", wall_clock, nowhere, role=SCHEDULE)
    return Scheduler(pool, (Job("work", 0.05, work.run),), announcer)


async def nowhere(_state: WorkerState) -> None:
    """Nobody looks at the states."""


async def test_the_second_scheduler_waits_for_the_first(db: Pool, other_db: Pool) -> None:
    first, second = Work(lasts=True), Work()
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(scheduler(db, first).run(first.stop))
        await first.begun.wait()
        waiting = tasks.create_task(scheduler(other_db, second).run(second.stop))
        async with other_db.connection() as connection:
            await connection.execute("select 1")
        assert second.runs == 0
        first.may_end.set()
        await waiting
    assert (first.runs, second.runs) == (1, 1)


async def test_a_connection_comes_back_as_it_was_whoever_works(db: Pool, other_db: Pool) -> None:
    first, second = Work(lasts=True), Work()
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(scheduler(db, first).run(first.stop))
        await first.begun.wait()
        waiting = tasks.create_task(scheduler(other_db, second).run(second.stop))
        await asyncio.sleep(0)
        async with other_db.connection() as connection:
            assert not connection.autocommit
        second.stop.set()
        await waiting
        first.may_end.set()
    assert second.runs == 0


async def test_a_scheduler_whose_connections_die_tries_again(db: Pool, other_db: Pool) -> None:
    work = Work(lasts=True, last_run=2)
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(scheduler(db, work).run(work.stop))
        await work.begun.wait()
        async with other_db.connection() as connection:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        work.may_end.set()
    assert work.runs == 2
