"""An answer that is written while it is made, and never taken for whole when it broke off."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

TAKEN_WITHIN_S = 60.0
"""A client that takes nothing for so long is given up, and what it held is free for others."""


class Streamed(Response):
    """The first chunk decides: what fails before it is answered as a problem. What fails later
    leaves this as an exception, upon which the server breaks the connection off without the mark
    of an end. A client that goes away ends the making at once, wherever it is."""

    def __init__(
        self,
        chunks: AsyncGenerator[bytes],
        media_type: str,
        headers: Mapping[str, str],
        taken_within_s: float = TAKEN_WITHIN_S,
    ) -> None:
        self._chunks = chunks
        self._taken_within_s = taken_within_s
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI says
        writing = asyncio.create_task(self._write(send))
        gone = asyncio.create_task(_until_gone(receive))
        try:
            await asyncio.wait({writing, gone}, return_when=asyncio.FIRST_COMPLETED)
            if writing.done():
                writing.result()
        finally:
            writing.cancel()
            gone.cancel()
            await asyncio.wait({writing, gone})

    async def _write(self, send: Send) -> None:
        is_begun = False
        async with aclosing(self._chunks) as chunks:
            async for chunk in chunks:
                if not is_begun:
                    await send(self._start())
                    is_begun = True
                async with asyncio.timeout(self._taken_within_s):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                # Others get their turn also where neither side makes us wait.
                await asyncio.sleep(0)
        if not is_begun:
            await send(self._start())
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _start(self) -> dict[str, object]:
        return {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
