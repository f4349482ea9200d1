"""Which figure makes which alert, and does its notice survive whatever happens on the way?"""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from nesthaus.db.pool import Pool
from nesthaus.domain.alert_rules import BESIDE, WATCHED
from nesthaus.domain.alerts import Phase
from nesthaus.stream.backlog import Backlog
from nesthaus.upkeep.alerts.channels import channels_of
from nesthaus.upkeep.alerts.notices import Teller, send_due
from nesthaus.upkeep.alerts.rules import alert_list, set_rule
from nesthaus.upkeep.alerts.sensors import Outside
from nesthaus.upkeep.alerts.watch import AlertWatch
from nesthaus.upkeep.alerts.words import Surroundings
from tests.alerts.receivers import Receiver, webhook
from tests.clocks import SettableClock
from tests.prices import CATALOGUE

AT_ONCE: dict[str, object] = {"window_s": 1, "min_count": 0, "hold_s": 0}


@pytest.fixture
def watch(
    db: Pool, redis: Redis, teller: Teller, clock: SettableClock, tmp_path: Path
) -> AlertWatch:
    outside = Outside(redis, Backlog(redis, 1), 100, tmp_path)
    return AlertWatch(db, outside, teller, clock)


async def firing(db: Pool, clock: SettableClock) -> list[str]:
    alerts = await alert_list(db, [], clock() - timedelta(days=30), clock())
    return [item.id for item in alerts.items if item.state is Phase.FIRING]


async def execute(db: Pool, statement: str, *rows: tuple[object, ...]) -> None:
    async with db.connection() as connection, connection.cursor() as cursor:
        await cursor.executemany(statement.encode(), rows or [()])


MEASURED = (
    "insert into performance_metrics"
    " (id, timestamp, received_at, metric_name, value, buckets, counts)"
    " values (gen_random_uuid(), %s, now(), %s, %s, '{0}', '{1}')"
)
BEGAN = (
    "insert into user_sessions (session_id, start_time, last_activity, latest_seen)"
    " values (%s, %s, %s, %s)"
)
COUNTED = "insert into hourly_analytics (hour, metric_type, count) values (%s, %s, %s)"


async def test_nothing_fires_where_nothing_is_wrong(
    db: Pool, watch: AlertWatch, clock: SettableClock, hook: Receiver
) -> None:
    await watch.look()
    clock.advance(3_600)
    assert await watch.look() == f"{len(WATCHED) - len(BESIDE)} rules looked at, 0 changed"
    assert await firing(db, clock) == []


async def test_an_average_over_a_second_fires(
    db: Pool, watch: AlertWatch, clock: SettableClock
) -> None:
    rows = [(clock(), "api_response_time", value) for value in (*[900] * 9, 1_901)]
    await execute(db, MEASURED, *rows)
    await watch.look()
    assert await firing(db, clock) == ["response_time"]
    clock.advance(300)
    await watch.look()
    assert await firing(db, clock) == []


async def test_more_than_one_error_in_twenty_answers_fires(
    db: Pool, watch: AlertWatch, clock: SettableClock
) -> None:
    answers = [(clock(), "api_response_time", 10)] * 40
    await execute(db, MEASURED, *answers, *[(clock(), "api_error", 1)] * 2)
    await watch.look()
    assert await firing(db, clock) == []
    await execute(db, MEASURED, (clock(), "api_error", 1))
    clock.advance(300)
    await watch.look()
    assert await firing(db, clock) == ["error_rate"]


async def test_slow_statements_fire(db: Pool, watch: AlertWatch, clock: SettableClock) -> None:
    await execute(db, MEASURED, *[(clock(), "db_query_time", 251)] * 50)
    await watch.look()
    assert await firing(db, clock) == ["slow_statements"]


async def test_a_stream_with_more_than_it_should_hold_fires(
    db: Pool, redis: Redis, watch: AlertWatch, clock: SettableClock
) -> None:
    for rule in ("stream_full", "queue_age"):
        await set_rule(
            db, rule, {**AT_ONCE, "threshold": 80 if "full" in rule else 1}, "me", clock()
        )
    for number in range(81):
        await redis.xadd("nest:{0}", {"e": b"x"}, id=f"1000-{number + 1}")
    await watch.look()
    assert sorted(await firing(db, clock)) == ["queue_age", "stream_full"]


async def test_silence_where_there_are_usually_visitors_fires(
    db: Pool, watch: AlertWatch, clock: SettableClock
) -> None:
    for week in (1, 2, 3):
        began = clock() - timedelta(weeks=week, minutes=30)
        rows = [(f"s{week}-{number}", began, began, began) for number in range(20)]
        await execute(db, BEGAN, *rows)
    await watch.look()
    assert await firing(db, clock) == ["tracking_silent"]
    now = clock()
    await execute(db, BEGAN, ("anna", now, now, now))
    clock.advance(300)
    await watch.look()
    assert await firing(db, clock) == []


async def test_silence_where_nobody_comes_at_this_time_is_none(
    db: Pool, watch: AlertWatch, clock: SettableClock
) -> None:
    """Two weeks of four are not usual."""
    for week in (1, 2):
        began = clock() - timedelta(weeks=week, minutes=30)
        rows = [(f"s{week}-{number}", began, began, began) for number in range(50)]
        await execute(db, BEGAN, *rows)
    await watch.look()
    assert await firing(db, clock) == []


