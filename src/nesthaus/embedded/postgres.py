"""The embedded PostgreSQL: how it is set up, started and found ready."""

import logging
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg

from nesthaus.embedded.errors import EmbeddedError, StartInterrupted
from nesthaus.embedded.guarded import Launch
from nesthaus.embedded.identity import run_as
from nesthaus.embedded.places import Places, make_private_folder

_DATABASE = "nesthaus"
_USER = "nesthaus"
# Written into postgresql.conf once, where whoever runs the server may change them.
_FIRST_SETTINGS = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

# Counting figures and storing wait for the processor rather than a page's call; as `NICENESS` of
# `roles/runtime.py`.
_NICENESS = 5

_log = logging.getLogger(__name__)


class Postgres:
    """`settings` go before the configuration file, for tests that need no durability."""

    name = "PostgreSQL"

    def __init__(self, places: Places, settings: Mapping[str, str]) -> None:
        self._places = places
        self._settings = settings
        self._data = places.home / "postgres"
        self.lock = places.home / "postgres.lock"
        self.log = places.home / "logs" / "postgres.log"
        self.url = f"postgresql://{_USER}@/{_DATABASE}?host={quote(str(places.sockets), safe='')}"

    def prepare(self, lock: int, stopping: threading.Event) -> None:
        """Makes the data folder where there is none; otherwise checks that it can be used."""
        version = self._data / "PG_VERSION"
        if not version.exists():
            self._initialise(lock, stopping)
        elif (major := version.read_text().strip()) != str(self._places.binaries.postgres_major):
            raise EmbeddedError(
                f"the data in {self._data} are of PostgreSQL {major}, but this is PostgreSQL"
                f" {self._places.binaries.postgres_major}; dump them with the version that wrote"
                " them, or choose another --data"
            )
        self._forget_recycled_pid()

    def launch(self) -> Launch:
        settings = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": str(self._places.sockets),
            "unix_socket_permissions": "0700",
            "logging_collector": "off",
            "log_destination": "stderr",
            "log_line_prefix": "%m [%p] ",
            "synchronous_commit": "on",
            # The log tells of people neither by the rows nor by the statements of an error.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": "0",
            "log_lock_waits": "off",
            # A recycled segment keeps what was in it: what was erased would stay for days.
            "wal_recycle": "off",
            **self._settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._places.binaries.postgres), "-D", str(self._data), *options]
        return Launch(
            self.name,
            command,
            self._places.identity,
            self.log,
            signal.SIGINT,
            signal.SIGQUIT,
            niceness=_NICENESS,
        )

    def is_ready(self) -> bool:
        """Makes the database too, when it is not there yet."""
        try:
            with psycopg.connect(
                host=str(self._places.sockets),
                port=5432,
                user=_USER,
                dbname="postgres",
                connect_timeout=5,
                autocommit=True,
            ) as connection:
                found = connection.execute(
                    "select 1 from pg_database where datname = %s", [_DATABASE]
                )
                if found.fetchone() is None:
                    connection.execute(f"create database {_DATABASE}")
        except psycopg.OperationalError:
            return False
        return True

    def _initialise(self, lock: int, stopping: threading.Event) -> None:
        """Beside its place and then moved there, so that a half-made folder is never taken."""
        making = self._data.with_name("postgres.new")
        shutil.rmtree(making, ignore_errors=True)
        make_private_folder(making, self._places.identity)
        settings = [part for pair in _FIRST_SETTINGS.items() for part in ("-c", "=".join(pair))]
        command = [self._places.binaries.initdb, "-D", making, *self._initdb_options(), *settings]
        process = run_as(self._places.identity, command, pass_fds=[lock])
        text = _output_of(process, stopping)
        if process.returncode != 0:
            reason = next((line for line in text.splitlines() if "error:" in line), text[-200:])
            raise EmbeddedError(f"PostgreSQL could not be set up in {self._data}: {reason.strip()}")
        making.rename(self._data)

    def _initdb_options(self) -> list[str]:
        """The folder is ours alone, so whoever reaches the socket may log in."""
        options = ["--auth-local=trust", "--auth-host=reject", f"--username={_USER}"]
        options += ["--encoding=UTF8", "--data-checksums", "--no-instructions", "--locale=C"]
        if self._places.binaries.postgres_major >= 17:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return options

    def _forget_recycled_pid(self) -> None:
        """Removes a pid file whose process is another program by now.

        PostgreSQL refuses to start while any process has the noted number, which after a crash
        and in a new container is often a stranger. We hold the lock, so no server of ours runs.
        """
        file = self._data / "postmaster.pid"
        if sys.platform != "linux" or not file.exists():
            return
        program = Path("/proc", file.read_text().split("\n", 1)[0].strip(), "comm")
        if program.exists() and program.read_text().strip() != "postgres":
            file.unlink()


def _output_of(process: "subprocess.Popen[str]", stopping: threading.Event) -> str:
    while True:
        try:
            return process.communicate(timeout=0.1)[0]
        except subprocess.TimeoutExpired:
            if stopping.is_set():
                process.kill()
                process.communicate()
                raise StartInterrupted from None
