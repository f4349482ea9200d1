"""Runs the roles as child processes and starts again what dies."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nesthaus.processes.parent import PARENT_VARIABLE

# A role ends with this when no restart can help: a bad setting, a schema it does not know.
EXIT_NOT_AGAIN = 2
STOP_PATIENCE_S = 2.5
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 4.0
"""A role killed again and again is back within 20 s each time."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Role:
    """A command of our own program. `descriptors` are inherited under their numbers.

    One that runs `once` has done its work when it ends, well or not.
    """

    name: str
    arguments: tuple[str, ...]
    descriptors: tuple[int, ...] = ()
    once: bool = False


@dataclass(slots=True)
class _Child:
    role: Role
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    delay_s: float = field(default=_FIRST_DELAY_S)


class Supervisor:
    """All of it belongs in the main thread: Linux tells children of their parent *thread*'s end."""

    def __init__(
        self,
        environment: Mapping[str, str],
        command: Sequence[str] | None = None,
        *,
        stop_patience_s: float = STOP_PATIENCE_S,
    ) -> None:
        # -P keeps the working directory out of the import path.
        self._command = command or (sys.executable, "-P", "-m", "nesthaus")
        self._environment = {**environment, PARENT_VARIABLE: str(os.getpid())}
        self._children: list[_Child] = []
        self._stop_patience_s = stop_patience_s

    def add(self, role: Role) -> None:
        child = _Child(role)
        self._children.append(child)
        self._start(child)

    def look(self) -> int | None:
        """Starts dead roles again. To be called often; the exit code when all must end."""
        for child in list(self._children):
            if child.process is None:
                if time.monotonic() >= child.start_again_at:
                    self._start(child)
            elif (status := child.process.poll()) is not None:
                if child.role.once:
                    self._forget(child, status)
                    continue
                if status == EXIT_NOT_AGAIN:
                    return status
                self._plan_restart(child, child.process.pid, status)
        return None

    def stop(self) -> None:
        """Asks all to end, waits a little, kills the rest."""
        running = [child.process for child in self._children if child.process is not None]
        self._children = []
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self._stop_patience_s
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, child: _Child) -> None:
        """In a session of its own: Ctrl-C reaches the parent alone, which then ends it in order."""
        child.started_at = time.monotonic()
        child.process = subprocess.Popen(
            [*self._command, *child.role.arguments],
            stdin=subprocess.DEVNULL,
            env=self._environment,
            pass_fds=child.role.descriptors,
            start_new_session=True,
        )

    def _forget(self, child: _Child, status: int) -> None:
        self._children.remove(child)
        if status:
            _log.error("%s did not end well (exit status %d)", child.role.name, status)

    def _plan_restart(self, child: _Child, process_id: int, status: int) -> None:
        now = time.monotonic()
        if now - child.started_at > _LONGEST_DELAY_S:
            child.delay_s = _FIRST_DELAY_S
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        _log.error(
            "%s (process %d) ENDED UNEXPECTEDLY (%s); starting it again in %g s",
            child.role.name,
            process_id,
            how,
            child.delay_s,
        )
        child.process = None
        child.start_again_at = now + child.delay_s
        child.delay_s = min(child.delay_s * 2, _LONGEST_DELAY_S)
