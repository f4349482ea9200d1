"""Runs one server and ends it when its owner ends. A script of its own, started with -I -S.

The owner holds the writing end of a pipe and never writes: end of file means that the owner is
done or dead. The server's output goes through here into a log of bounded size. The exit status
is the server's own; 128 + n after signal n, as in a shell.
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from typing import IO, TypedDict

_PR_SET_PDEATHSIG = 1
_LOG_BYTES = 5_000_000


class User(TypedDict):
    uid: int
    gid: int


class Plan(TypedDict):
    """`owner` and `lock` are inherited descriptors; `user` is None to stay what we are.
    `niceness` is added to ours."""

    command: list[str]
    niceness: int
    user: User | None
    log: str
    stop_signal: int
    kill_signal: int
    patience_s: float
    owner: int
    lock: int


class Log:
    """Appends to `path`; what is older than the last 5 MB is kept once more as `path`.1."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = self._open()

    def write(self, text: bytes) -> None:
        try:
            if self._file.tell() > _LOG_BYTES:
                self._file.close()
                os.replace(self._path, self._path + ".1")  # noqa: PTH105 - pathlib slows the start
                self._file = self._open()
            self._file.write(text)
        except OSError:
            # A full disk must not end the server that writes the last lines about it.
            return

    def _open(self) -> IO[bytes]:
        return open(self._path, "ab", buffering=0)  # noqa: PTH123 - open as long as we run


def start_server(plan: Plan, output: int) -> "subprocess.Popen[bytes]":
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    user = plan["user"]
    guard = os.getpid()

    def in_the_server() -> None:
        # After the change of user, which would clear it: a guard that is killed takes the server
        # with it. The second check covers a guard that died before the first line.
        os.umask(0o077)
        os.nice(plan["niceness"])
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, plan["stop_signal"], 0, 0, 0)
        if os.getppid() != guard:
            os._exit(1)

    return subprocess.Popen(
        plan["command"],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd="/",
        pass_fds=[plan["lock"]],
        preexec_fn=in_the_server,  # noqa: PLW1509 - this process has one thread
        user=user and user["uid"],
        group=user and user["gid"],
        extra_groups=user and [],
    )


def watch(
    server: "subprocess.Popen[bytes]", owner: int, output: int, wakeup: int, plan: Plan
) -> None:
    """Returns when the server has ended; ends it when the owner or a signal asks for it."""
    log = Log(plan["log"])
    patience_s = plan["patience_s"]
    sources = [owner, output, wakeup]
    kill_at: float | None = None
    while server.poll() is None:
        wait_s = None if kill_at is None else max(0.0, kill_at - time.monotonic())
        ready = select.select(sources, [], [], wait_s)[0]
        asked = owner in ready
        if wakeup in ready:
            asked = asked or bool(set(os.read(wakeup, 64)) - {signal.SIGCHLD})
        if output in ready and (text := os.read(output, 65536)):
            log.write(text)
        elif output in ready:
            sources.remove(output)
        if asked and kill_at is None:
            server.send_signal(plan["stop_signal"])
            kill_at = time.monotonic() + patience_s
        if owner in ready:
            sources.remove(owner)
        if kill_at is not None and time.monotonic() >= kill_at:
            server.send_signal(plan["kill_signal"])
            kill_at = time.monotonic() + 1.0
            plan = {**plan, "kill_signal": int(signal.SIGKILL)}
    while select.select([output], [], [], 0)[0] and (rest := os.read(output, 65536)):
        log.write(rest)


def _note(number: int, frame: object) -> None:
    """Signals arrive through the wake-up pipe; a handler must exist all the same."""


def main() -> int:
    plan: Plan = json.loads(sys.argv[1])
    wakeup, wakeup_end = os.pipe()
    os.set_blocking(wakeup_end, False)
    signal.set_wakeup_fd(wakeup_end)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _note)
    output, output_end = os.pipe()
    server = start_server(plan, output_end)
    os.close(output_end)
    watch(server, plan["owner"], output, wakeup, plan)
    status = server.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
