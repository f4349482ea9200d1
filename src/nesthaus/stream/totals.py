"""Sums that only grow, over all processes there ever were, kept in Valkey once a second.

A process that is killed takes a second of them along; none of them ever falls back. Beside them the
latest readings of living processes.
"""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from nesthaus.stream.connection import StreamAway

_SUMS = "nest:{live}:totals"
_READINGS = "nest:{live}:readings"
READING_VALID = timedelta(seconds=60)
_EVERY_S = 1.0

Key = tuple[str, ...]
"""A name, and the values of its labels."""


@dataclass(frozen=True, slots=True)
class Kept:
    sums: dict[Key, float]
    readings: dict[Key, float]


class Totals:
    """A note costs less than a microsecond; `flush` sends what has come together."""

    def __init__(self, redis: Redis, clock: Callable[[], datetime]) -> None:
        self._redis = redis
        self._clock = clock
        self._sums: dict[Key, float] = defaultdict(float)
        self._readings: dict[Key, float] = {}

    def add(self, key: Key, number: float = 1.0) -> None:
        self._sums[key] += number

    def read(self, key: Key, number: float) -> None:
        """The latest reading of this process."""
        self._readings[key] = number

    async def run(self) -> None:
        """Flushes once a second, also while Valkey is away, which others say."""
        while True:
            await asyncio.sleep(_EVERY_S)
            with contextlib.suppress(StreamAway):
                await self.flush()

    async def flush(self) -> None:
        """Raises StreamAway; what was noted is kept for the next time."""
        sums, readings = self._sums, self._readings
        self._sums, self._readings = defaultdict(float), {}
        if not (sums or readings):
            return
        at = self._clock().timestamp()
        # All or nothing: a part sent twice would count twice.
        pipe = self._redis.pipeline(transaction=True)
        for key, number in sums.items():
            pipe.hincrbyfloat(_SUMS, json.dumps(key), number)
        for key, number in readings.items():
            pipe.hset(_READINGS, json.dumps(key), json.dumps([number, at]))
        try:
            await pipe.execute()
        except (RedisError, OSError) as error:
            for key, number in sums.items():
                self._sums[key] += number
            self._readings = readings | self._readings
            raise StreamAway(f"totals cannot be kept: {error}") from error


async def kept_totals(redis: Redis, now: datetime) -> Kept:
    """Of all processes; readings only of those that live. Raises StreamAway."""
    pipe = redis.pipeline(transaction=False)
    pipe.hgetall(_SUMS)
    pipe.hgetall(_READINGS)
    try:
        sums, readings = await pipe.execute()
        oldest = (now - READING_VALID).timestamp()
        living: dict[Key, float] = {}
        for field, told in readings.items():
            number, at = json.loads(told)
            if at >= oldest:
                living[_key(field)] = number
            else:
                await redis.hdel(_READINGS, field)
    except (RedisError, OSError) as error:
        raise StreamAway(f"totals cannot be read: {error}") from error
    return Kept({_key(field): float(number) for field, number in sums.items()}, living)


def _key(field: bytes) -> Key:
    return tuple(json.loads(field))
