"""Addresses that answer, durable settings, data that are there again, an end within seconds."""

import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from nesthaus.embedded.servers import Addresses, EmbeddedServers
from tests.embedded.conftest import Start
from tests.embedded.surroundings import remove, servers_user
from tests.living import processes_that_mention
from tests.room import new_folder


def _database(addresses: Addresses) -> "psycopg.Connection[tuple[str, ...]]":
    assert addresses.database_url is not None
    return psycopg.connect(addresses.database_url, autocommit=True)


def _valkey(addresses: Addresses) -> Redis:
    assert addresses.redis_url is not None
    return Redis.from_url(addresses.redis_url, decode_responses=True)  # pyright: ignore[reportUnknownMemberType] - untyped keywords


def _show(addresses: Addresses, *names: str) -> list[str]:
    with _database(addresses) as connection:
        return [
            str(row[0])
            for name in names
            for row in connection.execute("select current_setting(%s)", [name]).fetchall()
        ]


@pytest.fixture(scope="module")
def running() -> Iterator[Addresses]:
    """Servers with nothing but their own settings, for tests that change nothing."""
    folder = new_folder()
    servers = EmbeddedServers(folder / "data")
    yield servers.start()
    servers.stop()
    remove(folder)


def test_postgresql_keeps_what_it_has_confirmed(running: Addresses) -> None:
    names = ["fsync", "full_page_writes", "synchronous_commit", "data_checksums"]

    assert _show(running, *names) == ["on", "on", "on", "on"]


def test_valkey_keeps_what_it_has_confirmed_and_evicts_nothing(running: Addresses) -> None:
    with _valkey(running) as valkey:
        info: dict[str, object] = valkey.info("persistence")  # pyright: ignore[reportUnknownMemberType] - untyped keywords
        policy = valkey.config_get("maxmemory-policy", "appendfsync", "save", "port")  # pyright: ignore[reportUnknownMemberType] - same

    assert info["aof_enabled"] == 1
    assert policy == {
        "maxmemory-policy": "noeviction",
        "appendfsync": "always",
        "save": "",
        "port": "0",
    }


def test_the_database_is_there_in_utf_8_and_in_utc(running: Addresses) -> None:
    with _database(running) as connection:
        about = (connection.info.server_version // 10000, connection.info.dbname)

    assert about == (18, "nesthaus")
    assert _show(running, "server_encoding", "TimeZone") == ["UTF8", "UTC"]


def test_nothing_listens_on_the_network(running: Addresses) -> None:
    assert _show(running, "listen_addresses") == [""]


def test_upper_and_lower_case_of_umlauts_are_known(running: Addresses) -> None:
    with _database(running) as connection:
        row = connection.execute("select upper('gebäudehülle')").fetchone()

    assert row == ("GEBÄUDEHÜLLE",)


def test_postgresql_16_is_started_alike(folder: Path, start: Start) -> None:
    _, addresses = start(folder / "data", want_valkey=False, postgres_major=16)

    with _database(addresses) as connection:
        assert connection.info.server_version // 10000 == 16
        assert connection.info.encoding == "utf-8"


def test_data_are_there_again_at_the_next_start(folder: Path, start: Start) -> None:
    servers, addresses = start(folder / "data")
    with _database(addresses) as connection:
        connection.execute("create table kept as select 42 as answer")
    with _valkey(addresses) as valkey:
        valkey.set("kept", "42")
    servers.stop()

    _, again = start(folder / "data")

    with _database(again) as connection, _valkey(again) as valkey:
        assert connection.execute("select answer from kept").fetchall() == [(42,)]
        assert valkey.get("kept") == "42"


def test_stopping_ends_every_process_whoever_is_still_connected(folder: Path, start: Start) -> None:
    servers, addresses = start(folder / "data")
    busy = _database(addresses)
    busy.execute("begin")
    assert len(processes_that_mention(str(folder))) >= 4

    servers.stop()

    assert processes_that_mention(str(folder)) == {}
    busy.close()


@pytest.mark.parametrize(
    ("wanted", "started"),
    [({"want_valkey": False}, (True, False)), ({"want_postgres": False}, (False, True))],
)
def test_only_what_is_wanted_is_started(
    folder: Path, start: Start, wanted: dict[str, bool], started: tuple[bool, bool]
) -> None:
    _, addresses = start(folder / "data", **wanted)

    assert (addresses.database_url is not None, addresses.redis_url is not None) == started
    assert ((folder / "data/postgres").exists(), (folder / "data/valkey").exists()) == started


def test_where_nothing_is_wanted_no_folder_is_made(folder: Path, start: Start) -> None:
    _, addresses = start(folder / "data", want_postgres=False, want_valkey=False)

    assert addresses == Addresses(None, None)
    assert not (folder / "data").exists()


@pytest.mark.parametrize("name", ["n" * 150, "ä folder, with 'signs' @ 100%"])
def test_paths_that_sockets_cannot_have_work_too(folder: Path, start: Start, name: str) -> None:
    servers, addresses = start(folder / name)

    assert _show(addresses, "port") == ["5432"]
    with _valkey(addresses) as valkey:
        assert valkey.set("a", "1") is True
    sockets = Path(_show(addresses, "unix_socket_directories")[0])
    assert sockets.parent != folder / name
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert sockets.owner() == servers_user()
    servers.stop()
    assert not sockets.exists()


def test_what_a_broken_off_first_start_left_is_made_anew(folder: Path, start: Start) -> None:
    left = folder / "data" / "postgres.new"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18\n")

    _, addresses = start(folder / "data", want_valkey=False)

    assert _show(addresses, "data_checksums") == ["on"]
    assert not left.exists()
