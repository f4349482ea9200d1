"""One `up` at a time; others find it, wait for it or are told who it is."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nesthaus.embedded.errors import StartInterrupted
from nesthaus.processes.data_directory import DataDirectory, RunFile, read_run_file
from nesthaus.processes.errors import CannotStart

_HOLDER = """
import subprocess, sys, threading
from pathlib import Path
from nesthaus.processes.data_directory import DataDirectory
directory = DataDirectory(Path(sys.argv[1]), threading.Event())
child = [sys.executable, "-c", "import sys; print('held', flush=True); sys.stdin.read()"]
subprocess.Popen(child, stdin=int(sys.argv[2]), pass_fds=[directory.lock, int(sys.argv[2])])
threading.Event().wait()
"""
_RUN = RunFile("postgresql://x", "unix:///y", "http://127.0.0.1:8000", os.getpid())


def _directory(path: Path) -> DataDirectory:
    return DataDirectory(path, threading.Event())


def test_a_second_up_is_told_who_has_it(tmp_path: Path) -> None:
    with _directory(tmp_path / "data"), pytest.raises(CannotStart) as refusal:
        _directory(tmp_path / "data")

    assert str(refusal.value) == (
        f"another nesthaus (process {os.getpid()}) uses {tmp_path}/data;"
        " end it, or choose another --data"
    )


def test_it_is_free_again_afterwards(tmp_path: Path) -> None:
    with _directory(tmp_path / "data"):
        pass

    with _directory(tmp_path / "data") as directory:
        assert directory.path == tmp_path / "data"


def test_one_that_is_ending_is_waited_for(tmp_path: Path) -> None:
    first = _directory(tmp_path / "data")
    first.note_stopping()
    end = threading.Timer(0.3, first.__exit__, (None, None, None))
    end.start()

    with _directory(tmp_path / "data") as second:
        assert end.finished.is_set()
        assert second.path == tmp_path / "data"


def test_children_of_a_killed_one_that_nobody_has_buried_are_waited_for(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path / "data"), str(reading)],
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=[reading],
    )
    os.close(reading)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    end = threading.Timer(0.3, os.close, (writing,))
    end.start()

    with _directory(tmp_path / "data"):
        assert end.finished.is_set()
    holder.communicate()


def test_waiting_is_called_off_by_a_signal(tmp_path: Path) -> None:
    stopping = threading.Event()
    with _directory(tmp_path / "data") as first:
        first.note_stopping()
        stopping.set()

        with pytest.raises(StartInterrupted):
            DataDirectory(tmp_path / "data", stopping)


def test_other_commands_find_a_running_up(tmp_path: Path) -> None:
    with _directory(tmp_path / "data") as directory:
        directory.announce(_RUN)

        assert read_run_file(tmp_path / "data") == _RUN
        mode = (tmp_path / "data" / "run.json").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
        assert sorted(path.name for path in directory.path.iterdir()) == ["run.json", "up.lock"]


def test_one_that_has_ended_or_was_killed_is_not_found(tmp_path: Path) -> None:
    assert read_run_file(tmp_path / "data") is None
    with _directory(tmp_path / "data") as directory:
        directory.announce(_RUN)
        directory.note_stopping()
        assert read_run_file(tmp_path / "data") is None
        directory.announce(_RUN)

    assert (tmp_path / "data" / "run.json").exists()
    assert read_run_file(tmp_path / "data") is None


def test_a_file_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    with pytest.raises(CannotStart, match="cannot be used: it is no folder"):
        _directory(tmp_path / "data")
