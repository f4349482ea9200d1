"""The lock of a data directory, and the file by which other commands find a running `up`."""

import fcntl
import json
import os
import secrets
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from nesthaus.embedded.errors import EmbeddedError, StartInterrupted
from nesthaus.embedded.places import make_data_directory
from nesthaus.processes.errors import CannotStart

_LOCK_PATIENCE_S = 15.0
# A process that was killed a moment ago may still be seen.
_DEATH_PATIENCE_S = 0.5
_STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class RunFile:
    """What `run.json` says about a running `up`. The addresses may contain passwords."""

    database_url: str
    redis_url: str
    address: str
    pid: int


class DataDirectory:
    """Held by one `up` at a time. Its children hold `lock` too, so that a new `up` waits for
    what a killed one left behind.
    """

    def __init__(self, path: Path, stopping: threading.Event) -> None:
        """Makes the folder; waits for a predecessor that is ending, not for one that runs."""
        try:
            self.path = make_data_directory(path)
            self.lock = os.open(self.path / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except EmbeddedError as error:
            raise CannotStart(str(error)) from error
        except OSError as error:
            raise CannotStart(
                f"the data directory {path} cannot be used: {error.strerror};"
                " choose another with --data or NESTHAUS_DATA"
            ) from error
        try:
            self._wait_for_lock(stopping)
        except BaseException:
            os.close(self.lock)
            raise
        self._write(str(os.getpid()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self.lock)

    def announce(self, run: RunFile) -> None:
        """Whole or not at all, and readable by ourselves only."""
        new = self.path / f"run.json.{secrets.token_hex(4)}"
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(run), file, indent=2)
        new.replace(self.path / "run.json")

    def note_stopping(self) -> None:
        """From here on a new `up` waits instead of giving up."""
        self._write(f"{os.getpid()} {_STOPPING}")
        (self.path / "run.json").unlink(missing_ok=True)

    def _wait_for_lock(self, stopping: threading.Event) -> None:
        began = time.monotonic()
        while not _try_lock(self.lock, fcntl.LOCK_EX):
            holder, is_ending = self._holder()
            patience_s = _LOCK_PATIENCE_S if is_ending else _DEATH_PATIENCE_S
            if time.monotonic() - began >= patience_s:
                raise CannotStart(
                    f"another nesthaus (process {holder or 'unknown'}) uses {self.path};"
                    " end it, or choose another --data"
                )
            if stopping.wait(0.05):
                raise StartInterrupted

    def _holder(self) -> tuple[int, bool]:
        """Process id of the `up` that has the lock, and whether it is ending or dead."""
        words = os.pread(self.lock, 100, 0).decode(errors="replace").split()
        if not words or not words[0].isdigit():
            return 0, True
        return int(words[0]), _STOPPING in words[1:] or not _is_alive(int(words[0]))

    def _write(self, text: str) -> None:
        os.ftruncate(self.lock, 0)
        os.pwrite(self.lock, text.encode(), 0)


def read_run_file(data_dir: Path) -> RunFile | None:
    """The running `up` of this data directory; None when there is none, or it was killed."""
    try:
        text = (data_dir / "run.json").read_bytes()
        lock = os.open(data_dir / "up.lock", os.O_RDWR | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise CannotStart(
            f"{data_dir} belongs to another user; run this as the one who runs nesthaus up"
        ) from error
    try:
        if _try_lock(lock, fcntl.LOCK_SH):
            return None
    finally:
        os.close(lock)
    try:
        run = msgspec.json.decode(text, type=RunFile)
    except msgspec.MsgspecError:
        return None
    return run if _is_alive(run.pid) else None


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(process_id: int) -> bool:
    """False for a zombie too: a killed `up` stays one until whoever started it asks for its end."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state not in {"Z", "X"}
