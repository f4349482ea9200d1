"""What all roles need: the clock, signals, pools, the wait for the schema."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from redis.asyncio import Redis

from nesthaus.access.parts import Access, access_over
from nesthaus.aggregate.state import check_zone
from nesthaus.db.pool import Pool, first_line, open_pool
from nesthaus.db.schema import schema_is_current
from nesthaus.settings import Settings
from nesthaus.stream.connection import connect

SCHEMA_RETRY_S = 1.0
STOP_PATIENCE_S = 2
# A call with a token or a login is told soon that it cannot be checked.
ACCESS_TIMEOUT_S = 3.0
ACCESS_STATEMENT_MS = 10_000
ACCESS_POOL_SIZE = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Servers:
    """Where PostgreSQL and Redis or Valkey are."""

    database_url: str
    redis_url: str


def wall_clock() -> datetime:
    """Now, UTC, cut to the millisecond, as all times of events are."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def stop_on_signals() -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def await_schema(pool: Pool, stop: asyncio.Event, zone: ZoneInfo | None = None) -> None:
    """Returns when the database answers and its schema is ours; UnknownSchema where it never is.

    With `zone` raises OtherZone where stored figures are counted in another one.
    """
    told = False
    while not stop.is_set():
        try:
            async with pool.connection() as connection:
                if await schema_is_current(connection):
                    if zone is not None:
                        await check_zone(connection, zone)
                    return
            reason = "its schema is older than this program: run `nesthaus migrate up`"
        except psycopg.Error as error:  # a missing right too: an administrator will see to it
            reason = first_line(error)
        if not told:
            log.warning("waiting for PostgreSQL: %s", reason)
            told = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SCHEMA_RETRY_S):
                await stop.wait()


@asynccontextmanager
async def pool_for(
    settings: Settings, servers: Servers, role: str, **kind: Any
) -> AsyncGenerator[Pool]:
    pool = await open_pool(
        servers.database_url,
        kind.pop("size", settings.db_pool_size),
        kind.pop("timeout_s", settings.db_pool_timeout_s),
        log_over_ms=settings.log_sql_over_ms,
        application_name=f"nesthaus {role}",
        **kind,
    )
    try:
        yield pool
    finally:
        await pool.close(STOP_PATIENCE_S)


@asynccontextmanager
async def access_for(settings: Settings, servers: Servers, redis: Redis) -> AsyncGenerator[Access]:
    """With the small pool that may write: also for whatever else an admin changes."""
    async with pool_for(
        settings,
        servers,
        "access",
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
