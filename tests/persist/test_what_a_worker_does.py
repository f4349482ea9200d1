"""From the stream into the tables, whoever dies or is away in between."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from importlib.resources import files
from typing import LiteralString

import psycopg
import pytest
from msgspec import structs
from redis.asyncio import Redis

from nesthaus.db.pool import Pool, open_pool
from nesthaus.domain.events import Delivery
from nesthaus.persist.announcer import Announcer
from nesthaus.persist.trial import Pace
from nesthaus.persist.worker import Worker
from nesthaus.stream.connection import StreamAway, connect
from nesthaus.stream.reader import StreamEntry, StreamReader
from nesthaus.stream.worker_states import Doing, WorkerState
from tests.persist.conftest import RULES, Look
from tests.persist.traffic import abandoned, at, call, clicked, opened, saved
from tests.persist.workers import HURRY, append, doing, pending, running, unfinished, worker_on
from tests.servers import PostgresServer, Server, ValkeyServer, Workshop
from tests.waiting import WITHIN_S, eventually

Start = Callable[[Server], None]
HOUR_S = 3_600.0


class Deaf(StreamReader):
    """As if the worker died right before it acknowledges."""

    async def acknowledge(self, entries: Iterable[StreamEntry]) -> None:
        raise StreamAway(f"the server is gone with {entries}")


class AwayAtTheSecondLook(StreamReader):
    looks = 0

    async def read(self, count: int, block_ms: int) -> list[StreamEntry]:
        self.looks += 1
        if self.looks == 2:
            raise StreamAway("the server is gone")
        return await super().read(count, block_ms)


async def test_what_is_appended_is_stored_acknowledged_and_taken_out_of_the_stream(
    redis: Redis, db: Pool, look: Look
) -> None:
    await append(redis, call("anna", opened(0)), call("anna", clicked(1), clicked(2)))
    async with running(worker_on(redis, db)):
        await eventually(lambda: is_empty(redis))
        await append(redis, call("anna", saved(3)), call("anna", abandoned(4)))
        await eventually(lambda: is_empty(redis))
    (anna,) = await look("table user_sessions")
    assert (anna["total_interactions"], anna["conversion_status"]) == (2, "abandoned")
    assert anna["last_price"] == 213_032


async def test_three_workers_share_the_work_and_count_everything_once(
    redis: Redis, db: Pool, look: Look
) -> None:
    calls = [call(f"session {n % 7}", clicked(n), clicked(n + 1, 2)) for n in range(150)]
    workers = (worker_on(redis, db, name=name) for name in ("one", "two", "three"))
    async with running(*workers):
        for first in range(0, 150, 10):
            await append(redis, *calls[first : first + 10], *calls[first : first + 3])
        await eventually(lambda: is_empty(redis))
    (stored,) = await look("select count(*) as rows from interaction_events")
    (counted,) = await look("select sum(total_interactions) as total from user_sessions")
    assert (stored["rows"], counted["total"]) == (300, 300)


async def test_what_waits_is_stored_in_few_transactions(redis: Redis, db: Pool, look: Look) -> None:
    await append(redis, *(call("anna", clicked(n)) for n in range(12)))
    pace = replace(HURRY, batch=2, most=6)
    async with running(worker_on(redis, db, pace=pace)):
        await eventually(lambda: is_empty(redis))
    assert await rows_by_transaction(look) == [6, 6]


async def test_a_worker_lets_the_next_ones_gather_and_stops_at_once_meanwhile(
    redis: Redis, db: Pool, look: Look
) -> None:
    await append(redis, call("anna", clicked(1)))
    async with running(worker_on(redis, db, pace=replace(HURRY, gather_s=3_600))):
        await eventually(lambda: has_rows(look, 1))
        await append(redis, call("anna", clicked(2)), call("anna", clicked(3)))
    assert await has_rows(look, 1)
    async with running(worker_on(redis, db)):
        await eventually(lambda: is_empty(redis))
    assert sorted(await rows_by_transaction(look)) == [1, 2]


async def test_a_stream_that_goes_away_while_more_is_read_keeps_nothing_from_being_stored(
    redis: Redis, db: Pool, look: Look
) -> None:
    await append(redis, *(call("anna", clicked(n)) for n in range(3)))
    reader = AwayAtTheSecondLook(redis, shards=1, consumer="one")
    async with running(worker_on(redis, db, reader=reader, pace=replace(HURRY, batch=2))):
        await eventually(lambda: is_empty(redis))
    assert sorted(await rows_by_transaction(look)) == [1, 2]


async def test_a_worker_that_dies_between_commit_and_acknowledgement_does_no_harm(
    redis: Redis, db: Pool, look: Look
) -> None:
    await append(redis, call("anna", clicked(1)), call("anna", clicked(2)))
    dying = worker_on(redis, db, reader=Deaf(redis, shards=1, consumer="one"))
    async with running(dying):
        await eventually(lambda: has_rows(look, 2))
    assert await pending(redis) == 2
    async with running(worker_on(redis, db, name="two")):
        await eventually(lambda: is_empty(redis))
    (anna,) = await look("table user_sessions")
    assert anna["total_interactions"] == 2
    assert await has_rows(look, 2)
    assert await look("table dead_letters") == []
    assert await look("table duplicate_events") == []


async def test_what_a_dead_worker_had_read_is_taken_over(
    redis: Redis, db: Pool, look: Look
) -> None:
    await append(redis, call("anna", clicked(1)))
    dead = StreamReader(redis, shards=1, consumer="dead")
    await dead.ensure_groups()
    assert len(await dead.read(10, 0)) == 1
    async with running(worker_on(redis, db)):
        await append(redis, call("ben", clicked(2)))
        await eventually(lambda: is_empty(redis))
    assert await has_rows(look, 2)


async def test_bad_entries_go_to_the_dead_letters_and_the_good_rest_is_stored(
    redis: Redis, db: Pool, look: Look
) -> None:
    calls = [call("anna", clicked(n)) for n in range(20)]
    await append(redis, *calls[:7], b"\x01no delivery", *calls[7:13])
    await append(redis, call("ben", clicked(1, type="x" * 51)), *calls[13:])
    async with running(worker_on(redis, db)):
        await eventually(lambda: is_empty(redis))
    assert await has_rows(look, 20)
    letters = await look("select * from dead_letters order by reason")
    assert [(each["reason"], each["session_id"]) for each in letters] == [
        ("unreadable", None),
        ("unstorable", "ben"),
    ]
    assert bytes(letters[0]["payload"]) == b"\x01no delivery"
    assert "interaction_events" in letters[1]["detail"]
    assert await look("select session_id from user_sessions") == [{"session_id": "anna"}]


@pytest.mark.parametrize(
    "poison",
    [
        call(None, clicked(1)),
        call("an\0na", clicked(1)),
        call("", clicked(1)),
        call("anna", clicked(1), address="no address"),
        call("anna", structs.replace(clicked(1), sequence=2**40)),
    ],
)
async def test_what_makes_no_sense_is_a_dead_letter_at_once(
    redis: Redis, db: Pool, look: Look, poison: Delivery
) -> None:
    await append(redis, poison)
    async with running(worker_on(redis, db)):
        await eventually(lambda: is_empty(redis))
    (letter,) = await look("table dead_letters")
    assert letter["reason"] == "unstorable"


async def test_what_a_rule_of_the_database_refuses_does_not_hold_up_the_rest(
    redis: Redis, db: Pool, look: Look
) -> None:
    await execute(
        db,
        """
        create function refuse_bert() returns trigger language plpgsql as
        $$ begin raise exception 'nothing of bert'; end $$
        """,
    )
    await execute(
        db,
        """
        create trigger no_bert before insert on interaction_events
        for each row when (new.session_id = 'bert') execute function refuse_bert()
        """,
    )
    await append(
        redis, call("anna", clicked(1)), call("bert", clicked(2)), call("cleo", clicked(3))
    )

    async with running(worker_on(redis, db)):
        await eventually(lambda: is_empty(redis))

    stored = await look("select session_id from interaction_events order by session_id")
    (letter,) = await look("select session_id, detail from dead_letters")
    assert [row["session_id"] for row in stored] == ["anna", "cleo"]
    assert letter == {"session_id": "bert", "detail": "nothing of bert"}


async def test_while_postgresql_is_away_nothing_is_lost_and_everything_is_stored_afterwards(
    redis: Redis, workshop: Workshop, start_server: Start
) -> None:
    server = PostgresServer(workshop, 18)
    start_server(server)
    # The tests' servers do not wait for the disk, and forget at a kill what was just committed.
    url = f"{server.url()}&options=-csynchronous_commit%3Don"
    schema = files("nesthaus.db").joinpath("schema.sql").read_bytes()
    with psycopg.connect(url) as connection:
        connection.execute(schema)
    pool = await open_pool(url, 2, 1.0, application_name="worker of a test")
    async with pool, running(worker_on(redis, pool)):
        await append(redis, call("anna", clicked(1)))
        await eventually(lambda: is_empty(redis))
        server.kill()
        await append(redis, call("anna", clicked(2)), call("ben", clicked(3)))
        await eventually(lambda: does(redis, Doing.WAITING_FOR_DATABASE))
        assert await unfinished(redis) == 2
        server.start()
        await eventually(lambda: is_empty(redis))
        await eventually(lambda: does(redis, Doing.RUNNING))
        async with pool.connection() as connection:
            rows = await connection.execute("select count(*) from interaction_events")
            assert await rows.fetchone() == (3,)
            rows = await connection.execute("select count(*) from dead_letters")
            assert await rows.fetchone() == (0,)


async def test_while_the_stream_is_away_the_worker_waits_and_goes_on(
    workshop: Workshop, start_server: Start, db: Pool, look: Look
) -> None:
    server = ValkeyServer(workshop, {"appendonly": "yes", "appendfsync": "always"})
    start_server(server)
    redis, page = connect(server.url(), retries=0), connect(server.url(), retries=3)
    async with aclosing(redis), aclosing(page), running(worker_on(redis, db)):
        await append(page, call("anna", clicked(1)))
        await eventually(lambda: is_empty(page))
        server.kill()
        server.start()
        await append(page, call("anna", clicked(2)))
        await eventually(lambda: is_empty(page))
    assert await has_rows(look, 2)


async def test_a_table_that_is_missing_for_a_while_makes_nothing_poison(
    redis: Redis, db: Pool, look: Look
) -> None:
    await execute(db, "alter table interaction_events rename to elsewhere")
    await append(redis, call("anna", clicked(1)))
    async with running(worker_on(redis, db)):
        await eventually(lambda: does(redis, Doing.WAITING_FOR_DATABASE))
        await execute(db, "alter table elsewhere rename to interaction_events")
        await eventually(lambda: is_empty(redis))
    assert await has_rows(look, 1)
    assert await look("table dead_letters") == []


class LongPauses(Pace):
    """It tells that it waits after the second failure."""

    def pause_s(self, failures: int) -> float:
        return 0.0 if failures == 1 else HOUR_S


async def test_a_worker_that_waits_stops_at_once_and_leaves_its_entries_to_others(
    redis: Redis, db: Pool
) -> None:
    await execute(db, "alter table interaction_events rename to elsewhere")
    await append(redis, call("anna", clicked(1)))
    async with asyncio.timeout(2 * WITHIN_S):
        async with running(worker_on(redis, db, pace=LongPauses(grace_s=HOUR_S))) as stop:
            await eventually(lambda: does(redis, Doing.WAITING_FOR_DATABASE))
            stop.set()
    assert await pending(redis) == 1


async def test_a_worker_finishes_the_batch_in_hand_when_it_is_stopped(
    redis: Redis, db: Pool, look: Look
) -> None:
    await append(redis, call("anna", clicked(1)))
    async with db.connection() as other:
        await other.execute("lock table interaction_events in exclusive mode")
        async with running(worker_on(redis, db)) as stop:
            await eventually(lambda: waits_for_a_lock(db))
            stop.set()
            await other.rollback()
    assert await pending(redis) == 0
    assert await has_rows(look, 1)


async def test_a_worker_that_cannot_finish_in_time_stops_all_the_same(
    redis: Redis, db: Pool, look: Look
) -> None:
    await append(redis, call("anna", clicked(1)))
    async with db.connection() as other:
        await other.execute("lock table interaction_events in exclusive mode")
        async with running(worker_on(redis, db, pace=replace(HURRY, grace_s=0.2))) as stop:
            await eventually(lambda: waits_for_a_lock(db))
            stop.set()
        await other.rollback()
    assert await pending(redis) == 1
    assert await has_rows(look, 0)


async def is_empty(redis: Redis) -> bool:
    return await unfinished(redis) == 0


async def rows_by_transaction(look: Look) -> list[int]:
    stored = await look("select count(*) as rows from interaction_events group by xmin::text")
    return [each["rows"] for each in stored]


async def has_rows(look: Look, count: int) -> bool:
    (row,) = await look("select count(*) as rows from interaction_events")
    return row["rows"] == count


async def does(redis: Redis, what: Doing) -> bool:
    return (await doing(redis)).get("one") is what


async def execute(pool: Pool, statement: LiteralString) -> None:
    async with pool.connection() as connection:
        await connection.execute(statement)


async def waits_for_a_lock(pool: Pool) -> bool:
    async with pool.connection() as connection:
        rows = await connection.execute(
            "select count(*) from pg_locks where not granted and relation = "
            "'interaction_events'::regclass"
        )
        return await rows.fetchone() == (1,)


async def test_a_worker_ends_although_one_of_its_cancellations_is_forgotten(
    redis: Redis, db: Pool
) -> None:
    """As `asyncio.wait_for` of Python 3.11 does with one that comes when it is just done."""
    publishing, forgotten = asyncio.Event(), list[str]()

    async def publish(_state: WorkerState) -> None:
        publishing.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if forgotten:
                raise
            forgotten.append("one")

    worker = Worker(
        StreamReader(redis, shards=1, consumer="one"),
        db,
        clock=lambda: at(60),
        rules=RULES,
        announcer=Announcer("one", lambda: at(60), publish),
        pace=HURRY,
    )
    async with asyncio.timeout(WITHIN_S), running(worker):
        await publishing.wait()
    assert forgotten == ["one"]
