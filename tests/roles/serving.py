"""A server on a real socket, whose connections are looked at when a test says that it is time."""

import asyncio
import gc
import socket
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from nesthaus.responses.direct import DirectPaths
from nesthaus.roles.connections import Crowd, Patience
from nesthaus.roles.direct_calls import DirectProtocol
from nesthaus.roles.handover import LeavingApp, Server
from tests.waiting import eventually

HEAD = b"POST /said HTTP/1.1\r\nHost: api\r\n"
GET = b"GET /said HTTP/1.1\r\nHost: api\r\n\r\n"
POST = HEAD + b"Content-Length: 5\r\n\r\nwords"
LARGE = 32 * 1024 * 1024
Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Says how many bytes came; `/large` says much, `/deaf` answers before it has heard."""
    heard = 0
    message = {"more_body": scope["path"] != "/deaf"}
    while message["more_body"]:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        heard += len(message["body"])
    body = b"x" * LARGE if scope["path"] == "/large" else str(heard).encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


class Serving:
    """A server that looks at its connections when a test says that it is time."""

    def __init__(self, crowd: Crowd, server: Server, port: int, heard: Counter[int]) -> None:
        self._crowd = crowd
        self._heard = heard
        self._writers: list[asyncio.StreamWriter] = []
        self._server = server
        self._port = port

    @property
    def connections(self) -> int:
        return len(self._server.server_state.connections)

    @property
    def is_stalled(self) -> bool:
        """Whether somebody takes nothing of what there is for him."""
        connections: Any = self._server.server_state.connections
        return any(each.flow.write_paused for each in connections)

    async def connect(self, said: bytes = b"") -> Client:
        """Returns when all of it has been heard."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**26)
        self._writers.append(writer)
        writer.write(said)
        port = writer.get_extra_info("sockname")[1]
        await eventually(lambda: self._has_heard(port, len(said)))
        return reader, writer

    def _has_heard(self, port: int, count: int) -> bool:
        """Of no bytes: that there is somebody."""
        return self._heard.get(port, -1) >= count

    async def ask(self, said: bytes = GET) -> bytes:
        """The whole answer on a connection of its own."""
        reader, writer = await self.connect(said)
        answer = await answer_of(reader)
        writer.close()
        return answer

    def leave(self) -> None:
        """As a process does that has been told to end."""
        self._server.should_exit = True

    async def close(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        await eventually(lambda: self.connections == 0)

    def after(self, seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        self._crowd.hang_up_on_late(self._server.server_state.connections, now + seconds)


async def answer_of(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    return head + await reader.readexactly(length)


async def left_by(api: Serving, kind: type) -> int:
    """How many objects of this kind twenty calls leave to the collector."""
    reader, writer = await api.connect(POST)
    await answer_of(reader)
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            writer.write(POST)
            await answer_of(reader)
        return sum(isinstance(each, kind) for each in gc.get_objects())
    finally:
        gc.enable()


async def is_ended(reader: asyncio.StreamReader) -> bool:
    """Whether nothing more comes."""
    with suppress(ConnectionResetError):
        return await asyncio.wait_for(reader.read(), 10) == b""
    return True


@asynccontextmanager
async def served(
    most: int,
    app: ASGIApp = echo,
    direct: DirectPaths | None = None,
    leaving: LeavingApp | None = None,
) -> AsyncGenerator[Serving]:
    crowd = Crowd(Patience(most), direct or {})
    heard: Counter[int] = Counter()

    class Listener(DirectProtocol):
        """Counts the bytes by the port they came from."""

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            heard[self._port()] = 0

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            heard[self._port()] += len(data)

        def _port(self) -> int:
            assert self.client is not None
            return self.client[1]

    protocol = cast("type[DirectProtocol]", partial(Listener, crowd))
    config = uvicorn.Config(
        app, http=protocol, ws="none", lifespan="off", log_config=None, timeout_keep_alive=75
    )
    server = Server(config, leaving, crowd)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(256)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        await eventually(lambda: server.started)
        api = Serving(crowd, server, listening.getsockname()[1], heard)
        yield api
        await api.close()
        server.should_exit = True
        await serving
