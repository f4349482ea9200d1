"""One clear line for everything that can be in the way."""

import fcntl
import os
import threading
from pathlib import Path

import pytest

from nesthaus.embedded import binaries, guarded, places
from nesthaus.embedded.errors import EmbeddedError, StartInterrupted
from tests.embedded.conftest import Start
from tests.living import processes_that_mention


def _refused(start: Start, data: Path, **options: object) -> str:
    with pytest.raises(EmbeddedError) as refusal:
        start(data, **options)
    line = str(refusal.value)
    assert "\n" not in line
    return line


def test_a_file_in_place_of_the_data_directory(folder: Path, start: Start) -> None:
    (folder / "data").write_text("")

    assert _refused(start, folder / "data") == (
        f"the data directory {folder}/data cannot be used: it is no folder;"
        " choose another with --data or NESTHAUS_DATA"
    )


def test_a_place_where_nothing_can_be_made(start: Start) -> None:
    line = _refused(start, Path("/proc/nesthaus"))

    assert line.startswith("the data directory /proc/nesthaus cannot be used: ")


def test_data_of_another_major_version(folder: Path, start: Start) -> None:
    servers, _ = start(folder / "data", want_valkey=False, postgres_major=16)
    servers.stop()

    assert _refused(start, folder / "data", want_valkey=False) == (
        f"the data in {folder}/data/postgres are of PostgreSQL 16, but this is PostgreSQL 18;"
        " dump them with the version that wrote them, or choose another --data"
    )


def test_a_platform_without_wheels(
    folder: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def finds_nothing(_name: str) -> None:
        return None

    monkeypatch.setattr(binaries, "find_spec", finds_nothing)

    line = _refused(start, folder / "data")

    assert line.startswith("no embedded PostgreSQL and Valkey for ")
    assert line.endswith("set DATABASE_URL and REDIS_URL to servers of your own")


def test_a_server_that_will_not_end(
    folder: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "_LOCK_PATIENCE_S", 0.2)
    (folder / "data").mkdir()
    with (folder / "data" / "valkey.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        line = _refused(start, folder / "data", want_postgres=False)

    assert line == (f"another Valkey still uses {folder}/data; end it, or choose another --data")


def test_a_server_that_does_not_like_its_settings(folder: Path, start: Start) -> None:
    line = _refused(start, folder / "data", postgres_settings={"shared_buffers": "much"})

    assert line.startswith("PostgreSQL ended while it started: ")
    assert 'invalid value for parameter "shared_buffers": "much"' in line
    assert processes_that_mention(str(folder)) == {}


def test_a_damaged_stream_file(folder: Path, start: Start) -> None:
    servers, _ = start(folder / "data", want_postgres=False)
    servers.stop()
    (file,) = (folder / "data/valkey/appendonlydir").glob("*.base.*")
    file.write_bytes(b"REDIS0011" + os.urandom(200))

    line = _refused(start, folder / "data", want_postgres=False)

    assert line.startswith("Valkey ended while it started: ")
    assert line.endswith(f"(log: {folder}/data/logs/valkey.log)")


def test_a_socket_folder_that_somebody_else_made(
    folder: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: str(folder))
    data = folder / ("n" * 150)
    servers, _ = start(data, want_postgres=False)
    (sockets,) = folder.glob("nesthaus-*")
    servers.stop()
    (folder / "elsewhere").mkdir()
    sockets.symlink_to(folder / "elsewhere")

    line = _refused(start, data, want_postgres=False)

    assert line.startswith(f"{sockets} exists and is not a private folder of ")
    assert (folder / "elsewhere").stat().st_uid == os.geteuid()


def test_a_start_that_is_called_off_ends_quietly(folder: Path, start: Start) -> None:
    stopping = threading.Event()
    stopping.set()
    (folder / "data").mkdir()

    with pytest.raises(StartInterrupted):
        start(folder / "data", stopping=stopping)

    assert processes_that_mention(str(folder)) == {}
