"""The program's processes one by one, on its own embedded servers, in a folder for the while.

The servers are those of `nesthaus up`, with the same care for durability.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from nesthaus.embedded.servers import EmbeddedServers
from tests.stack import free_port
from tests.waiting import wait_for

READY_WITHIN_S = 90.0
ENDED_WITHIN_S = 30.0


@dataclass(slots=True)
class Running:
    """`settings` go to each process as environment variables."""

    database_url: str
    redis_url: str
    data: Path
    settings: Mapping[str, str] = field(default_factory=dict[str, str])

    def environment(self, **settings: str) -> dict[str, str]:
        """Without settings of whoever measures."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("NESTHAUS_")}
        return {
            **kept,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "NESTHAUS_DATA": str(self.data),
            "NESTHAUS_RATE_LIMIT": "0",
            **self.settings,
            **settings,
        }

    def run(self, *words: str) -> str:
        command = [sys.executable, "-m", "nesthaus", *words]
        return subprocess.run(
            command, check=True, env=self.environment(), stdout=subprocess.PIPE, text=True
        ).stdout

    @contextmanager
    def process(self, *words: str, **settings: str) -> Generator[psutil.Process]:
        """Ended as a supervisor ends it."""
        with started([sys.executable, "-m", "nesthaus", *words], self.environment(**settings)) as p:
            yield p

    @contextmanager
    def serve(self, **settings: str) -> Generator[tuple[int, psutil.Process]]:
        """Its port, and the process, once it answers."""
        port = free_port()
        with self.process("serve", "--port", str(port), **settings) as process:
            wait_for(lambda: answers(port), READY_WITHIN_S, "an answer of serve")
            yield port, process


@contextmanager
def started(command: list[str], environment: Mapping[str, str]) -> Generator[psutil.Process]:
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def bare() -> Generator[int]:
    """The port of the application that only reads and answers."""
    port = free_port()
    with started([sys.executable, "-m", "benchmarks.bare", str(port)], os.environ):
        wait_for(lambda: answers(port), READY_WITHIN_S, "an answer of the bare application")
        yield port


def answers(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/healthz")
    except httpx.TransportError:
        return False
    except httpx.HTTPError:
        pass
    return True


@contextmanager
def data_folder() -> Generator[Path]:
    """For the while."""
    folder = Path(tempfile.mkdtemp(prefix="nesthaus-bench-"))
    # Else root's servers, who may not enter it, would keep their files elsewhere, for good.
    folder.chmod(0o755)
    try:
        yield folder / "data"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def program(**settings: str) -> Generator[Running]:
    """Empty, with its tables, nothing running but the servers."""
    with data_folder() as data:
        servers = EmbeddedServers(data)
        try:
            addresses = servers.start()
            assert addresses.database_url is not None
            assert addresses.redis_url is not None
            running = Running(addresses.database_url, addresses.redis_url, data, settings)
            running.run("migrate", "up")
            yield running
        finally:
            servers.stop()
