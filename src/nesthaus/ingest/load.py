"""How much tracking calls under way may take up; what comes on top is refused at once.

Calls wait for the stream together. Without a bound a stream that stalls, or bodies that come in
slowly, would fill the memory while everybody waits longer and longer.
"""

from dataclasses import dataclass
from typing import Self

from nesthaus.stream.durable import Overloaded

# One to two seconds of work for one process. With fewer, saying no takes the time of what could be
# stored: with 500 a crowd of 8,000 that asks again at once got a tenth of it stored.
MOST_CALLS = 4_000
# Each byte of a body becomes two or three until the stream has it.
MOST_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class Load:
    """One per process: its calls under way, and the bytes of their bodies."""

    most_calls: int = MOST_CALLS
    most_bytes: int = MOST_BYTES
    calls: int = 0
    bytes: int = 0

    def share(self) -> "Share":
        """For one call, as long as it is under way: `with load.share() as share`, or from `begin`
        to `end`."""
        return Share(self)


class Share:
    """What one call takes up. To begin and to add raise Overloaded."""

    __slots__ = ("_bytes", "_load")

    def __init__(self, load: Load) -> None:
        self._load = load
        self._bytes = 0

    def begin(self) -> None:
        if self._load.calls >= self._load.most_calls:
            raise Overloaded(f"{self._load.calls} calls are under way")
        self._load.calls += 1

    def end(self) -> None:
        self._load.calls -= 1
        self._load.bytes -= self._bytes

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def add(self, count: int) -> None:
        """So many bytes of its body have come."""
        if self._load.bytes + count > self._load.most_bytes:
            raise Overloaded("bodies that are being read fill the memory meant for them")
        self._bytes += count
        self._load.bytes += count
