"""Has Redis or Valkey write its files anew, without what was deleted."""

import asyncio
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from nesthaus.stream.connection import StreamAway

_LOOK_EVERY_S = 0.1


async def rewrite_files(redis: Redis, within_s: float) -> tuple[str, ...]:
    """Returns when they are written; what may not be asked of the server, a line each. Raises
    StreamAway, also where it does not come to an end."""
    left: list[str] = []
    try:
        async with asyncio.timeout(within_s):
            facts = await _facts(redis)
            if facts["aof_enabled"]:
                await _ask(redis, "BGREWRITEAOF", left)
                await _await_end(redis)
            if await _makes_snapshots(redis):
                await _ask(redis, "BGSAVE", left)
                await _await_end(redis)
            facts = await _facts(redis)
    except (RedisError, OSError, TimeoutError) as error:
        raise StreamAway(f"the stream's files are not written anew: {error}") from error
    if facts["aof_enabled"] and facts["aof_last_bgrewrite_status"] != "ok":
        raise StreamAway(
            "the append-only file could not be written anew; the server's log says why"
        )
    return tuple(left)


async def _facts(redis: Redis) -> dict[str, Any]:
    facts: Any = await redis.info("persistence")  # pyright: ignore[reportUnknownMemberType]
    return facts


async def _ask(redis: Redis, command: str, left: list[str]) -> None:
    """Once whatever was begun before is over: that may hold what was deleted since."""
    await _await_end(redis)
    try:
        await redis.execute_command(command)  # pyright: ignore[reportUnknownMemberType]
    except ResponseError as error:
        left.append(f"{command}: {error}")


async def _await_end(redis: Redis) -> None:
    while True:
        facts = await _facts(redis)
        begun = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")
        if not any(facts[each] for each in begun):
            return
        await asyncio.sleep(_LOOK_EVERY_S)


async def _makes_snapshots(redis: Redis) -> bool:
    """Where the server does not say: there may be one."""
    try:
        told: Any = await redis.config_get("save")  # pyright: ignore[reportUnknownMemberType]
    except ResponseError:
        return True
    return bool(told.get("save"))
