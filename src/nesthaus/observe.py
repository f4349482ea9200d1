"""What the program says of itself: the set-up of its log, and whose call it speaks of."""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
# A value may go over several lines.
_OF_ROWS = re.compile(
    r"^(?:DETAIL|CONTEXT):.*?(?=^(?:Traceback |During handling |The above exception )|\Z)",
    re.MULTILINE | re.DOTALL,
)
_LOWEST_SPOKEN = ("psycopg.pool", "uvicorn.error", "alembic", "asyncio", "httpx", "google")
# W3C Trace Context, section 3.2: version, trace id, parent id, flags; no id is all zeros.
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)


class Call(Struct):
    """What a line of the log is about; `traceparent` as the caller sent it, where that is valid.

    `statements`: those the call has made, by name, with their milliseconds; None: nobody asks.
    `status` is that of its answer, once there is one.
    """

    request_id: str | None = None
    traceparent: str | None = None
    statements: list[tuple[str, float]] | None = None
    status: int | None = None

    @property
    def trace_id(self) -> str | None:
        return None if self.traceparent is None else self.traceparent.split("-")[1]


this_call: ContextVar[Call | None] = ContextVar("this_call", default=None)
"""Set while a call is answered, and while a worker speaks of what one brought."""


def valid_traceparent(text: str) -> str | None:
    return text if _TRACEPARENT.fullmatch(text) else None


def set_up_log(level: str, role: str, form: str = "text") -> None:
    """One line per event on standard error: time, level, role, stage, sentence, and the ids of the
    call it is about. `form` is `text` or `json`, one object per line.

    The stage is the package that speaks: ingest, persist, report, upkeep …
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Objects(role) if form == "json" else _Lines(role))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[level])
    for noisy in _LOWEST_SPOKEN:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, LEVELS[level]))


class _Discreet(logging.Formatter):
    """Tells of an error without the rows that PostgreSQL shows with it: they are about people."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging calls it so
        return _OF_ROWS.sub("", super().formatException(ei)).rstrip("\n")


class _Lines(_Discreet):
    default_msec_format = "%s.%03d"

    def __init__(self, role: str) -> None:
        line = "%(asctime)s %(levelname)s role={} stage=%(stage)s%(call)s %(message)s"
        super().__init__(line.format(role))

    def format(self, record: logging.LogRecord) -> str:
        record.stage = _stage_of(record)
        record.call = "".join(f" {name}={value}" for name, value in _ids().items())
        return super().format(record)


class _Objects(_Discreet):
    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "role": self._role,
            "stage": _stage_of(record),
            "message": record.getMessage(),
            **_ids(),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def _stage_of(record: logging.LogRecord) -> str:
    parts = record.name.split(".")
    return parts[1] if parts[0] == "nesthaus" and len(parts) > 1 else parts[0]


def _ids() -> dict[str, str]:
    call = this_call.get()
    if call is None:
        return {}
    ids = {"requestId": call.request_id, "traceId": call.trace_id}
    return {name: value for name, value in ids.items() if value is not None}
