"""Waiting for a condition, with a deadline, instead of sleeping."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

WITHIN_S = 20.0

Found = TypeVar("Found")


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]], within_s: float = WITHIN_S
) -> None:
    """Returns as soon as `condition` holds; TimeoutError where it does not in time."""
    async with asyncio.timeout(within_s):
        while True:
            holds = condition()
            if holds if isinstance(holds, bool) else await holds:
                return
            await asyncio.sleep(0.01)


def wait_for(
    look: Callable[[], Found | None], within_s: float, what: str | Callable[[], str]
) -> Found:
    """For tests without an event loop: what `look` finds, once that is neither None nor false."""
    deadline = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            story = what if isinstance(what, str) else what()
            raise AssertionError(f"not within {within_s} s: {story}")
        time.sleep(0.02)
