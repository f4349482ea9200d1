"""A number that grows whenever stored figures have changed: answers are kept under it."""

import logging

from redis.asyncio import Redis
from redis.exceptions import RedisError

GENERATION_KEY = "nest:{figures}:generation"

_log = logging.getLogger(__name__)


class Generations:
    """What cannot be told while Valkey is away is owed, and told at the next call of either."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        # Whoever counted before us may have died between its commit and telling of it.
        self._is_owed = True

    async def figures_changed(self) -> None:
        """After the commit. Never fails: answers outlive what they tell of by a minute at most."""
        self._is_owed = True
        await self.tell()

    async def tell(self) -> bool:
        """False where something is owed still."""
        if self._is_owed:
            try:
                await self._redis.incr(GENERATION_KEY)
            except (RedisError, OSError) as error:
                _log.debug("kept answers are not told of new figures yet: %s", error)
                return False
            self._is_owed = False
        return True
