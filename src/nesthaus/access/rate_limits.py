"""How many tracking calls one caller may make a minute, counted over all processes of a `serve`.

A sliding window counter (Cloudflare's "How we built rate limiting", 2017): the calls of this minute
plus the share of last minute's that still lies within 60 s. Counts lie in memory that the processes
share, in a slot chosen by a keyed hash of the caller; no address is kept anywhere.
"""

import math
import mmap
import os
from datetime import datetime
from hashlib import blake2b

# Two callers in one slot share a limit: with 1,000 callers at once one in 260 does.
SLOTS = 1 << 18
_KEY_BYTES = 32
TABLE_BYTES = _KEY_BYTES + SLOTS * 12


def new_table() -> mmap.mmap:
    """Memory for one process alone."""
    table = mmap.mmap(-1, TABLE_BYTES)
    table[:_KEY_BYTES] = os.urandom(_KEY_BYTES)
    return table


def write_table(descriptor: int) -> None:
    """Makes an empty table in an open file, for processes that will share it."""
    os.truncate(descriptor, TABLE_BYTES)
    os.pwrite(descriptor, os.urandom(_KEY_BYTES), 0)


def shared_table(descriptor: int) -> mmap.mmap:
    """The table that `write_table` made, seen from one of the processes."""
    return mmap.mmap(descriptor, TABLE_BYTES)


class RateLimit:
    """`limit_per_minute` 0 allows everything."""

    def __init__(self, limit_per_minute: int, table: mmap.mmap) -> None:
        self._limit = limit_per_minute
        self._key = bytes(table[:_KEY_BYTES])
        self._counts = memoryview(table)[_KEY_BYTES:].cast("I")

    def take(self, caller: str, now: datetime) -> int | None:
        """Counts one call; None where it is allowed, else the whole seconds to wait."""
        if self._limit == 0:
            return None
        minute, second = divmod(now.timestamp(), 60)
        at = self._slot(caller)
        self._turn(at, int(minute))
        before, here = self._counts[at + 2], self._counts[at + 1]
        if before * (1 - second / 60) + here + 1 > self._limit:
            return self._wait_s(before, here, second)
        self._counts[at + 1] = here + 1
        return None

    def _slot(self, caller: str) -> int:
        digest = blake2b(caller.encode(), key=self._key, digest_size=8).digest()
        return int.from_bytes(digest) % SLOTS * 3

    def _turn(self, at: int, minute: int) -> None:
        seen = self._counts[at]
        if seen == minute:
            return
        self._counts[at + 2] = self._counts[at + 1] if seen == minute - 1 else 0
        self._counts[at + 1] = 0
        self._counts[at] = minute

    def _wait_s(self, before: int, here: int, second: float) -> int:
        if here + 1 > self._limit:
            # Into the next minute, until enough of this one's calls are 60 s old.
            wait = 60 - second + 60 * (1 - (self._limit - 1) / here)
        else:
            wait = 60 * (1 - (self._limit - here - 1) / before) - second
        return max(1, math.ceil(wait))
