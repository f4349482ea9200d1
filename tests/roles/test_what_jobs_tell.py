"""Does the table of jobs tell what became of each, and does a failure end nothing?"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier
from redis.asyncio import Redis

from nesthaus.aggregate.state import OtherZone
from nesthaus.db.migrate import upgrade
from nesthaus.db.pool import Pool, open_pool
from nesthaus.persist.announcer import Announcer, Publish
from nesthaus.roles.runtime import await_schema_announced
from nesthaus.roles.scheduler import Job, Scheduler
from nesthaus.roles.work import WorkInJobs
from nesthaus.stream.connection import connect
from nesthaus.stream.worker_states import (
    SCHEDULE,
    Doing,
    WorkerState,
    publish_worker_state,
    worker_states,
)
from tests.clocks import SettableClock
from tests.conftest import run_sql
from tests.waiting import eventually

TERMINATE = SQL("select pg_terminate_backend(pid) from pg_stat_activity where datname = {}")


async def jobs(db: Pool) -> dict[str, dict[str, Any]]:
    async with db.connection() as connection, connection.cursor(row_factory=dict_row) as rows:
        await rows.execute("select * from jobs")
        return {row["name"]: row for row in await rows.fetchall()}


async def nowhere(_state: WorkerState) -> None:
    """Nobody looks at the states."""


def scheduler(
    pool: Pool, clock: SettableClock, *listed: Job, publish: Publish = nowhere
) -> Scheduler:
    return Scheduler(pool, listed, Announcer("one", clock, publish, role=SCHEDULE), clock)


def once(stop: asyncio.Event, result: str) -> Callable[[], Awaitable[str]]:
    async def run() -> str:
        stop.set()
        return result

    return run


async def test_a_run_that_went_well_is_told(db: Pool, clock: SettableClock) -> None:
    stop = asyncio.Event()
    await scheduler(db, clock, Job("count", 60, once(stop, "3 hours counted"))).run(stop)
    row = (await jobs(db))["count"]
    assert (row["result"], row["error"]) == ("3 hours counted", None)
    assert row["started_at"] == row["finished_at"] == clock()
    assert clock() < row["next_run_at"] <= clock() + timedelta(seconds=60)
    assert 0 <= row["duration_ms"] < 20_000


async def test_a_job_that_raises_anything_is_told_and_tried_again(
    db: Pool, clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    stop, tries = asyncio.Event(), 0

    async def fail_twice() -> str:
        nonlocal tries
        tries += 1
        if tries < 3:
            row = (await jobs(db))["count"]
            assert row["finished_at"] is None
            raise KeyError("what was looked for")
        row = (await jobs(db))["count"]
        assert row["error"] == "KeyError: 'what was looked for'"
        assert row["result"] is None
        stop.set()
        return "done"

    caplog.set_level(logging.INFO, "nesthaus.roles.scheduler")
    await scheduler(db, clock, Job("count", 0.05, fail_twice)).run(stop)
    row = (await jobs(db))["count"]
    assert (row["result"], row["error"]) == ("done", None)
    # once, although it failed twice
    assert caplog.messages == ["job count failed; it is tried again", "job count works again"]
    assert caplog.records[0].exc_info is not None


async def test_what_a_job_waits_for_is_told_in_one_line(
    db: Pool, clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    stop = asyncio.Event()

    async def refuse() -> str:
        stop.set()
        raise OtherZone("NESTHAUS_TIMEZONE is another")

    await scheduler(db, clock, Job("count", 60, refuse)).run(stop)
    assert caplog.messages == ["job count waits: NESTHAUS_TIMEZONE is another"]
    assert caplog.records[0].exc_info is None
    row = (await jobs(db))["count"]
    assert row["error"] == "OtherZone: NESTHAUS_TIMEZONE is another"
    assert row["next_run_at"] == clock() + timedelta(seconds=5)


async def test_a_job_that_takes_long_or_fails_does_not_hold_up_the_others(
    db: Pool, clock: SettableClock
) -> None:
    stop, blocked = asyncio.Event(), asyncio.Event()

    async def block() -> str:
        await blocked.wait()
        return "never"

    async def fail() -> str:
        raise ValueError

    listed = (Job("a", 60, block), Job("b", 60, fail), Job("c", 60, once(stop, "done")))
    async with asyncio.timeout(20):
        await scheduler(db, clock, *listed).run(stop)
    found = await jobs(db)
    assert found["c"]["result"] == "done"
    assert found["b"]["error"] == "ValueError: ValueError"
    # broken off
    assert found["a"]["finished_at"] is None


@pytest.mark.parametrize(
    ("ago_s", "failed", "finished", "runs"),
    [
        (30, False, True, False),
        (61, False, True, True),
        (30, True, True, True),
        (30, False, False, True),
        (-9_999, False, True, False),
    ],
)
async def test_what_another_scheduler_has_just_done_is_not_due(
    db: Pool, clock: SettableClock, ago_s: float, *, failed: bool, finished: bool, runs: bool
) -> None:
    started: datetime = clock() - timedelta(seconds=ago_s)
    async with db.connection() as connection:
        await connection.execute(
            "insert into jobs (name, started_at, finished_at, error) values ('count', %s, %s, %s)",
            [started, started if finished else None, "x" if failed else None],
        )
    stop, ran = asyncio.Event(), asyncio.Event()

    async def run() -> str:
        ran.set()
        return "done"

    other = Job("other", 60, once(stop, "done"))
    await scheduler(db, clock, Job("count", 60, run), other).run(stop)
    assert ran.is_set() == runs


async def test_workers_tell_what_they_wait_for(db: Pool, clock: SettableClock) -> None:
    told = WorkInJobs(db)
    await told.note(WorkerState("one", Doing.RUNNING, clock()))
    row = (await jobs(db))["work"]
    assert (row["result"], row["error"], row["finished_at"]) == ("running", None, None)
    clock.advance(60)
    await told.note(WorkerState("one", Doing.WAITING_FOR_STREAM, clock(), "no answer"))
    row = (await jobs(db))["work"]
    assert row["error"] == "waiting for stream: no answer"
    assert row["started_at"] == clock()
    await told.note(WorkerState("one", Doing.WAITING_FOR_DATABASE, clock(), "lock timeout"))
    assert (await jobs(db))["work"]["error"] == "waiting for database: lock timeout"
    await told.note(WorkerState("one", Doing.RUNNING, clock()))
    assert (await jobs(db))["work"]["error"] is None


async def test_a_worker_without_its_database_is_not_held_up(
    database_url: str, clock: SettableClock
) -> None:
    pool = await open_pool("postgresql://nobody@127.0.0.1:9/none", 1, 20, application_name="away")
    async with asyncio.timeout(10):
        await WorkInJobs(pool).note(WorkerState("one", Doing.HOLDING, clock(), "poison"))
    await pool.close()


async def test_a_scheduler_whose_database_goes_away_tells_it_beside_the_stream(
    db: Pool,
    postgres_url: str,
    redis_url: str,
    clock: SettableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nesthaus.roles.scheduler.RETRY_S", 0.05)
    name = str(conninfo_to_dict(str(db.conninfo))["dbname"])
    allow = SQL("alter database {} with allow_connections {}")
    stop = asyncio.Event()

    async def run() -> str:
        return "done"

    async with connect(redis_url, 0) as redis, asyncio.TaskGroup() as tasks:
        publish = partial(publish_worker_state, redis, valid_s=60)
        running = scheduler(db, clock, Job("count", 0.05, run), publish=publish)
        tasks.create_task(running.run(stop))
        await eventually(partial(is_told, redis, Doing.RUNNING))
        run_sql(postgres_url, allow.format(Identifier(name), SQL("false")))
        run_sql(postgres_url, TERMINATE.format(name))
        await eventually(partial(is_told, redis, Doing.WAITING_FOR_DATABASE))
        run_sql(postgres_url, allow.format(Identifier(name), SQL("true")))
        await eventually(partial(is_told, redis, Doing.RUNNING))
        stop.set()


async def is_told(redis: Redis, doing: Doing) -> bool:
    states = [(each.role, each.doing, bool(each.why)) for each in await worker_states(redis)]
    return states == [("schedule", doing, doing is not Doing.RUNNING)]


async def test_a_role_that_waits_at_its_start_tells_it_beside_the_stream(
    empty_database: Callable[[int], str], redis_url: str, clock: SettableClock
) -> None:
    url = empty_database(18)
    pool = await open_pool(url, 1, 20, application_name="schedule")
    async with connect(redis_url, 0) as redis, asyncio.TaskGroup() as tasks:
        publish = partial(publish_worker_state, redis, valid_s=60)
        announcer = Announcer("one", clock, publish, role=SCHEDULE)
        zone = ZoneInfo("Europe/Vienna")
        waiting = await_schema_announced(pool, asyncio.Event(), zone, announcer)
        task = tasks.create_task(waiting)
        await eventually(partial(is_told, redis, Doing.WAITING_FOR_DATABASE))
        (state,) = await worker_states(redis)
        assert state.why.startswith("its schema is older than this program")
        await asyncio.to_thread(upgrade, url)
        await eventually(task.done)
    await pool.close()
