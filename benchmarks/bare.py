"""The limit of a tracking call: an application that reads the same body and answers, no more.

    python -m benchmarks.bare PORT

On the same server, with the same settings, as `nesthaus serve`.
"""

import sys

import uvicorn
from starlette.types import Receive, Scope, Send

from nesthaus.ingest import wire

ANSWER = b'{"success":true,"eventId":"019a9f00-0000-7000-8000-000000000000"}'
HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", str(len(ANSWER)).encode()),
]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    message = await receive()
    body = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    wire.track_reader.read(body)
    await send({"type": "http.response.start", "status": 202, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
    )
