"""A database to store into, and a look at what lies in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

import pytest
from psycopg.rows import dict_row
from redis.asyncio import Redis

from nesthaus.db.pool import Pool
from nesthaus.domain.events import Delivery
from nesthaus.persist.store import Rules, store
from nesthaus.stream.connection import connect
from tests.persist.traffic import at

Keep = Callable[..., Awaitable[None]]
Look = Callable[[LiteralString], Awaitable[list[dict[str, Any]]]]

RULES = Rules(idle_after=timedelta(minutes=30), zone=ZoneInfo("Europe/Vienna"))


@pytest.fixture
def keep(db: Pool) -> Keep:
    """Stores deliveries as one batch, `now` seconds after noon (default: a minute)."""

    async def keep(*deliveries: Delivery, now: float = 60, rules: Rules = RULES) -> None:
        async with db.connection() as connection:
            await store(connection, deliveries, at(now), rules)

    return keep


@pytest.fixture
def look(db: Pool) -> Look:
    """The rows of a query, by column."""

    async def look(query: LiteralString) -> list[dict[str, Any]]:
        async with db.connection() as connection, connection.cursor(row_factory=dict_row) as rows:
            await rows.execute(query)
            return await rows.fetchall()

    return look


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url, retries=0)
    yield client
    await client.aclose()
