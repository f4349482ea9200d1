"""Are exactly those tables written anew from which something was erased, once nobody sees it?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg import AsyncConnection

from nesthaus.db.pool import Connection
from nesthaus.upkeep.compaction import StillSeen, compact_database
from nesthaus.upkeep.nights import last_night

VIENNA = ZoneInfo("Europe/Vienna")
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
RELATIONS = ("user_sessions", "interaction_events_default", "gone_2020_01")


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
        for relation in RELATIONS:
            statement = "insert into uncompacted (relation, since) values (%s, %s)"
            await connection.execute(statement, (relation, NOON))
        yield connection


async def files(connection: Connection) -> dict[str, str]:
    """By table, the file its rows lie in."""
    cursor = await connection.execute(
        "select relname, pg_relation_filepath(oid) from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind = 'r'"
    )
    return dict(await cursor.fetchall())


async def uncompacted(connection: Connection) -> list[str]:
    cursor = await connection.execute("select relation from uncompacted order by 1")
    return [relation for (relation,) in await cursor.fetchall()]


def nobody_hears(_: str) -> None:
    """Of what is told."""


async def test_only_tables_from_which_something_was_erased_are_written_anew(
    connection: Connection,
) -> None:
    before = await files(connection)
    written = await compact_database(connection, 20, nobody_hears)
    after = await files(connection)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"user_sessions", "interaction_events_default"}
    assert written.relations == 2
    assert await uncompacted(connection) == []
    assert (await compact_database(connection, 0, nobody_hears)).relations == 0


async def test_while_somebody_still_sees_it_nothing_is_done(
    connection: Connection, database_url: str
) -> None:
    with psycopg.connect(database_url) as other:
        other.execute("set transaction isolation level repeatable read, read only")
        other.execute("select count(*) from jobs")
        await connection.execute("delete from user_sessions")
        await connection.execute("update uncompacted set since = since")
        with pytest.raises(StillSeen, match="1 transactions or replicas still see"):
            await compact_database(connection, 0, nobody_hears)
    assert await uncompacted(connection) == sorted(RELATIONS)


async def test_what_is_erased_meanwhile_waits_for_the_next_time(connection: Connection) -> None:
    later = datetime(2026, 6, 15, 12, 1, tzinfo=UTC)

    told: list[str] = []
    erasing = psycopg.connect(connection.info.dsn, autocommit=True)

    def hear(words: str) -> None:
        told.append(words)
        if words == "write-ahead log":
            statement = "update uncompacted set since = %s where relation = 'user_sessions'"
            erasing.execute(statement, (later,))

    await compact_database(connection, 20, hear)
    erasing.close()
    assert await uncompacted(connection) == ["user_sessions"]
    assert told[-1] == "write-ahead log"


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 6, 15, 3, 0, tzinfo=VIENNA), datetime(2026, 6, 15, 3, 0, tzinfo=VIENNA)),
        (datetime(2026, 6, 15, 2, 59, tzinfo=VIENNA), datetime(2026, 6, 14, 3, 0, tzinfo=VIENNA)),
        (datetime(2026, 6, 15, 0, 30, tzinfo=UTC), datetime(2026, 6, 14, 1, 0, tzinfo=UTC)),
        # The clocks go forward at 2:00 and back at 3:00.
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 59, tzinfo=UTC), datetime(2026, 10, 24, 1, 0, tzinfo=UTC)),
    ],
)
def test_a_night_begins_at_three_by_the_calendar_of_the_project(
    now: datetime, due: datetime
) -> None:
    assert last_night(now, VIENNA) == due
