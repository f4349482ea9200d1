"""Is there a table for each month in time, and is no row refused, lost or doubled on the way?"""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.errors import LockNotAvailable

from nesthaus.db.pool import Pool
from nesthaus.upkeep.partitions import ensure_partitions
from tests.waiting import eventually

JUNE_15 = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)

MADE_IN_JUNE = {
    f"{table}_2026_{month}"
    for table in ("interaction_events", "configuration_snapshots", "performance_metrics")
    for month in ("06", "07", "08")
}


async def store_session(connection: AsyncConnection, session_id: str, start: datetime) -> None:
    await connection.execute(
        "insert into user_sessions (session_id, start_time, last_activity, latest_seen)"
        " values (%(id)s, %(at)s, %(at)s, %(at)s)",
        {"id": session_id, "at": start},
    )


async def store_interaction(
    connection: AsyncConnection, session_id: str, identifier: UUID, at: datetime
) -> None:
    await connection.execute(
        "insert into interaction_events (session_id, timestamp, id, received_at, event_type)"
        " values (%s, %s, %s, %s, 'click')",
        (session_id, at, identifier, at),
    )


async def interactions_by_table(connection: AsyncConnection) -> dict[str, int]:
    cursor = await connection.execute(
        "select tableoid::regclass::text, count(*) from interaction_events group by 1"
    )
    return dict(await cursor.fetchall())


async def test_this_month_and_the_next_two_get_tables(db: Pool) -> None:
    async with db.connection() as connection:
        assert set(await ensure_partitions(connection, JUNE_15)) == MADE_IN_JUNE
        assert await ensure_partitions(connection, JUNE_15) == ()


@pytest.mark.parametrize(
    ("at", "months"),
    [
        # Rows of up to seven days ago are accepted.
        ("2026-06-07 23:59:59+00", ["2026_05", "2026_06", "2026_07", "2026_08"]),
        ("2026-06-08 00:00:00+00", ["2026_06", "2026_07", "2026_08"]),
        ("2026-11-30 23:59:59+00", ["2026_11", "2026_12", "2027_01"]),
        ("2026-12-31 23:59:59+00", ["2026_12", "2027_01", "2027_02"]),
        ("2027-01-01 00:00:00+00", ["2026_12", "2027_01", "2027_02", "2027_03"]),
        ("2028-01-31 12:00:00+00", ["2028_01", "2028_02", "2028_03"]),
        # Months are those of UTC, whatever zone the time is told in.
        ("2026-07-01 01:30:00+02", ["2026_06", "2026_07", "2026_08"]),
    ],
)
async def test_months_and_years_end_where_they_end(db: Pool, at: str, months: list[str]) -> None:
    async with db.connection() as connection:
        made = await ensure_partitions(connection, datetime.fromisoformat(at))
    assert [name[-7:] for name in made if name.startswith("performance")] == months


async def test_the_bounds_of_a_month_are_its_first_moments_in_utc(db: Pool) -> None:
    last, first = JUNE_15.replace(day=30, hour=23, minute=59), datetime(2026, 7, 1, tzinfo=UTC)
    async with db.connection() as connection:
        await connection.execute("set timezone to 'Pacific/Auckland'")
        await store_session(connection, "s", last)
        await connection.commit()
        await ensure_partitions(connection, JUNE_15)
        await store_interaction(connection, "s", uuid4(), last)
        await store_interaction(connection, "s", uuid4(), first)
        assert await interactions_by_table(connection) == {
            "interaction_events_2026_06": 1,
            "interaction_events_2026_07": 1,
        }


async def test_rows_without_a_month_of_their_own_are_kept_and_moved_later(db: Pool) -> None:
    months = [datetime(2025, 12, 31, 23, 59, 59, 999999, UTC), datetime(2026, 1, 1, tzinfo=UTC)]
    async with db.connection() as connection:
        await store_session(connection, "s", months[0])
        for at in [*months, JUNE_15]:
            await store_interaction(connection, "s", uuid4(), at)
        assert await interactions_by_table(connection) == {"interaction_events_default": 3}
        before = await (await connection.execute("select * from interaction_events")).fetchall()
        await connection.commit()

        made = await ensure_partitions(connection, JUNE_15)

        assert set(made) - MADE_IN_JUNE == {
            "interaction_events_2025_12",
            "interaction_events_2026_01",
        }
        assert await interactions_by_table(connection) == {
            "interaction_events_2025_12": 1,
            "interaction_events_2026_01": 1,
            "interaction_events_2026_06": 1,
        }
        after = await (await connection.execute("select * from interaction_events")).fetchall()
        assert sorted(after) == sorted(before)


