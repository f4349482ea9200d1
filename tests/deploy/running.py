"""Roles of the program as processes of their own, as a deployment runs them."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from tests.stack import free_port
from tests.waiting import wait_for

WITHIN_S = 20.0
PROGRAM = (sys.executable, "-P", "-m", "nesthaus")


def environment(**settings: str) -> dict[str, str]:
    """Without settings of whoever runs the tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("NESTHAUS_") and name not in {"DATABASE_URL", "REDIS_URL"}
    }
    return kept | {"NESTHAUS_RATE_LIMIT": "0"} | settings


class Roles:
    """`servers` are the settings all of them share; each role logs into a file of its own."""

    def __init__(self, folder: Path, servers: Mapping[str, str]) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = environment(
            NESTHAUS_DATA=str(folder / "data"), NESTHAUS_AGGREGATE_EVERY_S="1", **servers
        )
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *roles: str) -> None:
        for role in roles:
            options = ("--port", str(self.port)) if role == "serve" else ()
            with (self.folder / f"{role}.log").open("ab") as log:
                self._running[role] = subprocess.Popen(
                    [*PROGRAM, role, *options], stdout=log, stderr=log, env=self.environment
                )
        if "serve" in roles:
            wait_for(lambda: self.answers("/healthz"), WITHIN_S, self.log)

    def run(self, *command: str, within_s: float = WITHIN_S) -> "subprocess.CompletedProcess[str]":
        """A command of the program, until its end."""
        return subprocess.run(
            [*PROGRAM, *command],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=within_s,
            check=False,
        )

    def begin(self, *command: str) -> "subprocess.Popen[bytes]":
        """A command beside everything else; whoever calls waits for its end."""
        # Also where the tests run in the background of a shell, whose jobs ignore SIGINT.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return subprocess.Popen(
                [*PROGRAM, *command], env=self.environment, stderr=subprocess.DEVNULL
            )
        finally:
            signal.signal(signal.SIGINT, before)

    def answers(self, path: str, status: int = 200) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(self.url + path, timeout=5).status_code == status
        return False

    def can_read(self, path: str, token: str) -> bool:
        answer = httpx.get(self.url + path, headers={"authorization": f"Bearer {token}"}, timeout=5)
        return answer.status_code == 200

    def lives(self, role: str) -> bool:
        return self._running[role].poll() is None

    def log(self) -> str:
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"{log.name}:\n{log.read_text(errors='replace')}" for log in logs)

    def stop(self, roles: Sequence[str] = ()) -> None:
        """Those roles, or all."""
        ending = {role: self._running.pop(role) for role in roles or tuple(self._running)}
        for process in ending.values():
            process.send_signal(signal.SIGTERM)
        for process in ending.values():
            try:
                process.wait(WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
