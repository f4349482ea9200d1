"""One server process behind its guard, and the lock that keeps a second one off its data."""

import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from nesthaus.embedded.errors import EmbeddedError, StartInterrupted
from nesthaus.embedded.guard import Plan
from nesthaus.embedded.identity import ENVIRONMENT, Identity

# A server that does not end by itself in this time is ended the hard way. Nothing is lost then:
# PostgreSQL replays its log, and Valkey has synced every write.
STOP_PATIENCE_S = 2.0
_LOCK_PATIENCE_S = 15.0
_GUARD = Path(__file__).with_name("guard.py")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Launch:
    """How one server is run. `kill_signal` is what it gets when `stop_signal` was not enough.
    `niceness`: by how much it gives way to others that want the processor."""

    name: str
    command: list[str]
    identity: Identity | None
    log: Path
    stop_signal: signal.Signals
    kill_signal: signal.Signals
    niceness: int = 0


class GuardedProcess:
    """A running guard. Closing its pipe, or our death, ends the server."""

    def __init__(self, launch: Launch, lock: int) -> None:
        """Takes over `lock`: from now on guard and server alone hold it."""
        owner, self._owner_end = os.pipe()
        identity = launch.identity
        plan: Plan = {
            "command": launch.command,
            "niceness": launch.niceness,
            "user": identity and {"uid": identity.uid, "gid": identity.gid},
            "log": str(launch.log),
            "stop_signal": launch.stop_signal,
            "kill_signal": launch.kill_signal,
            "patience_s": STOP_PATIENCE_S,
            "owner": owner,
            "lock": lock,
        }
        self._closing = threading.Lock()
        try:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_GUARD), json.dumps(plan)],
                stdin=subprocess.DEVNULL,
                env=ENVIRONMENT,
                pass_fds=[owner, lock],
                start_new_session=True,
            )
        finally:
            os.close(owner)
            os.close(lock)

    def poll(self) -> int | None:
        return self._guard.poll()

    def wait(self) -> int:
        """The server's exit status; 128 + n after signal n."""
        return self._guard.wait()

    def stop(self) -> None:
        """Ends server and guard. May be called from any thread, and twice."""
        with self._closing:
            if self._owner_end >= 0:
                os.close(self._owner_end)
                self._owner_end = -1
        try:
            self._guard.wait(STOP_PATIENCE_S + 1.5)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()


def take_lock(path: Path, name: str, stopping: threading.Event) -> int:
    """The descriptor of an exclusive lock; waits a while for a server that is still ending.

    The server inherits it, so the lock is free only when its last process has ended.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _LOCK_PATIENCE_S
    told_at = time.monotonic() + 1
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            return lock
        if time.monotonic() >= told_at:
            _log.info("waiting for an earlier %s on %s to end", name, path.parent)
            told_at = deadline + 1
        if stopping.wait(0.05):
            os.close(lock)
            raise StartInterrupted
        if time.monotonic() >= deadline:
            os.close(lock)
            raise EmbeddedError(
                f"another {name} still uses {path.parent}; end it, or choose another --data"
            )
