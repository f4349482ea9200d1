"""How often somebody may try to log in with a wrong password.

Counted in Valkey, over all processes and machines, in windows of fixed length; keys are digests
and vanish with their window. While Valkey is away each process counts for itself, more strictly.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from redis.asyncio import Redis
from redis.exceptions import RedisError

from nesthaus.access.rate_limits import RateLimit, new_table

_TIMEOUT_S = 3.0
# Every attempt counts here, right ones too.
_ALONE_PER_MINUTE = 5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Limit:
    what: str
    attempts: int
    window_s: int


# One address may not guess; and nobody may guess one account's password from many addresses, yet
# it takes many addresses to lock somebody else out.
_ADDRESS = _Limit("address", 10, 600)
_NAME = _Limit("name", 50, 3_600)


class Attempts:
    def __init__(self, redis: Redis, clock: Callable[[], datetime]) -> None:
        self._redis = redis
        self._clock = clock
        self._alone = RateLimit(_ALONE_PER_MINUTE, new_table())

    async def take(self, caller: str, name: str) -> int | None:
        """Counts an attempt as a wrong one; None where it may be made, else the whole seconds to
        wait. `caller` is what shares a limit, `name` as it was typed."""
        try:
            return await self._take(_ADDRESS, caller) or await self._take(_NAME, name)
        except (RedisError, OSError, TimeoutError) as error:
            _log.warning("login attempts are counted in this process alone: %s", error)
            return self._take_alone(caller, name)

    async def forgive(self, caller: str, name: str) -> None:
        """The attempt that was taken last had the right password."""
        try:
            await self._add(_ADDRESS, caller, -1)
            await self._add(_NAME, name, -1)
        except (RedisError, OSError, TimeoutError) as error:
            _log.warning("a right password counts as a wrong one: %s", error)

    async def _take(self, limit: _Limit, key: str) -> int | None:
        if await self._add(limit, key, 1) <= limit.attempts:
            return None
        return limit.window_s - int(self._clock().timestamp()) % limit.window_s

    async def _add(self, limit: _Limit, key: str, attempts: int) -> int:
        """How many there are now in this window."""
        window = int(self._clock().timestamp()) // limit.window_s
        digest = blake2b(key.strip().lower().encode("utf-8", "replace"), digest_size=16)
        place = f"nest:login:{limit.what}:{digest.hexdigest()}:{window}"
        async with asyncio.timeout(_TIMEOUT_S), self._redis.pipeline(transaction=True) as pipe:
            pipe.set(place, 0, ex=2 * limit.window_s, nx=True)
            pipe.incrby(place, attempts)
            return int((await pipe.execute())[1])

    def _take_alone(self, caller: str, name: str) -> int | None:
        now = self._clock()
        waits = (
            self._alone.take(f"{kind} {key}", now) for kind, key in (("a", caller), ("n", name))
        )
        return max((wait for wait in waits if wait is not None), default=None)
