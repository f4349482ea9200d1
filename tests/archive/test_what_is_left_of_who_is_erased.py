"""Does an erased session leave the archive, and come back by no way?"""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from nesthaus.archive.parquet import read_rows
from nesthaus.archive.tables import TABLES
from nesthaus.persist.erasing import Erasing
from nesthaus.persist.erasing import Kept as Places
from nesthaus.persist.session_data import Data
from nesthaus.persist.sweeping import sweep
from nesthaus.persist.tombstones import bury_name
from nesthaus.report.journeys import journey
from nesthaus.stream.connection import connect
from nesthaus.upkeep.archive.listing import find_flaws
from tests.archive.conftest import DAY, NOW, Kept
from tests.persist.conftest import RULES
from tests.persist.traffic import call, clicked
from tests.prices import CATALOGUE


@pytest.fixture
async def erasing(kept: Kept, redis_url: str, tmp_path: Path) -> AsyncIterator[Erasing]:
    redis = connect(redis_url, 0)
    places = Places(redis, 1, tmp_path / "spool", lambda _stones: None, kept.archive)
    yield Erasing(kept.db, places, lambda: NOW, RULES)
    await redis.aclose()


def named(kept: Kept) -> set[str]:
    """Sessions of which any row of any file tells."""
    found: set[str] = set()
    for manifest in kept.manifests():
        for part in manifest.parts:
            for table in TABLES:
                with kept.archive.store.open(part.files[table.name].name) as file:
                    for rows in read_rows(file, table):
                        found.update(str(row[0]) for row in rows)
    return found


async def test_it_leaves_every_file_and_the_index(kept: Kept, erasing: Erasing) -> None:
    await kept.run()
    data = Data(kept.db, erasing.kept)
    told = await data.of("v3", NOW)
    assert told is not None
    assert (len(told.interactions), len(told.duplicates)) == (2, 1)
    before = await kept.both()

    receipt = await erasing.erase("v3", "test")

    assert receipt is not None
    assert receipt.erased["archivedRows"] == 8
    assert "v3" not in named(kept)
    assert len(named(kept)) == 15
    assert await data.of("v3", NOW) is None
    assert await journey(kept.db, kept.archive, "v3", CATALOGUE, NOW) is None
    after = await kept.both()
    assert before["user_sessions"] - after["user_sessions"] == {("v3",): 1}
    assert await find_flaws(kept.db, kept.archive, (), lambda _words: None) == []
    await kept.track(call("v3", clicked(95 * DAY)))
    await kept.run()
    assert await kept.both() == after


@pytest.mark.parametrize("step", ["written", "named", "closed"])
async def test_it_may_be_erased_while_it_is_archived(
    kept: Kept, erasing: Erasing, step: str
) -> None:
    done = False

    async def reached(name: str) -> None:
        nonlocal done
        if name == step and not done:
            done = True
            assert await erasing.erase("v3", "test") is not None
            await kept.count()

    await kept.run(reached)

    assert "v3" not in named(kept)
    both = await kept.both()
    assert both["user_sessions"].total() == 29
    assert all("v3" not in key for keys in both.values() for key in keys)
    assert await find_flaws(kept.db, kept.archive, (), lambda _words: None) == []


async def test_it_leaves_a_month_that_a_crash_left_unclosed(kept: Kept, erasing: Erasing) -> None:
    class Killed(Exception):
        """Of this process."""

    async def reached(step: str) -> None:
        if step == "named":
            raise Killed

    with pytest.raises(Killed):
        await kept.run(reached)
    assert "v3" in named(kept)

    await erasing.erase("v3", "test")

    assert "v3" not in named(kept)


async def test_the_nightly_sweep_takes_out_who_came_back(kept: Kept, erasing: Erasing) -> None:
    """As after a restore: the tables know the tombstone, and the archive is an older one."""
    await kept.run()
    async with kept.db.connection() as connection:
        await bury_name(connection, "v3", NOW)

    async with kept.db.connection() as connection:
        await connection.set_autocommit(True)
        swept = await sweep(connection, kept.archive, NOW, RULES, lambda _words: None)
        await connection.set_autocommit(False)

    assert swept == 1
    assert "v3" not in named(kept)


async def test_files_of_an_older_copy_forget_who_was_erased_since(
    kept: Kept, erasing: Erasing, tmp_path: Path
) -> None:
    await kept.run()
    shutil.copytree(tmp_path / "archive", tmp_path / "copy")
    await erasing.erase("v3", "test")
    shutil.rmtree(tmp_path / "archive")
    shutil.move(tmp_path / "copy", tmp_path / "archive")
    assert "v3" in named(kept)

    await kept.run()

    assert "v3" not in named(kept)
    assert await find_flaws(kept.db, kept.archive, (), lambda _words: None) == []
