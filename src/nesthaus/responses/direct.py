"""Calls whose body is all there, answered without a task of their own.

A task, what uvicorn keeps of each request, and messages to and fro take a sixth of a tracking call
(docs/decisions/0008).
"""

from collections.abc import Callable, Mapping

from starlette.types import Scope

from nesthaus.responses.whole import Headers

Respond = Callable[[int, tuple[Headers, Headers], bytes], None]
"""Takes an answer as `send_whole` does: status, headers, body. To be called once."""

Write = Callable[[list[bytes], bytes], None]
"""Takes a head in parts, without its last line, and the body. To be called once."""

Begin = Callable[[Scope, bytes, Write], None]
"""Takes a request as ASGI's scope, and its body; answers now or later, and raises nothing."""

DirectPaths = Mapping[bytes, Begin]
"""By the path of a POST, as it is sent."""
