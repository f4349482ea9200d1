"""`nesthaus up` as a process of its own, seen from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from nesthaus.processes.data_directory import RunFile, read_run_file
from tests.living import descendants, living
from tests.waiting import wait_for

READY_WITHIN_S = 60.0


class RunningUp:
    """One `up` and everything below it. `identity` are the arguments of Popen for another user."""

    def __init__(
        self,
        data: Path,
        output: Path,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        python: str = sys.executable,
        user: int | None = None,
    ) -> None:
        self.data = data
        self._output = output
        self.began = time.monotonic()
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                command_of(data, *arguments, python=python),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                cwd="/",
                env=environment or clean_environment(),
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )

    @property
    def run(self) -> RunFile:
        found = read_run_file(self.data)
        assert found is not None, self.said
        return found

    def said(self) -> str:
        return self._output.read_text(errors="replace")

    def status(self, path: str) -> int:
        """Of an answer; 0 where there is none."""
        found = read_run_file(self.data)
        if found is None:
            return 0
        address = urlsplit(found.address)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def wait_for(self, path: str = "/readyz", status: int = 200) -> float:
        """Seconds since the start until `path` answered with `status`."""

        def answered() -> bool:
            assert self.process.poll() is None, self.said()
            return self.status(path) == status

        wait_for(answered, READY_WITHIN_S, self.said)
        return time.monotonic() - self.began

    def below(self) -> dict[int, str]:
        return descendants(self.process.pid)

    def one_below(self, words: str) -> int:
        """The process id of the one descendant whose command line begins with these words,
        whatever the folder of its program. A child that has just been forked still has its
        parent's, and does not count.
        """
        named = {
            process.pid: process.parent
            for process in living()
            if words in process.command and "guard.py" not in process.command
        }
        (found,) = (self.below().keys() & named.keys()) - {
            pid for pid, parent in named.items() if parent in named
        }
        return found

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(15)

    def kill_all(self) -> None:
        """Leaves nothing of ours behind after a test that failed."""
        remaining = self.below()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in remaining.keys() & {process.pid for process in living()}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def database(self) -> "psycopg.Connection[tuple[int, ...]]":
        return psycopg.connect(self.run.database_url, autocommit=True)


def command_of(data: Path, *arguments: str, python: str = sys.executable) -> Sequence[str]:
    port = () if "--port" in arguments else ("--port", "0")
    return [python, "-P", "-m", "nesthaus", "up", "--data", str(data), *port, *arguments]


def clean_environment(**more: str) -> dict[str, str]:
    """Ours without what would make `up` use other servers."""
    foreign = ("DATABASE_URL", "REDIS_URL")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in foreign and not name.startswith("NESTHAUS_")
    }
    return {**kept, **more}


def refusal_of(data: Path, *arguments: str) -> tuple[int, list[str]]:
    """Exit code and lines of an `up` that cannot start."""
    done = subprocess.run(
        command_of(data, *arguments),
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=clean_environment(),
        timeout=READY_WITHIN_S,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.splitlines()
