"""Roles on a database of the test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deploy.running import Roles

RolesOn = Callable[[str], Roles]


@pytest.fixture
def roles_on(folder: Path, redis_url: str) -> Iterator[RolesOn]:
    """Of one stream and data folder, on that database; ended with the test."""
    made: list[Roles] = []

    def on(database_url: str) -> Roles:
        made.append(Roles(folder, {"DATABASE_URL": database_url, "REDIS_URL": redis_url}))
        return made[-1]

    yield on
    for roles in made:
        roles.stop()
