"""The clock of every role and command."""

from datetime import datetime, timedelta
from time import time_ns

from nesthaus.domain.identifiers import EPOCH


def wall_clock() -> datetime:
    """Now, UTC, cut to the millisecond, as all times of events are."""
    return EPOCH + timedelta(milliseconds=time_ns() // 1_000_000)
