"""Statements that take long are logged, without their values: those are about people."""

import logging
import time
from typing import Any, Self

from psycopg import AsyncCursor

_LONGEST_TEXT = 300

_log = logging.getLogger(__name__)


def cursor_logging_over(over_ms: int) -> type[AsyncCursor[Any]]:
    """A cursor class for a connection's `cursor_factory`."""

    class LoggingCursor(AsyncCursor[Any]):
        async def execute(self, query: Any, *values: Any, **options: Any) -> Self:
            started = time.perf_counter()
            try:
                return await super().execute(query, *values, **options)
            finally:
                took_ms = (time.perf_counter() - started) * 1_000
                if took_ms > over_ms:
                    _log.warning("a statement took %.0f ms: %s", took_ms, _text_of(query))

    return LoggingCursor


def _text_of(query: object) -> str:
    text = query.decode() if isinstance(query, bytes) else str(query)
    return " ".join(text.split())[:_LONGEST_TEXT]
