"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta


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
