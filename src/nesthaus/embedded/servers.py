"""Starts the embedded servers, keeps them running, stops them."""

import logging
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from nesthaus.embedded.binaries import installed_binaries
from nesthaus.embedded.errors import EmbeddedError, StartInterrupted
from nesthaus.embedded.guarded import GuardedProcess, take_lock
from nesthaus.embedded.identity import servers_identity
from nesthaus.embedded.places import (
    Places,
    leave_sockets_folder,
    make_data_directory,
    prepare_places,
)
from nesthaus.embedded.postgres import Postgres
from nesthaus.embedded.valkey import Valkey

_FIRST_DELAY_S = 0.25
_LONGEST_DELAY_S = 4.0  # a server killed again and again is back within 20 s each time
_TELL_EVERY_S = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Addresses:
    """None for a server that was not wanted."""

    database_url: str | None
    redis_url: str | None


class EmbeddedServers:
    """The servers of one data directory. `stopping` may be set by anyone to call a start off."""

    def __init__(
        self,
        data_dir: Path,
        *,
        want_postgres: bool = True,
        want_valkey: bool = True,
        postgres_major: int = 18,
        postgres_settings: Mapping[str, str] | None = None,
        stopping: threading.Event | None = None,
    ) -> None:
        self._data_dir = data_dir
        self._want_postgres = want_postgres
        self._want_valkey = want_valkey
        self._postgres_major = postgres_major
        self._postgres_settings = postgres_settings or {}
        self._stopping = stopping or threading.Event()
        self._running: list[_SupervisedServer] = []
        self._places: Places | None = None

    def start(self) -> Addresses:
        """Returns when all wanted servers answer. EmbeddedError when one cannot run."""
        if not (self._want_postgres or self._want_valkey):
            return Addresses(None, None)
        data_dir = make_data_directory(self._data_dir)
        installed = installed_binaries(self._postgres_major)
        self._places = places = prepare_places(data_dir, installed, servers_identity())
        postgres = Postgres(places, self._postgres_settings) if self._want_postgres else None
        valkey = Valkey(places) if self._want_valkey else None
        self._running = [
            _SupervisedServer(server, self._stopping) for server in (postgres, valkey) if server
        ]
        try:
            self._start_all()
        except BaseException:
            self.stop()
            raise
        return Addresses(postgres and postgres.url, valkey and valkey.url)

    def stop(self) -> None:
        """Ends all servers side by side; at most two seconds unless a disk hangs."""
        self._stopping.set()
        if self._running:
            with ThreadPoolExecutor(len(self._running)) as pool:
                list(pool.map(_SupervisedServer.stop, self._running))
        self._running = []
        if self._places is not None:
            leave_sockets_folder(self._places)

    def _start_all(self) -> None:
        with ThreadPoolExecutor(len(self._running)) as pool:
            starts = [pool.submit(server.start) for server in self._running]
            first_failed = wait(starts, return_when=FIRST_EXCEPTION).done
            if any(start.exception() for start in first_failed):
                # One that cannot run calls off the others, which may have much to load.
                self._stopping.set()
        failures = [failure for start in starts if (failure := start.exception())]
        for failure in sorted(failures, key=lambda failure: isinstance(failure, StartInterrupted)):
            raise failure


class _SupervisedServer:
    """Starts its server again, after growing pauses, for as long as nobody stops it."""

    def __init__(self, server: Postgres | Valkey, stopping: threading.Event) -> None:
        self._server = server
        self._stopping = stopping
        self._process: GuardedProcess | None = None
        self._supervision = threading.Thread(
            target=self._supervise, name=f"supervise {server.name}", daemon=True
        )

    def start(self) -> None:
        self._process = self._run()
        self._supervision.start()

    def stop(self) -> None:
        """`stopping` must be set before."""
        if self._process is not None:
            self._process.stop()
        if self._supervision.ident is not None:
            self._supervision.join()

    def _run(self) -> GuardedProcess:
        """One start: returns when the server answers, however long it has to recover."""
        server = self._server
        said_before = server.log.stat().st_size if server.log.exists() else 0
        try:
            process = self._launch()
        except OSError as error:
            raise EmbeddedError(f"{server.name} cannot be started: {error}") from error
        tell_at = time.monotonic() + _TELL_EVERY_S
        while not server.is_ready():
            if process.poll() is not None:
                raise EmbeddedError(
                    f"{server.name} ended while it started: {_last_words(server.log, said_before)}"
                )
            if self._stopping.wait(0.02):
                process.stop()
                raise StartInterrupted
            if time.monotonic() >= tell_at:
                _log.info("waiting for %s, which is loading its data", server.name)
                tell_at += _TELL_EVERY_S
        return process

    def _launch(self) -> GuardedProcess:
        lock = take_lock(self._server.lock, self._server.name, self._stopping)
        try:
            self._server.prepare(lock, self._stopping)
        except BaseException:
            os.close(lock)
            raise
        return GuardedProcess(self._server.launch(), lock)

    def _supervise(self) -> None:
        delay_s = _FIRST_DELAY_S
        while (process := self._process) is not None:
            running_since = time.monotonic()
            status = process.wait()
            if self._stopping.is_set():
                return
            process.stop()
            if time.monotonic() - running_since > _LONGEST_DELAY_S:
                delay_s = _FIRST_DELAY_S
            _log.error(
                "%s ENDED UNEXPECTEDLY (%s); starting it again, its log is %s",
                self._server.name,
                f"signal {status - 128}" if status > 128 else f"exit status {status}",
                self._server.log,
            )
            self._process = None
            while self._process is None and not self._stopping.wait(delay_s):
                delay_s = min(delay_s * 2, _LONGEST_DELAY_S)
                self._start_again()

    def _start_again(self) -> None:
        try:
            self._process = self._run()
        except StartInterrupted:
            return
        except EmbeddedError as error:
            _log.info("%s", error)
            return
        if self._stopping.is_set():
            self._process.stop()
        _log.info("%s is back", self._server.name)


def _last_words(log: Path, start: int) -> str:
    """The line in which a server says why it does not run."""
    text = log.read_bytes()[start:].decode(errors="replace") if log.exists() else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if any(sign in line for sign in ("FATAL", "PANIC", "rror"))]
    return (telling or lines or ["it said nothing"])[-1] + f" (log: {log})"
