"""Fixtures of the embedded servers: a short, open folder, and servers that end with the test."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nesthaus.embedded.servers import Addresses, EmbeddedServers
from tests.embedded.surroundings import FAST, remove

Start = Callable[..., tuple[EmbeddedServers, Addresses]]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Everybody may enter it, unlike pytest's own, and its name leaves room for sockets."""
    made = Path(tempfile.mkdtemp(prefix="nh-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    remove(made)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers on a data directory; they are stopped at the end, if they still run."""
    started: list[EmbeddedServers] = []

    def make(data: Path, **options: object) -> tuple[EmbeddedServers, Addresses]:
        servers = EmbeddedServers(data, **{"postgres_settings": FAST, **options})  # pyright: ignore[reportArgumentType] - keywords pass through
        started.append(servers)
        return servers, servers.start()

    yield make
    for servers in started:
        servers.stop()


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root's servers run as another user")
