"""One look into the database for all who show the same token or login at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Found = TypeVar("Found")


class SharedLookup(Generic[Found]):
    """A dashboard asks ten things at once, a load test a thousand, all with the same right.

    Whoever comes while a look is under way waits for the next one: what was revoked before the
    call is seen by the call. So there are never more than two looks under way or due for one key.
    """

    def __init__(self, look: Callable[[str], Awaitable[Found]]) -> None:
        self._look = look
        self._due: dict[str, asyncio.Task[Found]] = {}
        self._under_way: dict[str, asyncio.Task[Found]] = {}

    async def of(self, key: str) -> Found:
        """Raises what `look` raises."""
        task = self._due.get(key)
        if task is None:
            task = asyncio.create_task(self._look_after(self._under_way.get(key), key))
            task.add_done_callback(_forget_error)
            self._due[key] = task
        # One caller who hangs up does not end it for the others.
        return await asyncio.shield(task)

    async def _look_after(self, before: "asyncio.Task[Found] | None", key: str) -> Found:
        if before is not None:
            await asyncio.wait({before})
        task = self._under_way[key] = self._due.pop(key)
        try:
            return await self._look(key)
        finally:
            if self._under_way.get(key) is task:
                del self._under_way[key]


def _forget_error(task: "asyncio.Task[Found]") -> None:
    """Whoever waits gets it; where nobody waits any more, nobody need be told."""
    if not task.cancelled():
        task.exception()
