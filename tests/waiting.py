"""Waiting for a condition, with a deadline, instead of sleeping."""

import asyncio
from collections.abc import Awaitable, Callable


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]], within_s: float = 20.0
) -> None:
    """Returns as soon as `condition` holds; TimeoutError where it does not in time."""
    async with asyncio.timeout(within_s):
        while True:
            holds = condition()
            if holds if isinstance(holds, bool) else await holds:
                return
            await asyncio.sleep(0.005)
