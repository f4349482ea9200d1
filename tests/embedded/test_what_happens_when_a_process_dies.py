"""A dead server is started again; a dead owner or guard takes its server with it."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from redis import Redis, RedisError

from nesthaus.embedded.servers import EmbeddedServers
from tests.embedded.conftest import Start
from tests.embedded.surroundings import FAST, postmaster
from tests.living import processes_that_mention
from tests.waiting import wait_for

_OWNER = """
import sys, threading
from pathlib import Path
from nesthaus.embedded.servers import EmbeddedServers
EmbeddedServers(Path(sys.argv[1]), postgres_settings={"fsync": "off"}).start()
print("started", flush=True)
threading.Event().wait()
"""


def _answers(database_url: str) -> bool:
    try:
        with psycopg.connect(database_url) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def _pings(redis_url: str) -> bool:
    try:
        with Redis.from_url(redis_url) as valkey:  # pyright: ignore[reportUnknownMemberType] - untyped keywords
            return bool(valkey.ping())  # pyright: ignore[reportUnknownMemberType] - untyped keywords
    except RedisError:
        return False


def _loud_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.ERROR]


def _story(folder: Path) -> str:
    return str(processes_that_mention(str(folder)))


def _server(folder: Path, program: str) -> int:
    """The server itself, not its guard, which names it too."""
    named = processes_that_mention(str(folder))
    (found,) = [pid for pid, line in named.items() if program in line.split()[0]]
    return found


def test_a_killed_postgresql_comes_back_with_one_loud_line(
    folder: Path, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    _, addresses = start(folder / "data", want_valkey=False)
    url = addresses.database_url or ""
    before, log = postmaster(folder / "data"), folder / "data" / "logs" / "postgres.log"

    os.kill(before, signal.SIGKILL)

    wait_for(
        lambda: _answers(url) and postmaster(folder / "data") != before, 20, lambda: _story(folder)
    )
    assert _loud_lines(caplog) == [
        f"PostgreSQL ENDED UNEXPECTEDLY (signal 9); starting it again, its log is {log}"
    ]


def test_a_killed_valkey_comes_back_with_all_it_acknowledged(
    folder: Path, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    _, addresses = start(folder / "data", want_postgres=False)
    url = addresses.redis_url or ""
    with Redis.from_url(url) as valkey:  # pyright: ignore[reportUnknownMemberType] - untyped keywords
        for number in range(100):
            valkey.xadd("nest:{0}", {"e": str(number)})

    os.kill(_server(folder, "valkey-server"), signal.SIGKILL)

    wait_for(lambda: len(_loud_lines(caplog)) == 1 and _pings(url), 20, lambda: _story(folder))
    with Redis.from_url(url) as valkey:  # pyright: ignore[reportUnknownMemberType] - untyped keywords
        assert valkey.xlen("nest:{0}") == 100
    assert "Valkey ENDED UNEXPECTEDLY (signal 9)" in _loud_lines(caplog)[0]


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a process of its parent's end"
)
def test_a_killed_guard_takes_its_server_with_it_and_both_come_back(
    folder: Path, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    _, addresses = start(folder / "data", want_postgres=False)
    before = _server(folder, "valkey-server")
    (guard,) = [pid for pid in processes_that_mention(str(folder)) if pid != before]

    os.kill(guard, signal.SIGKILL)

    wait_for(lambda: before not in processes_that_mention(str(folder)), 10, lambda: _story(folder))
    wait_for(lambda: _pings(addresses.redis_url or ""), 20, lambda: _story(folder))
    assert _server(folder, "valkey-server") != before
    assert len(_loud_lines(caplog)) == 1


def test_servers_of_a_killed_owner_end_and_the_next_owner_waits_for_them(
    folder: Path, start: Start
) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(folder / "data")], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == "started\n"
    left = set(processes_that_mention(str(folder))) - {owner.pid}
    assert len(left) >= 4

    owner.kill()
    owner.communicate()
    _, addresses = start(folder / "data")

    assert _answers(addresses.database_url or "")
    assert _pings(addresses.redis_url or "")
    assert left & set(processes_that_mention(str(folder))) == set()


def test_servers_of_a_killed_owner_end_by_themselves(folder: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(folder / "data")], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == "started\n"

    owner.kill()
    owner.communicate()

    wait_for(lambda: processes_that_mention(str(folder)) == {}, 10, lambda: _story(folder))


def test_a_number_in_the_pid_file_that_is_another_program_by_now_is_no_obstacle(
    folder: Path, start: Start
) -> None:
    servers, _ = start(folder / "data", want_valkey=False)
    pid_file = folder / "data" / "postgres" / "postmaster.pid"
    text = pid_file.read_text()
    servers.stop()
    with subprocess.Popen(["/bin/sleep", "60"]) as stranger:
        pid_file.write_text(text.replace(text.split("\n", 1)[0], str(stranger.pid), 1))

        _, addresses = start(folder / "data", want_valkey=False)

        assert _answers(addresses.database_url or "")
        stranger.kill()


def test_a_server_that_dies_while_stopping_is_left_alone(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    servers = EmbeddedServers(folder / "data", postgres_settings=FAST)
    servers.start()

    servers.stop()
    servers.stop()

    assert _loud_lines(caplog) == []
    assert processes_that_mention(str(folder)) == {}
