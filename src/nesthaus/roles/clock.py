"""The clock of every role and command."""

from datetime import UTC, datetime


def wall_clock() -> datetime:
    """Now, UTC, cut to the millisecond, as all times of events are."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
