"""Reports are made a few at a time, however many are asked for at once."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nesthaus.access.rights import ADMIN_PATH
from nesthaus.responses import problem_response, unavailable

# Two processor cores have enough to do with so many; 1,000 at once would share them in so many
# parts that nothing else gets an answer for a second or two.
SIDE_BY_SIDE = 8
LONGEST_WAIT_S = 20.0

_REPORTS = f"{ADMIN_PATH}/analytics/"
_AT_ONCE = f"{ADMIN_PATH}/analytics/real-time"
_RETRY_AFTER_S = 5


def in_turn(
    app: ASGIApp, side_by_side: int = SIDE_BY_SIDE, longest_wait_s: float = LONGEST_WAIT_S
) -> ASGIApp:
    """Whoever asks for a report waits for his turn, in order; real-time and all else passes by.

    Who has waited for too long gets 503.
    """
    turns = asyncio.Semaphore(side_by_side)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(_REPORTS) or path == _AT_ONCE:
            await app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(longest_wait_s):
                await turns.acquire()
        except TimeoutError:
            problem = unavailable("Too many reports are asked for at once.", _RETRY_AFTER_S)
            await problem_response(problem)(scope, receive, send)
            return
        is_over = False

        def end_turn() -> None:
            nonlocal is_over
            if not is_over:
                is_over = True
                turns.release()

        async def send_after_turn(message: Message) -> None:
            # The report is made; how fast it is fetched is no matter of the others.
            end_turn()
            await send(message)

        try:
            await app(scope, receive, send_after_turn)
        finally:
            end_turn()

    return answer
