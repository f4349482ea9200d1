"""Answers kept in Valkey until the aggregation has changed what they were made of."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from hashlib import sha256

from redis.asyncio import Redis
from redis.exceptions import RedisError

from nesthaus.responses import encode
from nesthaus.stream.forgetting import ANSWERS
from nesthaus.stream.generations import GENERATION_KEY

KEPT_S = 60
"""At most: refusals and what is counted from sessions change without it, and it may stand still."""

_log = logging.getLogger(__name__)


class Answers:
    """`looked_up` hears of each look-up whether it hit; without Valkey every answer is made anew.
    `kept_s`: where figures are counted more often than every KEPT_S, how often.

    Those who ask the same at the same time wait for one answer.
    """

    def __init__(
        self, redis: Redis, looked_up: Callable[[bool], None], *, kept_s: int = KEPT_S
    ) -> None:
        self._redis = redis
        self._looked_up = looked_up
        self._kept_s = min(kept_s, KEPT_S)
        self._making: dict[str, asyncio.Task[bytes]] = {}

    async def answer(self, question: str, make: Callable[[], Awaitable[object]]) -> bytes:
        """The encoded answer. `question` names all that it depends on but the stored figures."""
        making = self._making.get(question)
        if making is None:
            making = asyncio.create_task(self._find_or_make(question, make))
            self._making[question] = making
            making.add_done_callback(lambda _: self._making.pop(question, None))
        # One who goes away must not take the answer from the others.
        return await asyncio.shield(making)

    async def _find_or_make(self, question: str, make: Callable[[], Awaitable[object]]) -> bytes:
        key = await self._key(question)
        found = None if key is None else await self._find(key)
        self._looked_up(found is not None)
        if found is not None:
            return found
        made = encode(await make())
        if key is not None:
            await self._keep(key, made)
        return made

    async def _key(self, question: str) -> str | None:
        """Under the generation of before the figures were read: what changes meanwhile is not
        taken for the new."""
        try:
            generation = await self._redis.get(GENERATION_KEY)
        except RedisError:
            return None
        told = generation.decode() if isinstance(generation, bytes) else "0"
        return f"{ANSWERS}{told}:{sha256(question.encode()).hexdigest()}"

    async def _find(self, key: str) -> bytes | None:
        try:
            found = await self._redis.get(key)
        except RedisError:
            return None
        return found if isinstance(found, bytes) else None

    async def _keep(self, key: str, answer: bytes) -> None:
        try:
            await self._redis.set(key, answer, ex=self._kept_s)
        except RedisError as error:
            _log.debug("an answer was not kept: %s", error)
