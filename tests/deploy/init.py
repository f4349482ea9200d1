"""What systemd does for a deployment, on loopback: holds the listening socket, starts and ends
services, and does again what a deployment asks for."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from nesthaus.processes.listening import bind_socket

STOPPED_WITHIN_S = 20.0
# As between fork and exec of a service: descriptor 3, and whose it is. Arguments: the socket's
# descriptor, the program, its arguments.
PASS_SOCKET = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3);"
    " os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1');"
    " os.execv(sys.argv[2], sys.argv[2:])"
)
# What a deployment calls instead of systemctl; the argument is the socket of `Init`.
ASK = (
    "import socket, sys; asking = socket.socket(socket.AF_UNIX); asking.connect(sys.argv[1]);"
    " sys.exit(asking.recv(1) != b'k')"
)


class Init:
    """`program` is the command of a service without its arguments; it is asked for at each start,
    so that it may be another one then."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        program: Callable[[], Sequence[str]],
        *,
        workers: int = 1,
    ) -> None:
        self._folder = folder
        self._environment = environment
        self._program = program
        self._workers = workers
        self._listening = bind_socket("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._services: dict[str, subprocess.Popen[bytes]] = {}
        self._asked = socket.socket(socket.AF_UNIX)
        self._asked.bind(str(folder / "init"))
        self._asked.listen()
        self.restarts = 0
        threading.Thread(target=self._obey, name="init", daemon=True).start()

    @property
    def restart_command(self) -> str:
        return f"{sys.executable} -c \"{ASK}\" '{self._folder / 'init'}'"

    def start(self) -> None:
        command = [sys.executable, "-c", PASS_SOCKET, str(self._listening.fileno())]
        serve = [*command, *self._program(), "serve", "--workers", str(self._workers)]
        self._begin("serve", serve, (self._listening.fileno(),))
        for role in ("work", "schedule"):
            self._begin(role, [*self._program(), role])

    def restart(self) -> None:
        """Each service is ended, then begun again, as `systemctl restart` does."""
        self.restarts += 1
        self.stop()
        self.start()

    def stop(self) -> None:
        ending, self._services = self._services, {}
        for process in ending.values():
            process.send_signal(signal.SIGTERM)
        for process in ending.values():
            try:
                process.wait(STOPPED_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def close(self) -> None:
        self.stop()
        with suppress(OSError):
            self._asked.shutdown(socket.SHUT_RDWR)
        self._asked.close()
        self._listening.close()

    def log(self) -> str:
        logs = sorted(self._folder.glob("*.log"))
        return "\n".join(f"{log.name}:\n{log.read_text(errors='replace')}" for log in logs)

    def _begin(self, name: str, command: Sequence[str], descriptors: Sequence[int] = ()) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self._services[name] = subprocess.Popen(
                command, stdout=log, stderr=log, env=self._environment, pass_fds=descriptors
            )

    def _obey(self) -> None:
        while True:
            try:
                asking, _ = self._asked.accept()
            except OSError:
                return
            with asking:
                self.restart()
                asking.send(b"k")
