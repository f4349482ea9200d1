"""Roles run, are started again, end together. A role here is a line of Python."""

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nesthaus.processes.supervisor import EXIT_NOT_AGAIN, Role, Supervisor
from tests.living import descendants, processes_that_mention
from tests.waiting import wait_for

_WRITES_ITS_NUMBER = """
import os, signal, sys, threading
with open(sys.argv[1], "a") as file:
    print(os.getpid(), file=file)
signal.sigwait([signal.SIGTERM])
"""
_FOLLOWS_ITS_PARENT = """
import signal, threading
from nesthaus.processes.parent import watch_parent
watch_parent()
print("following", flush=True)
threading.Event().wait()
"""
_PARENT = """
import os, sys, threading
from nesthaus.processes.supervisor import Role, Supervisor
Supervisor(os.environ, [sys.executable, "-c"]).add(Role("child", (sys.argv[1],)))
threading.Event().wait()
"""


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    made = Supervisor(os.environ, [sys.executable, "-c"])
    yield made
    made.stop()


def _numbers(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def test_a_role_that_dies_is_started_again_with_one_loud_line(
    supervisor: Supervisor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "numbers"
    supervisor.add(Role("work", (_WRITES_ITS_NUMBER, str(file))))
    wait_for(lambda: len(_numbers(file)) == 1, 10, file.read_text)
    first = _numbers(file)[0]

    os.kill(first, signal.SIGKILL)

    wait_for(lambda: supervisor.look() is None and len(_numbers(file)) == 2, 10, file.read_text)
    loud = [record.message for record in caplog.records if record.levelno >= logging.ERROR]
    assert loud == [
        f"work (process {first}) ENDED UNEXPECTEDLY (signal 9); starting it again in 0.5 s"
    ]


def test_pauses_grow_while_a_role_keeps_dying(
    supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    supervisor.add(Role("work", ("raise SystemExit(1)",)))

    wait_for(
        lambda: supervisor.look() is None and len(caplog.records) == 3, 20, lambda: caplog.text
    )

    pauses = [record.message.rpartition(" in ")[2] for record in caplog.records]
    assert pauses == ["0.5 s", "1 s", "2 s"]


@pytest.mark.parametrize(
    ("status", "loud"), [(0, []), (1, ["seed did not end well (exit status 1)"])]
)
def test_a_role_that_runs_once_is_not_started_again(
    supervisor: Supervisor,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    status: int,
    loud: list[str],
) -> None:
    once, again = tmp_path / "once", tmp_path / "again"
    line = "import sys; open(sys.argv[1], 'a').write('1\\n'); sys.exit(int(sys.argv[2]))"

    supervisor.add(Role("seed", (line, str(once), str(status)), once=True))
    supervisor.add(Role("work", (line, str(again), "1")))

    # Time enough for a second start of the one, were it to come.
    wait_for(
        lambda: supervisor.look() is None and len(_numbers(again)) == 3, 20, lambda: caplog.text
    )
    assert _numbers(once) == [1]
    assert [r.message for r in caplog.records if r.message.startswith("seed")] == loud


def test_a_role_that_says_no_restart_can_help_ends_all(supervisor: Supervisor) -> None:
    supervisor.add(Role("work", (f"raise SystemExit({EXIT_NOT_AGAIN})",)))

    wait_for(lambda: supervisor.look() == 2, 10, lambda: "it did not end")


def test_a_role_that_does_not_end_is_killed(tmp_path: Path) -> None:
    supervisor = Supervisor(os.environ, [sys.executable, "-c"])
    stubborn = _WRITES_ITS_NUMBER.replace(
        "signal.sigwait([signal.SIGTERM])",
        "threading.Event().wait()",
    ).replace("with open", "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwith open")
    file = tmp_path / "numbers"
    supervisor.add(Role("work", (stubborn, str(file))))
    wait_for(lambda: len(_numbers(file)) == 1, 10, file.read_text)

    supervisor.stop()

    assert processes_that_mention(str(file)) == {}


def test_a_role_inherits_the_listening_socket(supervisor: Supervisor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        accept = (
            "import sys; from nesthaus.processes.listening import inherited_socket;"
            "inherited_socket(int(sys.argv[1])).accept()[0].sendall(b'hello')"
        )
        descriptor = listening.fileno()
        supervisor.add(Role("serve", (accept, str(descriptor)), (descriptor,)))

        with socket.create_connection(listening.getsockname(), timeout=20) as connection:
            assert connection.recv(5) == b"hello"


def test_a_role_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, _FOLLOWS_ITS_PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "following\n"
        (child,) = descendants(parent.pid)

        parent.kill()

        wait_for(
            lambda: child not in processes_that_mention("watch_parent"), 10, lambda: str(child)
        )


def test_a_role_started_by_hand_follows_nobody() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from nesthaus.processes.parent import watch_parent; watch_parent(); print('lives')",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "lives\n"
