"""What is asked of a shard's groups of consumers, and how its answers are told apart."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from nesthaus.stream.connection import StreamAway

Place = tuple[int, int]
"""Milliseconds and number of an entry's id; they grow within a shard."""


@contextmanager
def away_on_failure() -> Generator[None, None, None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise StreamAway(f"the stream does not answer: {error}") from error


async def groups_of(redis: Redis, key: str) -> dict[str, dict[str, Any]]:
    """By name, as XINFO GROUPS tells; none where there is no such stream."""
    try:
        rows = await redis.xinfo_groups(key)
    except ResponseError as error:
        if not is_no_such_group(error):
            raise
        return {}
    return {row["name"].decode(): row for row in rows}


def is_no_such_group(error: ResponseError) -> bool:
    """The stream is gone, or its group; UNBLOCKED: it went while we waited for an entry."""
    return any(mark in str(error) for mark in ("NOGROUP", "UNBLOCKED", "no such key"))


def place_of(identifier: bytes) -> Place:
    milliseconds, number = identifier.split(b"-")
    return int(milliseconds), int(number)
