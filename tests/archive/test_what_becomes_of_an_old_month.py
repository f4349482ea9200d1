"""Do rows of old months go into files whole, and does everything that was counted stay?"""

from datetime import date
from typing import Any

import pyarrow.parquet as pq
import pytest

from nesthaus.archive.store import StoreTrouble
from nesthaus.archive.tables import BY_NAME, TABLES, Table
from nesthaus.db.pool import Pool
from nesthaus.persist.archived import place_of
from nesthaus.report.journeys import journey
from nesthaus.upkeep.archive.listing import find_flaws, list_months
from tests.aggregate.looking import TABLES as FIGURES
from tests.aggregate.looking import rows_of
from tests.archive.conftest import DAY, NOW, Kept, visits
from tests.persist.traffic import at, call, clicked, converted, opened
from tests.prices import CATALOGUE


async def figures(db: Pool) -> list[object]:
    return [await rows_of(db, table) for table in FIGURES]


async def test_rows_are_in_the_files_or_in_the_tables_and_never_in_both(kept: Kept) -> None:
    before, counted = await kept.in_tables(), await figures(kept.db)

    done = await kept.run()

    assert done.months == [date(2026, 6, 1), date(2026, 7, 1)]
    # 15 June and every third day: 6 of June, 10 of July, 14 later ones.
    assert done.sessions == 16
    assert len((await kept.in_tables())["user_sessions"]) == 14
    assert {name: keys.total() for name, keys in kept.in_archive().items()} == {
        "user_sessions": 16,
        "session_entries": 16,
        "interaction_events": 32,
        "configuration_snapshots": 16,
        "session_finalisations": 16,
        "duplicate_events": 16,
    }
    assert await kept.both() == before
    assert await figures(kept.db) == counted
    assert await kept.count() is None
    assert await figures(kept.db) == counted
    assert str(await kept.run()) == "no month to archive"


async def test_a_month_that_is_not_counted_yet_waits(kept: Kept) -> None:
    await kept.track(call("late", clicked(20 * DAY)))

    done = await kept.run()

    assert (done.months, done.waits_for) == ([date(2026, 6, 1)], date(2026, 7, 1))
    assert "2026-07 waits for 1 hours" in str(done)


async def test_empty_months_of_tables_are_dropped(kept: Kept) -> None:
    done = await kept.run()

    # On 31 July nothing began after 22:00 UTC, which is August in Vienna.
    assert done.partitions == [
        "configuration_snapshots_2026_06",
        "configuration_snapshots_2026_07",
        "interaction_events_2026_06",
        "interaction_events_2026_07",
    ]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
async def test_files_have_every_column_of_the_tables(db: Pool, table: Table) -> None:
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select column_name from information_schema.columns where table_name = %s",
            (table.name,),
        )
        columns = {name for (name,) in await cursor.fetchall()}

    assert set(table.names) == columns


async def test_files_tell_units_and_are_compressed(kept: Kept) -> None:
    await kept.run()

    [part, *_] = kept.manifests()[0].parts
    with kept.archive.store.open(part.files["user_sessions"].name) as file:
        read: Any = pq.ParquetFile(file)
        assert read.schema_arrow.field("last_price").metadata[b"unit"] == b"EUR"
        assert read.schema_arrow.field("session_duration").metadata[b"unit"] == b"s"
        assert read.schema_arrow.metadata[b"table"] == b"user_sessions"
        assert read.metadata.row_group(0).column(0).compression == "ZSTD"


async def test_an_archived_journey_is_the_one_it_was(kept: Kept) -> None:
    async def told(session_id: str) -> object:
        return await journey(kept.db, kept.archive, session_id, CATALOGUE, NOW)

    before = [await told(f"v{day}") for day in range(0, 90, 3)]
    assert None not in before

    await kept.run()

    assert [await told(f"v{day}") for day in range(0, 90, 3)] == before
    assert await told("nobody") is None