@pytest.mark.parametrize(("converted", "fires"), [(49, True), (50, False)])
async def test_conversion_below_half_of_the_weekdays_usual_fires(
    db: Pool, watch: AlertWatch, clock: SettableClock, converted: int, fires: bool
) -> None:
    """Usual is one in ten; of 1,000 sessions that is 100."""
    for week in range(5):
        hour = clock() - timedelta(weeks=week, hours=3)
        rows = [(hour, "sessions", 1_000), (hour, "conversions", 100 if week else converted)]
        await execute(db, COUNTED, *rows)
    await watch.look()
    assert await firing(db, clock) == (["conversion"] if fires else [])


async def test_conversion_says_nothing_where_few_were_to_be_expected(
    db: Pool, watch: AlertWatch, clock: SettableClock
) -> None:
    for week in range(5):
        hour = clock() - timedelta(weeks=week, hours=3)
        rows = [(hour, "sessions", 190), (hour, "conversions", 19 if week else 0)]
        await execute(db, COUNTED, *rows)
    await watch.look()
    assert await firing(db, clock) == []


async def break_it(db: Pool, clock: SettableClock) -> None:
    await set_rule(db, "spool", {**AT_ONCE, "threshold": -1}, "me", clock())


async def test_a_process_that_dies_after_the_change_leaves_the_notice(
    db: Pool, watch: AlertWatch, clock: SettableClock, teller: Teller, hook: Receiver
) -> None:
    await break_it(db, clock)
    await watch.look()
    assert hook.texts == []
    assert await send_due(db, teller, clock) == 1  # another process
    assert await send_due(db, teller, clock) == 0
    assert hook.told("spool") == ["ALERT"]


async def test_a_process_that_dies_before_it_notes_the_sending_sends_it_again_by_the_same_name(
    db: Pool, watch: AlertWatch, clock: SettableClock, teller: Teller, hook: Receiver
) -> None:
    await break_it(db, clock)
    await watch.look()

    class Dying(Teller, frozen=True):
        async def send(self, notice, now):  # type: ignore[no-untyped-def]
            await teller.send(notice, now)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await send_due(db, Dying(teller.channels, teller.around), clock)
    assert await send_due(db, teller, clock) == 0
    clock.advance(60)
    assert await send_due(db, teller, clock) == 1
    first, second = hook.notices()
    assert first == second


async def test_a_channel_that_is_away_gets_it_later_and_the_other_not_again(
    db: Pool, watch: AlertWatch, clock: SettableClock, teller: Teller, hook: Receiver
) -> None:
    with webhook() as other:
        both = channels_of(f"json://127.0.0.1:{hook.port}/a json://127.0.0.1:{other.port}/b")
        to_both = Teller(both, teller.around)
        await break_it(db, clock)
        await watch.look()
        other.refuses = True
        assert await send_due(db, to_both, clock) == 0
        listed = await alert_list(db, [], clock() - timedelta(days=1), clock())
        event = listed.items[0].history[0]
        assert (event.waits, event.notified_at) == (True, None)
        assert "json://127.0.0.1" in (event.error or "")
        assert await send_due(db, to_both, clock) == 0
        assert other.tries == 1
        other.refuses = False
        clock.advance(60)
        assert await send_due(db, to_both, clock) == 1
        assert (hook.told("spool"), other.told("spool")) == (["ALERT"], ["ALERT"])


async def test_two_that_look_at_once_make_one_notice(
    db: Pool, watch: AlertWatch, clock: SettableClock, teller: Teller, hook: Receiver
) -> None:
    await break_it(db, clock)
    await asyncio.gather(*(watch.look() for _ in range(3)))
    await send_due(db, teller, clock)
    assert hook.told("spool") == ["ALERT"]


async def test_a_silenced_rule_is_told_of_once_when_the_silence_ends(
    db: Pool, watch: AlertWatch, clock: SettableClock, teller: Teller, hook: Receiver
) -> None:
    await break_it(db, clock)
    until = clock() + timedelta(hours=1)
    await set_rule(db, "spool", {"silenced_until": until}, "me", clock())
    await watch.look()
    assert await firing(db, clock) == ["spool"]
    assert await send_due(db, teller, clock) == 0
    clock.advance(3_600)
    for _ in range(3):
        await watch.look()
        await send_due(db, teller, clock)
        clock.advance(10)
    assert hook.told("spool") == ["ALERT"]


async def test_without_a_channel_the_history_tells(
    db: Pool, redis: Redis, clock: SettableClock, tmp_path: Path
) -> None:
    teller = Teller((), Surroundings(CATALOGUE.zone, None))
    outside = Outside(redis, Backlog(redis, 1), 100, tmp_path)
    await break_it(db, clock)
    await AlertWatch(db, outside, teller, clock).look()
    listed = await alert_list(db, [], clock() - timedelta(days=1), clock())
    (event,) = listed.items[0].history
    assert (event.state, event.waits, event.notified_at) == (Phase.FIRING, False, None)
