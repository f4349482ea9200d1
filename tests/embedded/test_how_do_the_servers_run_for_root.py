"""As an unprivileged user, in folders made for them; nothing else on the machine changes."""

import os
import stat
from pathlib import Path

import psycopg
import pytest

from nesthaus.embedded import places
from nesthaus.embedded.binaries import installed_binaries
from nesthaus.embedded.errors import EmbeddedError
from nesthaus.embedded.identity import Identity
from nesthaus.embedded.places import servers_home
from tests.embedded.conftest import Start
from tests.embedded.surroundings import modes_above, postmaster, remove

pytestmark = pytest.mark.usefixtures("as_root")


@pytest.fixture
def state(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In place of /var/lib/nesthaus."""
    monkeypatch.setattr(places, "ROOT_STATE", folder / "state")
    return folder / "state"


@pytest.fixture
def closed(folder: Path) -> Path:
    """A folder that only root may enter, as /root is."""
    made = folder / "closed"
    made.mkdir(mode=0o700)
    return made


def _can_run_nothing(_identity: Identity, _program: Path) -> bool:
    return False


def _owners_below(folder: Path) -> set[str]:
    return {path.owner() for path in folder.rglob("*")}


def test_the_servers_are_an_unprivileged_users_and_so_are_their_files(
    folder: Path, start: Start
) -> None:
    start(folder / "data")

    process = Path(f"/proc/{postmaster(folder / 'data')}")
    assert process.owner() == "nesthaus"
    assert _owners_below(folder / "data" / "postgres") == {"nesthaus"}
    assert _owners_below(folder / "data" / "valkey") == {"nesthaus"}
    assert servers_home(folder / "data") == folder / "data"


def test_no_mode_of_a_folder_that_was_there_is_changed(folder: Path, start: Start) -> None:
    deep = folder / "kept" / "data"
    deep.parent.mkdir(mode=0o750)
    wheels = installed_binaries().postgres_bin
    before = modes_above(deep) | modes_above(wheels / "x")

    servers, _ = start(deep)
    servers.stop()

    assert modes_above(deep) | modes_above(wheels / "x") == before


def test_where_the_user_cannot_enter_the_data_lie_elsewhere(
    closed: Path, state: Path, start: Start
) -> None:
    before = modes_above(closed / "data")

    _, addresses = start(closed / "data")

    home = servers_home(closed / "data")
    assert home.parent == state
    assert _owners_below(home / "postgres") == {"nesthaus"}
    with psycopg.connect(addresses.database_url or "") as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert modes_above(closed / "data") == before
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_where_the_user_cannot_run_the_programs_a_copy_is_run(
    folder: Path, state: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "can_run", _can_run_nothing)

    servers, _ = start(folder / "data")

    home = servers_home(folder / "data")
    program = Path(f"/proc/{postmaster(home)}/exe").readlink()
    assert program.is_relative_to(home / "binaries")
    servers.stop()
    copied_at = program.stat().st_ctime_ns
    start(folder / "data")
    assert program.stat().st_ctime_ns == copied_at


def test_a_strict_umask_closes_nothing_that_the_user_needs(
    folder: Path, state: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "can_run", _can_run_nothing)
    before = os.umask(0o077)
    try:
        _, addresses = start(folder / "data")
    finally:
        os.umask(before)

    with psycopg.connect(addresses.database_url or "") as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_new_data_directory_does_not_get_the_data_of_a_deleted_one(
    closed: Path, state: Path, start: Start
) -> None:
    servers, addresses = start(closed / "data", want_valkey=False)
    with psycopg.connect(addresses.database_url or "") as connection:
        connection.execute("create table old (id int)")
    servers.stop()
    remove(closed / "data")

    _, again = start(closed / "data", want_valkey=False)

    with psycopg.connect(again.database_url or "") as connection:
        assert connection.execute("select to_regclass('old')").fetchone() == (None,)
    aside = [path for path in state.iterdir() if "." in path.name]
    assert len(aside) == 1
    assert (aside[0] / "postgres" / "PG_VERSION").exists()


def test_data_of_an_ordinary_user_are_refused_in_one_line(folder: Path, start: Start) -> None:
    (folder / "data" / "postgres").mkdir(parents=True)
    os.chown(folder / "data" / "postgres", 54321, 54321)

    with pytest.raises(EmbeddedError) as refusal:
        start(folder / "data")

    assert str(refusal.value) == (
        f"{folder}/data/postgres belongs to user 54321, not to nesthaus;"
        " start nesthaus as user 54321, or choose another --data"
    )
