"""How long statements take: for whoever measures, and for the log where one takes long.

Without their values: those are about people.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, Self

from psycopg import AsyncCursor

from nesthaus.db.queries import name_of
from nesthaus.observe import this_call

Note = Callable[[str, float], None]
"""Hears the name of a statement, and the milliseconds it took."""

_LONGEST_TEXT = 300

_log = logging.getLogger(__name__)


def timed_cursor(note: Note | None, log_over_ms: int) -> type[AsyncCursor[Any]]:
    """A cursor class for a connection's `cursor_factory`. A statement that takes longer than
    `log_over_ms` is logged; 0: none is."""

    class TimedCursor(AsyncCursor[Any]):
        async def execute(self, query: Any, *values: Any, **options: Any) -> Self:
            started = time.perf_counter()
            try:
                return await super().execute(query, *values, **options)
            finally:
                ended(query, (time.perf_counter() - started) * 1_000)

        async def executemany(self, query: Any, *values: Any, **options: Any) -> None:
            started = time.perf_counter()
            try:
                await super().executemany(query, *values, **options)
            finally:
                ended(query, (time.perf_counter() - started) * 1_000)

    def ended(query: object, took_ms: float) -> None:
        if not query:  # only looks whether the connection is alive
            return
        name = name_of(query)
        if note is not None:
            note(name, took_ms)
        call = this_call.get()
        if call is not None and call.statements is not None:
            call.statements.append((name, took_ms))
        if 0 < log_over_ms < took_ms:
            _log.warning("statement %s took %.0f ms: %s", name, took_ms, _text_of(query))

    return TimedCursor


def _text_of(query: object) -> str:
    text = query.decode() if isinstance(query, bytes) else str(query)
    return " ".join(text.split())[:_LONGEST_TEXT]
