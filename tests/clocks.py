"""A clock that stands still until a test moves it, and what measures by it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.stream.measures import Measures


class SettableClock:
    """Stands at noon UTC of 15 June 2026, a Monday in summer time, until it is told otherwise."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def set(self, at: datetime) -> None:
        assert at.tzinfo is not None
        self.now = at

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def measures_by(clock: Callable[[], datetime]) -> Measures:
    """Whose seconds pass as the clock is moved."""
    return Measures(Uuid7Source(), clock, ticks=lambda: clock().timestamp())
