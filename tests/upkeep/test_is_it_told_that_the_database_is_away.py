"""Is it told once that the database is away, whoever else is away with it?"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from nesthaus.db.pool import Pool
from nesthaus.stream.connection import connect
from nesthaus.stream.ending import end
from nesthaus.upkeep.alerts.database_watch import DatabaseWatch
from nesthaus.upkeep.alerts.notices import Notice, Teller
from nesthaus.upkeep.alerts.rules import Alert, alert_list, set_rule
from nesthaus.upkeep.alerts.watch_beside import WatchBeside
from tests.alerts.receivers import Receiver
from tests.clocks import SettableClock
from tests.servers import Server, ValkeyServer, Workshop

NOWHERE = "postgresql://nobody@/nothing?host=/nowhere"
EVERY_S = 5


Watching = Callable[[str], DatabaseWatch]


@pytest.fixture
def watching(redis: Redis, teller: Teller, clock: SettableClock) -> Watching:
    """A watch over a database, one of several over the same Valkey."""
    return lambda url: DatabaseWatch(url, redis, teller, clock, EVERY_S)


async def pass_time(clock: SettableClock, seconds: int, *watches: WatchBeside) -> None:
    for _ in range(seconds // EVERY_S):
        for watch in watches:
            await watch.look()
        for watch in watches:
            await watch.tell()
        clock.advance(EVERY_S)


async def test_of_two_watches_one_tells_that_it_is_away_and_that_it_is_back(
    watching: Watching, clock: SettableClock, database_url: str, hook: Receiver
) -> None:
    await pass_time(clock, 10, watching(NOWHERE), watching(NOWHERE))
    assert hook.told("database") == []
    await pass_time(clock, 60, watching(NOWHERE), watching(NOWHERE))
    assert hook.told("database") == ["ALERT"]
    await pass_time(clock, 60, watching(database_url), watching(database_url))
    assert hook.told("database") == ["ALERT", "OVER"]


async def test_what_was_told_meanwhile_is_in_the_history_once_it_is_back(
    watching: Watching, clock: SettableClock, database_url: str, db: Pool
) -> None:
    await pass_time(clock, 30, watching(NOWHERE))
    back = watching(database_url)
    for _ in range(3):
        await pass_time(clock, 20, back)
        await back.hand_over(db)
    (alert,) = (item for item in await alerts(db, clock) if item.id == "database")
    assert [event.state for event in alert.history] == ["quiet", "firing"]
    assert all(event.notified_at for event in alert.history)


async def alerts(db: Pool, clock: SettableClock) -> list[Alert]:
    return (await alert_list(db, [], clock() - timedelta(days=1), clock())).items


async def test_a_change_of_its_rule_is_known_where_the_database_is_away(
    watching: Watching, clock: SettableClock, database_url: str, db: Pool, hook: Receiver
) -> None:
    await set_rule(db, "database", {"enabled": False}, "me", clock())
    await watching(database_url).hand_over(db)
    await pass_time(clock, 60, watching(NOWHERE))
    assert hook.told("database") == []


async def test_a_database_that_takes_nothing_any_more_is_away(
    watching: Watching, clock: SettableClock, database_url: str, hook: Receiver
) -> None:
    """Another process than the one that could not write may look."""
    for _ in range(3):
        await watching(database_url).not_written()
        await pass_time(clock, 10, watching(database_url))
    assert hook.told("database") == ["ALERT"]
    await pass_time(clock, 40, watching(database_url))
    assert hook.told("database") == ["ALERT", "OVER"]


async def test_a_process_that_dies_while_it_sends_leaves_the_notice_to_another(
    watching: Watching, redis: Redis, clock: SettableClock, teller: Teller, hook: Receiver
) -> None:
    class Dying(Teller, frozen=True):
        async def send(self, notice: Notice, now: object) -> Notice:
            raise ConnectionError(notice, now)

    dying = DatabaseWatch(NOWHERE, redis, Dying(teller.channels, teller.around), clock, EVERY_S)
    for _ in range(3):
        await dying.look()
        clock.advance(EVERY_S)
    with pytest.raises(ConnectionError):
        await dying.tell()
    other = watching(NOWHERE)
    await other.tell()
    assert hook.texts == []
    clock.advance(60)
    await other.tell()
    await other.tell()
    assert hook.told("database") == ["ALERT"]


async def test_with_valkey_away_too_one_process_tells_once_and_goes_on_when_it_is_back(
    workshop: Workshop,
    start_server: Callable[[Server], None],
    *,
    teller: Teller,
    clock: SettableClock,
    database_url: str,
    hook: Receiver,
) -> None:
    """Valkey comes back without anything."""
    valkey = ValkeyServer(workshop)
    start_server(valkey)
    redis = connect(valkey.url(), 0)
    watch = DatabaseWatch(NOWHERE, redis, teller, clock, EVERY_S)
    await pass_time(clock, 5, watch)
    valkey.kill()
    await pass_time(clock, 30, watch)
    assert hook.told("database") == ["ALERT"]
    valkey.start()
    await pass_time(clock, 30, watch)
    assert hook.told("database") == ["ALERT"]
    await pass_time(clock, 30, DatabaseWatch(database_url, redis, teller, clock, EVERY_S))
    assert hook.told("database") == ["ALERT", "OVER"]
    await redis.aclose()


class Forgetful(DatabaseWatch):
    """Its look goes on when it is cancelled for the first time, as a command to the stream may."""

    def __init__(self, redis: Redis, teller: Teller, clock: SettableClock) -> None:
        super().__init__(NOWHERE, redis, teller, clock, EVERY_S)
        self.looks = asyncio.Event()
        self.has_forgotten = False

    async def look(self) -> None:
        self.looks.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if self.has_forgotten:
                raise
            self.has_forgotten = True


async def test_a_watch_ends_although_one_of_its_cancellations_is_forgotten(
    redis: Redis, teller: Teller, clock: SettableClock
) -> None:
    watch = Forgetful(redis, teller, clock)
    tasks = watch.begin()
    await watch.looks.wait()
    async with asyncio.timeout(20):
        await end(*tasks)
    assert watch.has_forgotten
    assert all(task.cancelled() for task in tasks)