async def test_what_comes_late_is_taken_in_and_counted_nowhere(kept: Kept) -> None:
    await kept.run()
    counted, before = await figures(kept.db), await kept.both()
    known = visits([3])
    await kept.track(
        *known,  # all of it once more
        call("v0", clicked(95 * DAY), converted(95 * DAY, order_id="o")),
        call("v0", clicked(-40 * DAY)),  # nothing begins anew in another month
        call("never seen", opened(2 * DAY)),
    )
    await kept.count()

    assert await figures(kept.db) == counted
    told = await journey(kept.db, kept.archive, "v0", CATALOGUE, NOW)
    assert told is not None
    assert (told.session.start_time, told.session.conversion_status) == (at(0), "converted")
    assert len(told.interactions) == 4

    done = await kept.run()

    assert done.late == 2  # there was nothing new in what came once more
    after = await kept.both()
    assert after["user_sessions"] - before["user_sessions"] == {("never seen",): 1}
    assert (after["interaction_events"] - before["interaction_events"]).total() == 2
    assert max(max(keys.values()) for keys in after.values()) == 1
    assert await journey(kept.db, kept.archive, "v0", CATALOGUE, NOW) == told
    assert len((await kept.in_tables())["user_sessions"]) == 14
    assert await figures(kept.db) == counted


async def test_what_comes_while_a_month_is_archived_is_lost_nowhere(kept: Kept) -> None:
    sent = 0

    async def reached(_step: str) -> None:
        nonlocal sent
        sent += 1
        await kept.track(
            call("v0", clicked(50 + sent)),
            call(f"new {sent}", clicked(3 * DAY + sent)),
        )
        await kept.count()

    await kept.run(reached)
    await kept.run()

    both = await kept.both()
    assert both["user_sessions"].total() == 30 + sent
    assert both["interaction_events"].total() == 60 + 2 * sent
    assert max(max(keys.values()) for keys in both.values()) == 1
    assert len((await kept.in_tables())["user_sessions"]) == 14


async def test_what_was_changed_in_the_archive_is_found(kept: Kept) -> None:
    await kept.run()

    async def flaws() -> list[tuple[str, str]]:
        found = await find_flaws(kept.db, kept.archive, (), lambda _words: None)
        return [(each.month, each.sentence) for each in found]

    assert await flaws() == []
    [june, july] = kept.manifests()
    broken, missing = june.parts[0].files["user_sessions"], july.parts[0].files["session_entries"]
    kept.archive.store.write(broken.name, b"PAR1")
    kept.archive.store.drop(missing.name)
    async with kept.db.connection() as connection:
        await connection.execute("delete from archived_sessions where session_id = 'v30'")

    assert await flaws() == [
        ("2026-06", f"{broken.name} is not what was written: its checksum differs"),
        ("2026-07", f"{missing.name} is missing"),
        ("2026-07", "part 2 has 4 sessions, and the database knows 3 in it"),
    ]
    with pytest.raises(StoreTrouble, match="is missing"):
        await journey(kept.db, kept.archive, "v18", CATALOGUE, NOW)


async def test_months_are_listed_with_what_they_hold(kept: Kept) -> None:
    await kept.run()

    listed = await list_months(kept.db, kept.archive)

    assert [(each.month, each.sessions, each.closed_at) for each in listed] == [
        (date(2026, 6, 1), 6, NOW),
        (date(2026, 7, 1), 10, NOW),
    ]
    assert [each.files for each in listed] == [14, 21]
    assert all(set(each.tables) == set(BY_NAME) for each in kept.manifests())


async def test_tables_of_an_older_backup_meet_the_archive_again(kept: Kept) -> None:
    """As a restore leaves them: with all rows, and without knowing of the archive."""
    before = await kept.in_tables()
    await kept.run()
    async with kept.db.connection() as connection:
        await connection.execute("delete from closed_months")
        await connection.execute("delete from archived_sessions")
    await kept.track(*visits(range(0, 45, 3)), call("v0", clicked(60)))
    await kept.count()

    done = await kept.run()

    assert done.months == [date(2026, 6, 1), date(2026, 7, 1)]
    both = await kept.both()
    assert both["user_sessions"] == before["user_sessions"]
    assert (both["interaction_events"] - before["interaction_events"]).total() == 1
    assert max(both["interaction_events"].values()) == 1
    async with kept.db.connection() as connection:
        assert await place_of(connection, "v0") is not None
