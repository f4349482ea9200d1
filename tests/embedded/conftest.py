"""Fixtures of the embedded servers: a short, open folder, and servers that end with the test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nesthaus.embedded.servers import Addresses, EmbeddedServers
from tests.embedded.surroundings import FAST

Start = Callable[..., tuple[EmbeddedServers, Addresses]]


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
