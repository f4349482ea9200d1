"""Clients and streams of the tests' Valkey, closed afterwards."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from nesthaus.stream.connection import TIMEOUT_S, connect
from nesthaus.stream.event_stream import EventStream
from tests.clocks import SettableClock

OpenStream = Callable[..., EventStream]


@pytest.fixture
async def closing() -> AsyncIterator[AsyncExitStack]:
    """What is to be closed at the end of the test, the last first."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def redis(redis_url: str, closing: AsyncExitStack) -> Redis:
    client = connect(redis_url, retries=0)
    closing.push_async_callback(client.aclose)
    return client


@pytest.fixture
def open_stream(closing: AsyncExitStack, clock: SettableClock) -> OpenStream:
    def open_on(
        redis: Redis, shards: int = 1, max_entries: int = 1_000_000, timeout_s: float = TIMEOUT_S
    ) -> EventStream:
        stream = EventStream(redis, shards, max_entries, timeout_s=timeout_s, clock=clock)
        closing.push_async_callback(stream.close)
        return stream

    return open_on
