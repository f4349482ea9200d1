"""The clock of every role and command."""

from datetime import datetime
from time import time_ns

from nesthaus.domain.identifiers import instant_of


def wall_clock() -> datetime:
    """Now, UTC, cut to the millisecond, as all times of events are."""
    return instant_of(time_ns() // 1_000_000)
