"""What each worker and scheduler is doing, kept beside the stream, so that readiness and
`GET /api/admin/jobs` can tell it also where the database cannot."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from nesthaus.stream.connection import StreamAway

WORK, SCHEDULE = "work", "schedule"
_PREFIX = "nest:worker:"


class Doing(StrEnum):
    """`holding`: one entry after the other could not be stored, so that nothing is taken away."""

    RUNNING = "running"
    WAITING_FOR_DATABASE = "waiting_for_database"
    WAITING_FOR_STREAM = "waiting_for_stream"
    HOLDING = "holding"


class WorkerState(Struct, frozen=True):
    """`role` is the command that runs, `work` or `schedule`. `why` is one line, empty while it
    runs."""

    consumer: str
    doing: Doing
    since: datetime
    why: str = ""
    role: str = WORK


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(WorkerState)


async def publish_worker_state(redis: Redis, state: WorkerState, valid_s: float) -> None:
    """Forgotten after `valid_s`, so that a worker that died is not listed. Raises StreamAway."""
    try:
        value = _encoder.encode(state)
        await redis.set(_PREFIX + state.consumer, value, px=round(valid_s * 1_000))
    except (RedisError, OSError) as error:
        raise StreamAway(f"the stream does not answer: {error}") from error


async def worker_states(redis: Redis) -> list[WorkerState]:
    """Of every worker and scheduler that lives, by name. Raises StreamAway."""
    try:
        scan: Any = redis.scan_iter(match=_PREFIX + "*", count=1_000)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        keys: list[bytes] = [key async for key in scan]
        values = [await redis.get(key) for key in sorted(keys)]
    except (RedisError, OSError) as error:
        raise StreamAway(f"the stream does not answer: {error}") from error
    return [_decoder.decode(value) for value in values if value is not None]
