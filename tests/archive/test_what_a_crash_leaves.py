"""Does whatever breaks a run off lose nothing and double nothing?"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from nesthaus.archive.sessions import Archive
from nesthaus.archive.store import StoreTrouble
from tests.archive.conftest import DAY, Kept, Keys
from tests.persist.traffic import call, clicked


class Killed(Exception):
    """Of this process."""


STEPS = (
    [("written", n) for n in (1, 2)]
    + [("named", n) for n in (1, 2)]
    + [("closed", n) for n in (1, 2)]
    + [("cleared", n) for n in (1, 3, 5)]
    + [("taken in", n) for n in (1, 2)]
)


@pytest.mark.parametrize(("step", "time"), STEPS, ids=[f"{name} {n}" for name, n in STEPS])
async def test_a_run_that_breaks_off_is_gone_on_with(kept: Kept, step: str, time: int) -> None:
    if step == "taken in":
        await kept.run()
        await kept.track(call("v0", clicked(95 * DAY)), call("v30", clicked(96 * DAY)))
    before = await kept.both()
    seen = 0

    async def reached(name: str) -> None:
        nonlocal seen
        seen += name == step
        if seen == time and name == step:
            raise Killed

    with pytest.raises(Killed):
        await kept.run(reached)
    nothing_lost(await kept.both(), before)
    await kept.run()

    after = await kept.both()
    nothing_lost(after, before)
    assert max(max(keys.values()) for keys in after.values()) == 1
    assert len((await kept.in_tables())["user_sessions"]) == 14
    named = set[str]().union(*(manifest.names() for manifest in kept.manifests()))
    there = {name for folder in ("2026-06", "2026-07") for name in kept.archive.store.names(folder)}
    assert {name for name in there if name.endswith(".parquet")} == named


def nothing_lost(both: Mapping[str, Keys], before: Mapping[str, Keys]) -> None:
    """What is not deleted yet is in both, never in none."""
    for name, keys in before.items():
        assert set(keys) == set(both[name])


async def test_a_store_that_fails_deletes_nothing(kept: Kept, archive: Archive) -> None:
    before = await kept.in_tables()
    write, files = archive.store.put, 0

    def put(file: object, name: str) -> None:
        nonlocal files
        files += 1
        if files == 10:
            raise OSError("no space left on device")
        write(file, name)  # pyright: ignore[reportArgumentType]

    archive.store.put = put
    with pytest.raises(OSError, match="no space"):
        await kept.run()
    assert await kept.in_tables() == before
    assert kept.in_archive()["user_sessions"].total() == 0

    archive.store.put = write
    await kept.run()
    assert await kept.both() == before


async def test_nothing_is_written_where_the_months_before_are_not(
    kept: Kept, tmp_path: Path
) -> None:
    await kept.run()
    await kept.track(call("before", clicked(-60 * DAY)))
    await kept.count()
    (tmp_path / "archive").rename(tmp_path / "elsewhere")

    with pytest.raises(StoreTrouble, match="2026-06 is not in file:"):
        await kept.run()

    assert not (tmp_path / "archive").exists()
    (tmp_path / "elsewhere").rename(tmp_path / "archive")
    assert [month.month for month in (await kept.run()).months] == [4]
