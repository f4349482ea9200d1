"""Does `nesthaus up` start everything, keep it running and end all of it?"""

import os
import pwd
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nesthaus.embedded import guarded
from nesthaus.embedded.places import servers_home
from nesthaus.processes import supervisor
from tests.commands.running_up import RunningUp, clean_environment, refusal_of
from tests.embedded.surroundings import (
    modes_above,
    ordinary_environment,
    python_for_everybody,
    remove,
)
from tests.living import living
from tests.waiting import wait_for

Up = Callable[..., RunningUp]


@pytest.fixture
def up(folder: Path) -> Iterator[Up]:
    started: list[RunningUp] = []

    def start(data: Path, *arguments: str, **options: object) -> RunningUp:
        output = folder / f"output{len(started)}"
        started.append(RunningUp(data, output, *arguments, **options))  # pyright: ignore[reportArgumentType] - keywords pass through
        return started[-1]

    yield start
    for one in started:
        one.kill_all()


def _alive(pids: dict[int, str]) -> list[str]:
    return [process.command for process in living() if process.pid in pids]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_process(folder: Path, up: Up, number: signal.Signals) -> None:
    running = up(folder / "data")
    running.wait_for()
    below = running.below()

    code = running.end(number)

    assert code == 0
    # Two guards, two servers with what they start themselves, three roles.
    assert len(below) >= 7
    assert _alive(below) == []


def test_what_does_not_end_by_itself_is_killed_within_five_seconds() -> None:
    """First the roles, then both servers at once. How long it really took depends on what else the
    machine does."""
    assert supervisor.STOP_PATIENCE_S + guarded.STOP_PATIENCE_S < 5


def test_a_signal_while_it_starts_ends_it_too(folder: Path, up: Up) -> None:
    running = up(folder / "data")
    wait_for((folder / "data" / "postgres.new").exists, 30, running.said)

    assert running.end() == 0
    assert _alive(running.below()) == []


def test_everything_ends_when_up_itself_is_killed(folder: Path, up: Up) -> None:
    running = up(folder / "data")
    running.wait_for()
    below = running.below()

    running.process.kill()

    wait_for(lambda: _alive(below) == [], 15, lambda: str(_alive(below)))


def test_after_a_kill_it_starts_again_at_once(folder: Path, up: Up) -> None:
    running = up(folder / "data")
    running.wait_for()
    port = running.run.address.rpartition(":")[2]

    running.process.kill()
    again = up(folder / "data", "--port", port)

    again.wait_for()


def test_the_second_start_has_the_data(folder: Path, up: Up) -> None:
    first = up(folder / "data")
    first.wait_for()
    with first.database() as connection:
        connection.execute("create table kept as select 42 as answer")
    first.end()

    second = up(folder / "data")

    second.wait_for()
    with second.database() as connection:
        assert connection.execute("select answer from kept").fetchall() == [(42,)]


@pytest.mark.parametrize(
    ("program", "loud"),
    [
        ("postgres -D", "PostgreSQL ENDED UNEXPECTEDLY (signal 9)"),
        ("valkey-server", "Valkey ENDED UNEXPECTEDLY (signal 9)"),
        ("nesthaus serve", "serve (process {pid}) ENDED UNEXPECTEDLY (signal 9)"),
        ("nesthaus work", "work (process {pid}) ENDED UNEXPECTEDLY (signal 9)"),
    ],
)
def test_what_is_killed_comes_back_with_one_loud_line(
    folder: Path, up: Up, program: str, loud: str
) -> None:
    running = up(folder / "data")
    running.wait_for()
    pid = running.one_below(program)

    os.kill(pid, signal.SIGKILL)

    line = loud.format(pid=pid)
    wait_for(lambda: line in running.said(), 10, running.said)
    wait_for(lambda: program in " ".join(running.below().values()), 15, running.said)
    running.wait_for()
    assert running.one_below(program) != pid
    assert running.said().count("ENDED UNEXPECTEDLY") == 1


