"""The end of tasks that send commands to the stream."""

import asyncio

# A cancelled query tells its server so first, and is not to be disturbed at that.
_CANCEL_AGAIN_S = 1.0


async def end(*tasks: asyncio.Task[object]) -> None:
    """Cancels until each has ended: with Python 3.11 `wait_for`, and so a command to the stream,
    may forget a cancellation that comes when it is just done."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_CANCEL_AGAIN_S)
    await asyncio.gather(*tasks, return_exceptions=True)
