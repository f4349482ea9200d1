"""Waiting for a condition, with a deadline, instead of sleeping."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

WITHIN_S = 20.0

Found = TypeVar("Found")


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]], within_s: float = WITHIN_S
) -> None:
    """Returns as soon as `condition` holds; TimeoutError where it does not in time."""
    deadline = time.monotonic() + within_s
    async with bounded(lambda: f"{condition} does not hold", within_s):
        # With Python 3.11 a command to the stream may forget that it was cancelled.
        while time.monotonic() < deadline + 1:
            holds = condition()
            if holds if isinstance(holds, bool) else await holds:
                return
            await asyncio.sleep(0.01)
    raise TimeoutError(f"not within {within_s} s: {condition} does not hold")


@asynccontextmanager
async def bounded(story: Callable[[], str], within_s: float = WITHIN_S) -> AsyncGenerator[None]:
    """For what must not go on for ever: TimeoutError with the story, and where every task waits."""
    waiting: list[str] = []
    look = asyncio.get_running_loop().call_later(within_s, lambda: waiting.extend(_tasks()))
    limit = asyncio.timeout(within_s)  # its end comes after the look
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if not limit.expired():
            raise
        told = "\n".join([story(), *waiting])
        raise TimeoutError(f"not within {within_s} s: {told}") from error
    finally:
        look.cancel()


def _tasks() -> Iterator[str]:
    for task in asyncio.all_tasks():
        yield f"{task.get_name()}: {' > '.join(_frames(task.get_coro()))}"


def _frames(inner: Any) -> Iterator[str]:
    """From the task's own function down to what it waits for."""
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None)
        if frame is not None:
            yield f"{frame.f_code.co_qualname} line {frame.f_lineno}"
        inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)


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
