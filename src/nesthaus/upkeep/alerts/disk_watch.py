"""Is there room on the disk of the data directory? A full one takes the database along."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from redis.asyncio import Redis

from nesthaus.domain.alert_rules import DISK
from nesthaus.domain.alerts import Reading
from nesthaus.upkeep.alerts.notices import Teller
from nesthaus.upkeep.alerts.watch_beside import WatchBeside


class DiskWatch(WatchBeside):
    """`data` is the data directory of this machine; `usage` tells bytes: all, used, and free for
    others than root."""

    def __init__(
        self,
        data: Path,
        redis: Redis,
        teller: Teller,
        clock: Callable[[], datetime],
        every_s: float,
        *,
        usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage,
    ) -> None:
        super().__init__(DISK, redis, teller, clock, every_s)
        self._data = data
        self._usage = usage

    async def figure(self, *, is_bad: bool) -> Reading:
        """Percent in use, of what those may use who are not root."""
        if is_bad:
            return Reading(100)
        try:
            _, used, free = await asyncio.to_thread(self._usage, self._data)
        except OSError:  # no directory yet
            return Reading(None)
        return Reading(100 * used / (used + free))
