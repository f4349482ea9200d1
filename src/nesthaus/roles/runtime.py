"""What all roles need: the clock, signals, pools, the wait for the schema."""

import asyncio
import gc
import logging
import os
import secrets
import signal
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from redis.asyncio import Redis

from nesthaus.access.parts import Access, access_over
from nesthaus.archive.sessions import Archive
from nesthaus.db.pool import Pool, open_pool, with_settings
from nesthaus.db.schema import SchemaError, schema_is_current
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.persist.announcer import Announcer
from nesthaus.persist.erasing import Kept
from nesthaus.persist.store import Rules
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.schema_wait import await_schema
from nesthaus.roles.servers import Servers
from nesthaus.settings import Settings
from nesthaus.stream.connection import connect
from nesthaus.stream.ending import end
from nesthaus.stream.measures import Measures
from nesthaus.stream.worker_states import Doing
from nesthaus.upkeep.alerts.notices import Teller
from nesthaus.upkeep.alerts.words import Surroundings
from nesthaus.upkeep.backups.tombstone_copies import Copies

# Three times as long as an announcer waits between two announcements.
STATE_VALID_S = 15.0
STOP_PATIENCE_S = 2
NICENESS = 5
# A command that gets no connection within this time says so.
COMMAND_WAIT_S = 10.0
# A call with a token or a login is told soon that it cannot be checked.
ACCESS_TIMEOUT_S = 3.0
ACCESS_STATEMENT_MS = 10_000
ACCESS_POOL_SIZE = 4

log = logging.getLogger(__name__)


def give_way() -> None:
    """This process gets the processor after those that answer. An hour with a million events is
    counted in seconds, on all cores; at half load a call then took 94 ms (p99 of that second), with
    this 41."""
    os.nice(NICENESS)


def stop_on_signals() -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


def expect_many_objects() -> None:
    """For this process, once it has all that it keeps. A batch is up to a hundred thousand objects
    that refer to nothing in a circle: looking for circles after every 700 took nearly a third of
    the time of storing them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)


def process_name() -> str:
    """Of this machine and process, and of no other that ever ran."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


async def await_schema_announced(
    pool: Pool, stop: asyncio.Event, zone: ZoneInfo, announcer: Announcer
) -> None:
    """As `await_schema`; others see meanwhile what is waited for."""
    announcing: list[asyncio.Task[None]] = []

    def tell(reason: str) -> None:
        announcer.change(Doing.WAITING_FOR_DATABASE, reason)
        announcing.append(asyncio.create_task(announcer.run()))

    try:
        await await_schema(pool, stop, zone, tell)
    finally:
        await end(*announcing)


def measures_for(settings: Settings) -> Measures:
    return Measures(Uuid7Source(), wall_clock, is_off=not settings.measure)


def teller_for(settings: Settings) -> Teller:
    """Tells of alerts by the channels that are set."""
    return Teller(settings.alert_channels, Surroundings(settings.timezone, settings.public_url))


def rules_of(settings: Settings) -> Rules:
    return Rules(timedelta(seconds=settings.idle_after_s), settings.timezone)


def kept_for(settings: Settings, redis: Redis) -> Kept:
    """Where sessions are kept besides the tables."""
    copies = Copies(settings.data, settings.backup_dir)
    spool, archive = settings.data / "spool", archive_for(settings)
    return Kept(redis, settings.stream_shards, spool, copies.write, archive)


def archive_for(settings: Settings) -> Archive:
    url = settings.archive or (settings.data.absolute() / "archive").as_uri()
    return Archive(url, settings.data / "archiving")


@asynccontextmanager
async def pool_for(
    settings: Settings, servers: Servers, role: str, measures: Measures, **kind: Any
) -> AsyncGenerator[Pool]:
    """`measures` hears how long each statement takes."""

    def note(name: str, took_ms: float) -> None:
        measures.note("db_query_time", took_ms, (("statement", name),))

    pool = await open_pool(
        servers.database_url,
        kind.pop("size", settings.db_pool_size),
        kind.pop("timeout_s", settings.db_pool_timeout_s),
        log_over_ms=settings.log_sql_over_ms,
        note=note,
        application_name=f"nesthaus {role}",
        **kind,
    )
    try:
        yield pool
    finally:
        await pool.close(STOP_PATIENCE_S)


@asynccontextmanager
async def command_pool(database_url: str, command: str, size: int = 2) -> AsyncGenerator[Pool]:
    """For a command that works on the tables. Raises SchemaError and the database's errors, at once
    where it cannot be reached: a pool would try for a while."""
    name = f"nesthaus {command}"
    async with await psycopg.AsyncConnection.connect(
        with_settings(database_url, name, {})
    ) as connection:
        if not await schema_is_current(connection):
            raise SchemaError("the schema is older than this program: run `nesthaus migrate up`")
    pool = await open_pool(database_url, size, COMMAND_WAIT_S, application_name=name)
    try:
        yield pool
    finally:
        await pool.close(STOP_PATIENCE_S)


@asynccontextmanager
async def access_for(
    settings: Settings, servers: Servers, redis: Redis, measures: Measures
) -> AsyncGenerator[Access]:
    """With the small pool that may write: also for whatever else an admin changes."""
    async with pool_for(
        settings,
        servers,
        "access",
        measures,
        size=ACCESS_POOL_SIZE,
        timeout_s=ACCESS_TIMEOUT_S,
        statement_timeout_ms=ACCESS_STATEMENT_MS,
    ) as pool:
        access = access_over(pool, redis, wall_clock)
        try:
            yield access
        finally:
            await access.close()


@asynccontextmanager
async def redis_for(settings: Settings, servers: Servers) -> AsyncGenerator[Redis]:
    redis = connect(servers.redis_url, settings.redis_retries)
    try:
        yield redis
    finally:
        await redis.aclose()
