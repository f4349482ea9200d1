"""Is a full disk told of, although it takes the database and the stream along?"""

from collections.abc import Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis

from nesthaus.db.pool import Pool
from nesthaus.stream.connection import connect
from nesthaus.upkeep.alerts.disk_watch import DiskWatch
from nesthaus.upkeep.alerts.notices import Teller
from nesthaus.upkeep.alerts.rules import set_rule
from tests.alerts.receivers import Receiver, parts_of
from tests.clocks import SettableClock
from tests.servers import Server, ValkeyServer, Workshop
from tests.upkeep.test_is_it_told_that_the_database_is_away import pass_time

EVERY_S = 5


class Disk:
    """What the system says of it, in percent: as many blocks are kept for root."""

    def __init__(self) -> None:
        self.used, self.roots = 10, 20

    def usage(self, path: Path) -> tuple[int, int, int]:
        path.stat()
        return 100, self.used, 100 - self.roots - self.used


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def watch(
    redis: Redis, teller: Teller, clock: SettableClock, disk: Disk, tmp_path: Path
) -> DiskWatch:
    return DiskWatch(tmp_path, redis, teller, clock, EVERY_S, usage=disk.usage)


async def test_it_is_told_once_after_a_minute_and_when_there_is_room_again(
    watch: DiskWatch, clock: SettableClock, disk: Disk, hook: Receiver
) -> None:
    await pass_time(clock, 90, watch)
    disk.used = 75  # of the 80 that others than root may use
    await pass_time(clock, 60, watch)
    assert hook.told("disk") == []
    await pass_time(clock, 300, watch)
    assert hook.told("disk") == ["ALERT"]
    assert parts_of(hook.texts[0])["Figure"] == "share of the disk in use 93.75 %"
    disk.used = 40
    await pass_time(clock, 300, watch)
    assert hook.told("disk") == ["ALERT", "OVER"]


async def test_it_is_told_while_the_stream_takes_nothing_either(
    workshop: Workshop,
    start_server: Callable[[Server], None],
    *,
    teller: Teller,
    clock: SettableClock,
    disk: Disk,
    tmp_path: Path,
    hook: Receiver,
) -> None:
    valkey = ValkeyServer(workshop)
    start_server(valkey)
    redis = connect(valkey.url(), 0)
    watch = DiskWatch(tmp_path, redis, teller, clock, EVERY_S, usage=disk.usage)
    await pass_time(clock, 30, watch)
    valkey.ask("REPLICAOF 127.0.0.1 1")  # can be read and takes nothing, as with a full disk
    disk.used = 80
    await pass_time(clock, 300, watch)
    assert hook.told("disk") == ["ALERT"]
    valkey.ask("REPLICAOF NO ONE")
    disk.used = 10
    await pass_time(clock, 300, watch)
    assert hook.told("disk") == ["ALERT", "OVER"]
    await redis.aclose()


async def test_a_folder_that_is_not_there_yet_is_no_full_disk(
    redis: Redis, teller: Teller, clock: SettableClock, tmp_path: Path, hook: Receiver
) -> None:
    watch = DiskWatch(tmp_path / "soon", redis, teller, clock, EVERY_S)
    await pass_time(clock, 300, watch)
    assert hook.texts == []


async def test_its_rule_is_the_one_that_was_set(
    watch: DiskWatch, db: Pool, clock: SettableClock, disk: Disk, hook: Receiver
) -> None:
    await set_rule(db, "disk", {"threshold": 50.0, "hold_s": 0}, "me", clock())
    await watch.hand_over(db)
    disk.used = 45  # of 80
    await pass_time(clock, 10, watch)
    assert hook.told("disk") == ["ALERT"]
