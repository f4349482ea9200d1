"""How a child process notices that its parent has died, even by kill -9."""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import MutableMapping

# Set by the supervisor for its children; taken away on reading, so that theirs do not see it.
PARENT_VARIABLE = "NESTHAUS_PARENT_PID"
_PR_SET_PDEATHSIG = 1
_LOOK_EVERY_S = 0.5


def watch_parent(environment: MutableMapping[str, str] = os.environ) -> None:
    """Sends SIGTERM to ourselves once the supervisor is gone. To be called first thing in a role;
    does nothing in one that was started by hand.
    """
    parent = int(environment.pop(PARENT_VARIABLE, "0"))
    if parent == 0:
        return
    if not _told_by_the_kernel():
        threading.Thread(target=_look, args=(parent,), name="watch parent", daemon=True).start()
    if os.getppid() != parent:
        _end_ourselves()


def _told_by_the_kernel() -> bool:
    if sys.platform != "linux":
        return False
    try:
        return ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) == 0
    except OSError:
        return False


def _look(parent: int) -> None:
    never = threading.Event()
    while os.getppid() == parent:
        never.wait(_LOOK_EVERY_S)
    _end_ourselves()


def _end_ourselves() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
