"""The end of a serving process whose listening socket goes on to the next one.

To close a connection is to lose the request that is on its way over it. So each answer first asks
its client to open a new connection, which the next process takes.
"""

import asyncio
import socket as sockets
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nesthaus.roles.connections import Crowd

HANDOVER_PATIENCE_S = 10
"""For requests that are being answered."""

_LEAVE_WITHIN_S = 1.0
_LOOK_EVERY_S = 0.02
_TICKS_A_SECOND = 10


class LeavingApp:
    """Once `is_leaving`, every answer ends its connection."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.is_leaving = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.is_leaving:
            await self._app(scope, receive, send)
            return

        async def last(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), (b"connection", b"close")]
                message = {**message, "headers": headers}
            await send(message)

        await self._app({**scope, "extensions": {}}, receive, last)


class Server(uvicorn.Server):
    """Leaves signals to the role, which has more to end than the server. With `leaving` it waits
    a little for clients to leave by themselves before it closes connections on which nothing comes.
    """

    def __init__(self, config: uvicorn.Config, leaving: LeavingApp | None, crowd: Crowd) -> None:
        super().__init__(config)
        self._leaving = leaving
        self._crowd = crowd

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS_A_SECOND == 0:
            now = asyncio.get_running_loop().time()
            self._crowd.hang_up_on_late(self.server_state.connections, now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[sockets.socket] | None = None) -> None:
        if self._leaving is not None:
            for server in self.servers:
                server.close()
            for each in sockets or ():
                each.close()
            await self._let_leave(self._leaving)
        await super().shutdown(sockets)

    async def _let_leave(self, leaving: LeavingApp) -> None:
        leaving.is_leaving, self._crowd.direct = True, {}
        for _ in range(round(_LEAVE_WITHIN_S / _LOOK_EVERY_S)):
            if not self.server_state.connections:
                return
            await asyncio.sleep(_LOOK_EVERY_S)