def test_what_may_wait_leaves_the_processor_to_what_answers_calls(folder: Path, up: Up) -> None:
    running = up(folder / "data")
    running.wait_for()

    def gives_way(program: str) -> bool:
        ours = os.getpriority(os.PRIO_PROCESS, running.process.pid)
        return os.getpriority(os.PRIO_PROCESS, running.one_below(program)) > ours

    wait_for(lambda: gives_way("nesthaus work"), 10, running.said)
    wait_for(lambda: gives_way("nesthaus schedule"), 10, running.said)
    assert gives_way("postgres -D")
    assert not gives_way("nesthaus serve")
    assert not gives_way("valkey-server")


def test_long_paths_work(folder: Path, up: Up) -> None:
    running = up(folder / ("n" * 150) / "data")

    running.wait_for()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could change them")
def test_modes_of_folders_that_were_there_stay_as_they_are(folder: Path, up: Up) -> None:
    data = folder / "kept" / "data"
    data.parent.mkdir(mode=0o700)
    before = modes_above(data) | modes_above(Path(sys.prefix) / "x")

    running = up(data)
    running.wait_for()
    running.end()

    # The servers' user cannot enter here, so their data lie where the system keeps such things.
    home = servers_home(data)
    assert home.parent == Path("/var/lib/nesthaus")
    assert (home / "postgres" / "PG_VERSION").exists()
    remove(home)
    assert modes_above(data) | modes_above(Path(sys.prefix) / "x") == before


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
def test_an_ordinary_user_without_a_home_can_run_it(folder: Path, up: Up) -> None:
    python = python_for_everybody()
    if python is None:
        pytest.skip("no Python here that an ordinary user may run")
    nobody = pwd.getpwnam("nobody").pw_uid
    (folder / "own").mkdir()
    os.chown(folder / "own", nobody, -1)

    running = up(
        folder / "own" / "data",
        environment=ordinary_environment(),
        python=str(python),
        user=nobody,
    )

    running.wait_for()
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in running.below()}
    assert owners == {nobody}
    assert running.end() == 0


def test_without_its_database_tracking_calls_are_taken(folder: Path, up: Up) -> None:
    away = "postgresql://nobody@127.0.0.1:1/none"
    running = up(folder / "data", environment=clean_environment(DATABASE_URL=away))

    running.wait_for("/healthz")
    running.wait_for("/readyz", 503)

    assert not (folder / "data" / "postgres").exists()
    assert running.end() == 0


def test_servers_of_ones_own_are_used_and_left_running(
    folder: Path, up: Up, database_url: str, redis_url: str
) -> None:
    environment = clean_environment(DATABASE_URL=database_url, REDIS_URL=redis_url)
    running = up(folder / "data", environment=environment)

    running.wait_for()

    assert (running.run.database_url, running.run.redis_url) == (database_url, redis_url)
    wait_for(lambda: len(running.below()) == 3, 10, lambda: str(running.below()))
    assert running.end() == 0


def test_a_taken_port_is_one_line(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        code, lines = refusal_of(folder / "data", "--port", port)

    assert code == 1
    assert "\n".join(lines) == (
        f"nesthaus: port {port} is taken by another program;"
        " choose another with --port (make up PORT=…)"
    )


def test_an_unusable_data_directory_is_one_line() -> None:
    code, lines = refusal_of(Path("/proc/nesthaus"))

    assert code == 1
    assert len(lines) == 1
    assert lines[0].startswith("nesthaus: the data directory /proc/nesthaus cannot be used: ")


def test_a_second_up_on_the_same_data_is_one_line(folder: Path, up: Up) -> None:
    running = up(folder / "data")
    running.wait_for("/healthz")

    code, lines = refusal_of(folder / "data")

    assert code == 1
    assert "\n".join(lines) == (
        f"nesthaus: another nesthaus (process {running.process.pid}) uses {folder}/data;"
        " end it, or choose another --data"
    )
