"""When a call was received: a time of its own for each, to tell an event accepted again by."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_SHORTEST = timedelta(microseconds=1)
_CLOCK_WAS_SET = timedelta(seconds=1)


class ReceiptTimes:
    """A clock whose times grow by a microsecond at least.

    `phase_us`, 0 to 999, is added to times cut to the millisecond: chosen at random it tells apart
    what two processes receive in the same one. A clock that is set back is believed.
    """

    def __init__(self, clock: Callable[[], datetime], phase_us: int = 0) -> None:
        self._clock = clock
        self._phase = timedelta(microseconds=phase_us)
        self._last = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        now = self._clock() + self._phase
        if now <= self._last < now + _CLOCK_WAS_SET:
            now = self._last + _SHORTEST
        self._last = now
        return now
