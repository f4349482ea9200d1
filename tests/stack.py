"""The whole program as a user starts it, and what its admin API tells of a session."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.room import new_folder
from tests.waiting import wait_for

READY_WITHIN_S = 90.0
STOPPED_WITHIN_S = 20.0
COUNTED_WITHIN_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Stack:
    """`nesthaus up` on a port of its own, with its data in a folder of its own, or in `folder`;
    it is gone at the end. `settings` are environment variables."""

    def __init__(
        self, settings: Mapping[str, str] | None = None, folder: Path | None = None
    ) -> None:
        folder = self._folder = folder or new_folder()
        self.data = folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "up.log"
        self.environment = _environment() | dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(base_url=self.url, timeout=10)

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_nesthaus(), "up", "--port", str(self.port), "--data", str(self.data)],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
            )
        wait_for(self._is_ready, READY_WITHIN_S, self._log.read_text)

    def authorise(self) -> None:
        token = self.run("token", "create", "--name", "browser tests", "--role", "viewer")
        self._http.headers["Authorization"] = f"Bearer {token.strip()}"

    def run(self, *command: str, told: str = "") -> str:
        """What a command of the program prints, on these data; `told` is its standard input."""
        done = subprocess.run(
            [*_nesthaus(), *command, "--data", str(self.data)],
            check=True,
            capture_output=True,
            text=True,
            input=told,
            env=self.environment,
            timeout=READY_WITHIN_S,
        )
        return done.stdout

    def get(self, path: str, **asked: str) -> Any:
        """What the admin API answers a viewer."""
        answer = self._http.get(path, params=asked)
        answer.raise_for_status()
        return answer.json()

    def log(self) -> str:
        """What the program has said so far."""
        return self._log.read_text(errors="replace")

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def database_url(self) -> str:
        """While it runs."""
        document: dict[str, Any] = json.loads((self.data / "run.json").read_text())
        return document["database_url"]

    def await_figures(self) -> None:
        """Returns when all that is stored is counted."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            left = "select count(*) from recount_marks"
            wait_for(lambda: connection.execute(left).fetchone() == (0,), COUNTED_WITHIN_S, left)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(STOPPED_WITHIN_S)
            self._process = None

    def close(self) -> None:
        self.stop()
        self._http.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def journey(self, session_id: str) -> dict[str, Any] | None:
        """None where the session is not known, or not known yet."""
        path = "/api/admin/analytics/user-journey"
        answer = self._http.get(path, params={"sessionId": session_id})
        if answer.status_code == 404:
            return None
        answer.raise_for_status()
        return answer.json()

    def interactions(self, session_id: str) -> list[dict[str, Any]]:
        journey = self.journey(session_id)
        return journey["interactions"] if journey else []

    def sessions(self) -> list[str]:
        """The ids of all sessions, those of bots too: a scripted browser is one."""
        answer = self._http.get("/api/admin/sessions", params={"bots": "include", "limit": 500})
        answer.raise_for_status()
        return [session["sessionId"] for session in answer.json()["items"]]

    def tracking_health(self) -> dict[str, Any]:
        """Of all sessions of the last days, those of bots too."""
        path = "/api/admin/analytics/tracking-health"
        answer = self._http.get(path, params={"timeRange": "7d", "bots": "include"})
        answer.raise_for_status()
        return answer.json()

    def _is_ready(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"`nesthaus up` ended:\n{self._log.read_text()}")
        with suppress(httpx.TransportError):
            return self._http.get("/readyz").status_code == 200
        return False


def _nesthaus() -> list[str]:
    return [sys.executable, "-m", "nesthaus"]


def _environment() -> dict[str, str]:
    """Without settings of whoever runs the tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("NESTHAUS_") and name not in {"DATABASE_URL", "REDIS_URL"}
    }
    return kept | {"NESTHAUS_RATE_LIMIT": "0"}
