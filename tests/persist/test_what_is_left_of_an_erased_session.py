"""Is an erased session gone at once, wherever it lay, and does it stay away?"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from redis.asyncio import Redis

from nesthaus.access.audit import page_of_audit
from nesthaus.archive.sessions import Archive
from nesthaus.db.pool import Pool
from nesthaus.domain.events import Delivery, Metric
from nesthaus.domain.tombstones import Tombstones
from nesthaus.persist import dead_letters
from nesthaus.persist.dead_letters import Buried, Reason
from nesthaus.persist.erasing import Erasing, Kept, Receipt
from nesthaus.persist.session_data import Data, SessionData
from nesthaus.persist.store import store
from nesthaus.stream.connection import StreamAway, connect
from nesthaus.stream.envelope import encode
from nesthaus.stream.live import LiveCounters, live_now
from nesthaus.stream.reader import StreamEntry
from nesthaus.stream.spool import Spool
from tests.persist.conftest import RULES, Keep, Look
from tests.persist.traffic import (
    abandoned,
    at,
    call,
    clicked,
    converted,
    identifier,
    opened,
    saved,
)
from tests.persist.workers import append, running, unfinished, worker_on
from tests.traces import keys_that_name, tables_that_name
from tests.waiting import eventually

ANNA, BERTA = "anna-4f9c2d71", "berta-83aa0c55"
NOW = at(600)


class Copy:
    """The tombstones kept beside the database."""

    def __init__(self) -> None:
        self.tombstones = Tombstones()

    def write(self, tombstones: Tombstones) -> None:
        self.tombstones = tombstones


@pytest.fixture
def copy() -> Copy:
    return Copy()


@pytest.fixture
def kept(redis: Redis, tmp_path: Path, copy: Copy) -> Kept:
    archive = Archive((tmp_path / "archive").as_uri(), tmp_path / "archiving")
    return Kept(redis, 1, tmp_path, copy.write, archive)


@pytest.fixture
def erasing(db: Pool, kept: Kept) -> Erasing:
    return Erasing(db, kept, lambda: NOW, RULES)


def measured(seconds: float, session_id: str) -> Metric:
    moment = at(seconds)
    number = ord(session_id[0])
    return Metric(
        id=identifier(moment, number), at=moment, name="lcp", value=1200.0, session_id=session_id
    )


def everything_of(session_id: str) -> tuple[Delivery, ...]:
    """Something for each table."""
    return (
        call(session_id, opened(0, user_agent="Mozilla"), address="192.0.2.0"),
        call(session_id, clicked(1), clicked(2), clicked(2)),
        call(session_id, saved(3)),
        call(session_id, converted(4, order_id=f"order of {session_id}")),
        call(None, measured(5, session_id)),
    )


async def bury(db: Pool, number: int, payload: bytes, session_id: str | None) -> None:
    entry = StreamEntry(0, f"{number}-0", payload)
    async with db.connection() as connection:
        letter = Buried(entry, session_id, Reason.UNSTORABLE, "why")
        await dead_letters.bury(connection, [letter], NOW)


async def erased(erasing: Erasing, session_id: str) -> Receipt:
    receipt = await erasing.erase(session_id, "admin")
    assert receipt is not None
    return receipt


async def refused(look: Look) -> list[dict[str, Any]]:
    return await look("select reason, sum(count)::integer as count from refusals group by reason")


async def test_nothing_of_it_is_in_any_table_and_others_keep_theirs(
    database_url: str, db: Pool, keep: Keep, erasing: Erasing, look: Look
) -> None:
    await keep(*everything_of(ANNA), *everything_of(BERTA))
    await bury(db, 1, encode(call(ANNA, clicked(9))), ANNA)
    await bury(db, 2, encode(call(BERTA, clicked(9))), BERTA)
    before = tables_that_name(database_url, BERTA)
    assert tables_that_name(database_url, ANNA) == before
    assert len(before) >= 9

    receipt = await erased(erasing, ANNA)

    assert tables_that_name(database_url, ANNA) == set()
    assert tables_that_name(database_url, BERTA) == before
    assert receipt.erased == {
        "sessions": 1,
        "entries": 1,
        "interactions": 2,
        "snapshots": 1,
        "finalisations": 1,
        "duplicates": 1,
        "orders": 1,
        "metrics": 1,
        "deadLetters": 1,
        "streamEntries": 0,
        "spoolRecords": 0,
        "archivedRows": 0,
    }
    hours = await look("select distinct hour from recount_marks where session_id = ''")
    assert [each["hour"] for each in hours] == [at(0)]


async def test_the_receipt_and_the_audit_log_do_not_tell_which_it_was(
    db: Pool, keep: Keep, erasing: Erasing
) -> None:
    await keep(*everything_of(ANNA))
    receipt = await erased(erasing, ANNA)
    (entry,) = (await page_of_audit(db, 10, None)).items
    assert (entry.actor, entry.action, entry.subject) == (
        "admin",
        "erase session",
        str(receipt.receipt),
    )
    assert entry.detail is not None
    assert entry.detail["interactions"] == 2


async def test_what_arrives_late_is_dropped_and_counted_once(
    database_url: str, db: Pool, keep: Keep, erasing: Erasing, look: Look
) -> None:
    await keep(*everything_of(ANNA))
    await erased(erasing, ANNA)
    late = call(ANNA, clicked(20), clicked(21)), call(None, measured(22, ANNA), measured(23, BERTA))
    await keep(*late, call(BERTA, clicked(24)))
    await keep(*late)  # a worker that died before it acknowledged
    assert tables_that_name(database_url, ANNA) == set()
    assert await refused(look) == [{"reason": "erased", "count": 3}]
    assert await look("select session_id from user_sessions") == [{"session_id": BERTA}]
    assert await look("select session_id from performance_metrics") == [{"session_id": BERTA}]


async def test_a_worker_drops_what_is_replayed_and_acknowledges_it(
    database_url: str, redis: Redis, db: Pool, *, keep: Keep, erasing: Erasing, look: Look
) -> None:
    await keep(*everything_of(ANNA))
    await erased(erasing, ANNA)
    await append(redis, call(ANNA, clicked(30)), b"\x00nonsense")

    async def is_empty() -> bool:
        return await unfinished(redis) == 0

    async with running(worker_on(redis, db)):
        await eventually(is_empty)
    assert tables_that_name(database_url, ANNA) == set()
    assert await refused(look) == [{"reason": "erased", "count": 1}]
    assert [each["reason"] for each in await look("table dead_letters")] == ["unreadable"]


async def test_a_dead_letter_of_an_erased_session_is_not_kept(
    database_url: str, db: Pool, keep: Keep, erasing: Erasing
) -> None:
    await keep(*everything_of(ANNA))
    await erased(erasing, ANNA)
    await bury(db, 1, encode(call(ANNA, clicked(9))), ANNA)
    assert tables_that_name(database_url, ANNA) == set()


async def test_what_is_being_stored_meanwhile_does_not_survive(
    database_url: str, db: Pool, keep: Keep, erasing: Erasing
) -> None:
    """The batch began before the tombstone was written, and commits after it."""
    await keep(call(ANNA, opened(0)))
    async with db.connection() as connection:
        async with connection.transaction():
            late = call(ANNA, clicked(1)), call(None, measured(5, ANNA))
            await store(connection, late, at(60), RULES)
            ending = asyncio.create_task(erased(erasing, ANNA))

            async def is_buried() -> bool:
                async with db.connection() as other:
                    row = await (await other.execute("select count(*) from tombstones")).fetchone()
                return row == (1,)

            await eventually(is_buried)
            assert not ending.done()
        await ending
    assert tables_that_name(database_url, ANNA) == set()


async def test_an_order_goes_to_who_reported_it_next(
    db: Pool, keep: Keep, erasing: Erasing, look: Look
) -> None:
    await keep(
        call(ANNA, clicked(0), converted(1, order_id="A-1")),
        call(BERTA, clicked(0), converted(2, order_id="A-1")),
    )
    await erased(erasing, ANNA)
    assert await look("select session_id, conversion_status from user_sessions") == [
        {"session_id": BERTA, "conversion_status": "converted"}
    ]
    assert await look("select order_id, session_id from orders") == [
        {"order_id": "A-1", "session_id": BERTA}
    ]


async def test_what_waits_in_the_stream_goes_and_what_it_told_of_others_stays(
    database_url: str, redis: Redis, db: Pool, *, keep: Keep, erasing: Erasing, look: Look
) -> None:
    mixed = call(None, measured(5, ANNA), structs.replace(measured(6, BERTA), value=3.0))
    await append(redis, call(ANNA, clicked(1)), call(BERTA, clicked(1)), mixed)
    receipt = await erased(erasing, ANNA)
    assert receipt.erased["streamEntries"] == 2
    assert await keys_that_name(redis, ANNA) == set()
    async with running(worker_on(redis, db)):
        await eventually(lambda: is_stored(look, BERTA))
    assert await look("select session_id, value from performance_metrics") == [
        {"session_id": BERTA, "value": 3.0}
    ]
    assert tables_that_name(database_url, ANNA) == set()


async def is_stored(look: Look, session_id: str) -> bool:
    rows = await look("select session_id from performance_metrics")
    return {"session_id": session_id} in rows


async def test_what_waits_in_the_spool_goes_also_from_a_file_that_is_being_written(
    kept: Kept, erasing: Erasing
) -> None:
    spool = Spool(kept.spool)
    mixed = call(None, measured(5, ANNA), measured(6, BERTA))
    for each in (call(ANNA, clicked(1)), call(BERTA, clicked(1)), mixed):
        await spool.append(each.session_id, encode(each))
    receipt = await erased(erasing, ANNA)
    assert receipt.erased["spoolRecords"] == 2
    await spool.append(BERTA, encode(call(BERTA, clicked(2))))

    files = [path.read_bytes() for path in kept.spool.iterdir()]
    assert len(files) == 1
    assert ANNA.encode() not in files[0]
    await spool.rotate()
    file = await spool.take()
    assert file is not None
    assert [record.session_id for record in file.next_records(10, 1_000_000)] == [
        BERTA,
        None,
        BERTA,
    ]
    assert file.flaws == []
    file.release()


async def test_the_live_view_forgets_it_also_what_a_process_has_not_told_yet(
    redis: Redis, keep: Keep, erasing: Erasing
) -> None:
    await keep(*everything_of(ANNA))
    live = LiveCounters(redis, lambda: NOW)
    live.delivered(call(ANNA, clicked(590)))
    live.delivered(call(BERTA, clicked(591)))
    await live.flush()
    live.delivered(call(ANNA, clicked(592)))
    assert await keys_that_name(redis, ANNA) != set()

    await erased(erasing, ANNA)
    await live.flush()

    assert await keys_that_name(redis, ANNA) == set()
    now = await live_now(redis, NOW)
    assert now.active == [BERTA]
    assert [each["sessionId"] for each in now.recent] == [BERTA]


async def test_a_session_nobody_knows_has_no_tombstone(erasing: Erasing, look: Look) -> None:
    assert await erasing.erase("nobody", "admin") is None
    assert await look("table tombstones") == []
    assert await look("table audit_log") == []


async def test_erasing_it_twice_is_harmless(
    keep: Keep, erasing: Erasing, look: Look, copy: Copy
) -> None:
    await keep(*everything_of(ANNA))
    await erased(erasing, ANNA)
    again = await erased(erasing, ANNA)
    assert set(again.erased.values()) == {0}
    assert len(await look("table tombstones")) == 1
    assert copy.tombstones.named_among([ANNA, BERTA]) == {ANNA}


async def test_while_the_stream_is_away_the_tables_are_done_and_the_rest_is_asked_for_again(
    database_url: str, db: Pool, keep: Keep, kept: Kept, tmp_path: Path
) -> None:
    nowhere = connect(f"unix://{tmp_path}/nobody.sock", retries=0)
    erasing = Erasing(db, Kept(nowhere, 1, kept.spool, kept.copy, kept.archive), lambda: NOW, RULES)
    await keep(*everything_of(ANNA))
    with pytest.raises(StreamAway):
        await erasing.erase(ANNA, "admin")
    assert tables_that_name(database_url, ANNA) == set()
    with pytest.raises(StreamAway):
        await erasing.erase("nobody", "admin")
    await nowhere.aclose()


async def test_all_that_is_kept_is_told_before_it_goes(
    redis: Redis, db: Pool, keep: Keep, kept: Kept, erasing: Erasing
) -> None:
    await keep(*everything_of(ANNA), *everything_of(BERTA))
    await bury(db, 1, encode(call(ANNA, clicked(9))), ANNA)
    await append(redis, call(ANNA, clicked(10)))
    await Spool(kept.spool).append(ANNA, encode(call(ANNA, abandoned(11))))

    told = await Data(db, kept).of(ANNA, NOW)

    assert told is not None
    assert told.session is not None
    assert told.session["ipAddress"] == "192.0.2.0"
    assert told.session["conversionStatus"] == "converted"
    assert counts(told) == (1, 2, 1, 1, 1, 1, 1, 1, 2)
    assert {each["kind"] for one in told.waiting for each in one["events"]} == {  # type: ignore[union-attr]
        "interaction",
        "finalisation",
    }
    await erased(erasing, ANNA)
    assert await Data(db, kept).of(ANNA, NOW) is None


def counts(told: SessionData) -> tuple[int, ...]:
    rows = (
        told.entries,
        told.interactions,
        told.snapshots,
        told.finalisations,
        told.duplicates,
        told.orders,
        told.metrics,
        told.dead_letters,
        told.waiting,
    )
    return tuple(map(len, rows))


async def test_a_short_id_takes_nothing_of_others_along(
    db: Pool, keep: Keep, erasing: Erasing, look: Look
) -> None:
    """`a` stands somewhere in nearly every entry."""
    await keep(call("a", clicked(1)))
    await bury(db, 1, encode(call(BERTA, clicked(9))), BERTA)
    await bury(db, 2, b"\xffan accident", None)
    await erased(erasing, "a")
    assert len(await look("table dead_letters")) == 2
