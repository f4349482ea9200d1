"""What the program says of itself: the set-up of its log."""

import logging
import sys

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def set_up_log(level: str, role: str) -> None:
    """One line per event on standard error: time, level, role, stage, sentence.

    The stage is the package that speaks: ingest, persist, report, upkeep …
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(role))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[level])
    for noisy in ("psycopg.pool", "uvicorn.error", "alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, LEVELS[level]))


class _Lines(logging.Formatter):
    default_msec_format = "%s.%03d"

    def __init__(self, role: str) -> None:
        super().__init__(f"%(asctime)s %(levelname)s role={role} stage=%(stage)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        parts = record.name.split(".")
        record.stage = parts[1] if parts[0] == "nesthaus" and len(parts) > 1 else parts[0]
        return super().format(record)