async def test_a_moved_row_still_goes_with_its_session(db: Pool) -> None:
    async with db.connection() as connection:
        await store_session(connection, "s", JUNE_15)
        await store_interaction(connection, "s", uuid4(), JUNE_15)
        await connection.commit()
        await ensure_partitions(connection, JUNE_15)
        await connection.execute("delete from user_sessions where session_id = 's'")
        assert await interactions_by_table(connection) == {}


async def test_no_row_is_lost_or_doubled_while_others_insert(db: Pool, database_url: str) -> None:
    """Two writers insert one row per transaction into three months while the months are made."""
    stop = asyncio.Event()
    stored: list[UUID] = []

    async def write(session_id: str) -> None:
        async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
            await store_session(connection, session_id, JUNE_15)
            while not stop.is_set():
                identifier = uuid4()
                at = JUNE_15 + timedelta(days=30 * (len(stored) % 3))
                async with connection.transaction():
                    await connection.execute(
                        "update user_sessions set last_activity = %s where session_id = %s",
                        (at, session_id),
                    )
                    await store_interaction(connection, session_id, identifier, at)
                stored.append(identifier)

    async def stored_at_least(count: int) -> None:
        await eventually(lambda: len(stored) >= count or any(w.done() for w in writers))

    writers = [asyncio.create_task(write(name)) for name in ("a", "b")]
    async with db.connection() as connection:
        await stored_at_least(30)
        made = await ensure_partitions(connection, JUNE_15)
        await stored_at_least(len(stored) + 30)
        stop.set()
        await asyncio.gather(*writers)
        assert set(made) == MADE_IN_JUNE
        cursor = await connection.execute("select id from interaction_events")
        assert sorted(row[0] for row in await cursor.fetchall()) == sorted(stored)
        assert set(await interactions_by_table(connection)) == {
            f"interaction_events_2026_{month}" for month in ("06", "07", "08")
        }


async def test_a_row_not_yet_committed_is_waited_for_and_moved(db: Pool) -> None:
    async with db.connection() as maker, db.connection() as writer, db.connection() as watcher:
        await store_session(writer, "s", JUNE_15)
        await store_interaction(writer, "s", uuid4(), JUNE_15)
        making = asyncio.create_task(ensure_partitions(maker, JUNE_15))

        async def the_maker_waits() -> bool:
            cursor = await watcher.execute("select count(*) from pg_locks where not granted")
            return await cursor.fetchone() == (1,)

        await eventually(the_maker_waits)
        await writer.commit()

        assert set(await making) == MADE_IN_JUNE
        assert await interactions_by_table(watcher) == {"interaction_events_2026_06": 1}


async def test_several_at_once_make_each_month_once(db: Pool) -> None:
    async def ensure() -> tuple[str, ...]:
        async with db.connection() as connection:
            return await ensure_partitions(connection, JUNE_15)

    made = await asyncio.gather(ensure(), ensure(), ensure())
    names = [name for names in made for name in names]
    assert sorted(names) == sorted(MADE_IN_JUNE)


async def test_somebody_who_reads_for_long_is_not_waited_for(db: Pool) -> None:
    async with db.connection() as connection, db.connection() as reader:
        await store_session(connection, "s", JUNE_15)
        await store_interaction(connection, "s", uuid4(), JUNE_15)
        await connection.commit()
        await reader.execute("select count(*) from interaction_events")
        with pytest.raises(LockNotAvailable):
            await ensure_partitions(connection, JUNE_15)
        assert await interactions_by_table(connection) == {"interaction_events_default": 1}
        await reader.rollback()
        await connection.rollback()
        assert set(await ensure_partitions(connection, JUNE_15)) == MADE_IN_JUNE


async def test_a_month_somebody_has_detached_is_left_alone(db: Pool) -> None:
    async with db.connection() as connection:
        await ensure_partitions(connection, JUNE_15)
        await connection.execute(
            "alter table interaction_events detach partition interaction_events_2026_06"
        )
        await store_session(connection, "s", JUNE_15)
        await store_interaction(connection, "s", uuid4(), JUNE_15)
        await connection.commit()
        assert await ensure_partitions(connection, JUNE_15) == ()
        assert await interactions_by_table(connection) == {"interaction_events_default": 1}


def test_the_same_row_twice_is_refused_in_and_out_of_a_month(database_url: str) -> None:
    """The key holds across the move: what a retry brings meets the row it brought before."""
    identifier = uuid4()

    async def twice() -> None:
        async with await AsyncConnection.connect(database_url) as connection:
            await store_session(connection, "s", JUNE_15)
            await store_interaction(connection, "s", identifier, JUNE_15)
            await connection.commit()
            await ensure_partitions(connection, JUNE_15)
            await store_interaction(connection, "s", identifier, JUNE_15)

    with pytest.raises(psycopg.errors.UniqueViolation):
        asyncio.run(twice())
