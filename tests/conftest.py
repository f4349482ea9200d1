"""What every test may ask for: a migrated database, a stream server, a pool, a clock.

One PostgreSQL and one Valkey serve a whole test run (with pytest-xdist, one of each per process);
each test gets a copy of a migrated database, and an empty Valkey.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg.sql import SQL, Composed, Identifier

from nesthaus.db.migrate import upgrade
from nesthaus.db.pool import Pool, open_pool
from tests.clocks import SettableClock
from tests.embedded.surroundings import remove
from tests.room import new_folder
from tests.servers import PostgresServer, Server, ValkeyServer, Workshop, database_of

Maintenance = psycopg.Connection[tuple[object, ...]]

TEMPLATE = "nesthaus_template"
FIXTURE = "postgres_version"
VERSION_VARIABLE = "NESTHAUS_TEST_POSTGRES"
# Folders of tests whose subject is SQL; `tests/db` names its versions itself.
SQL_TESTS = frozenset({"persist", "aggregate", "figures", "report", "upkeep", "seed"})
# Begun first, in this order; `make test` keeps it with --no-loadscope-reorder.
LONG_FOLDERS = (
    "dashboard",
    "browser",
    "commands",
    "flow",
    "deploy",
    "archive",
    "embedded",
    "oracle",
    "persist",
    "seed",
)
_number = count(1)

# How long an example takes says something of the machine, not of the program.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")


def run_sql(url: str, statement: Composed) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    workshop = Workshop()
    yield workshop
    workshop.close()


@pytest.fixture(scope="session")
def postgres_server_of(workshop: Workshop) -> Iterator[Callable[[int], PostgresServer]]:
    """The run's PostgreSQL of that major version (16 or 18), started when first asked for."""
    servers: dict[int, PostgresServer] = {}

    def server_of(version: int) -> PostgresServer:
        if version not in servers:
            servers[version] = PostgresServer(workshop, version)
            servers[version].start()
        return servers[version]

    yield server_of
    for server in servers.values():
        server.stop()


@pytest.fixture
def empty_database(
    postgres_server_of: Callable[[int], PostgresServer],
) -> Iterator[Callable[[int], str]]:
    """Makes databases without any table on PostgreSQL 16 or 18, dropped after the test."""
    names: list[tuple[str, str]] = []

    def make(version: int) -> str:
        server = postgres_server_of(version)
        name = f"empty_{next(_number)}"
        run_sql(server.url(), SQL("create database {}").format(Identifier(name)))
        names.append((server.url(), name))
        return server.url(name)

    yield make
    for url, name in names:
        run_sql(url, SQL("drop database {} with (force)").format(Identifier(name)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of our SQL run on the oldest and on the newest PostgreSQL, unless one is named."""
    is_sql = metafunc.definition.path.parent.name in SQL_TESTS
    if is_sql and VERSION_VARIABLE not in os.environ and FIXTURE in metafunc.fixturenames:
        metafunc.parametrize(FIXTURE, (18, 16), indirect=True, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Short files last, so that no process ends long before another; the files of a folder that
    share a running program one after another, because it ends where another folder's test comes.
    """
    items.sort(key=lambda item: _turn_of(item.path.parent.name))


def _turn_of(folder: str) -> int:
    return LONG_FOLDERS.index(folder) if folder in LONG_FOLDERS else len(LONG_FOLDERS)


@pytest.fixture(scope="session")
def postgres_version(request: pytest.FixtureRequest) -> int:
    named = int(os.environ.get(VERSION_VARIABLE, "18"))
    version: int = getattr(request, "param", named)
    return version


@pytest.fixture(scope="session")
def postgres_url(postgres_server_of: Callable[[int], PostgresServer], postgres_version: int) -> str:
    """The maintenance database of the run's PostgreSQL of that version."""
    return postgres_server_of(postgres_version).url()


@pytest.fixture(scope="session")
def maintenance(postgres_url: str) -> Iterator[Maintenance]:
    """A connection to no test's database."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def servers_with_template() -> set[str]:
    """The maintenance databases of the servers that have one, as tests come back to a version."""
    return set()


@pytest.fixture(scope="session")
def template(postgres_url: str, servers_with_template: set[str]) -> str:
    """The name of a migrated database that nobody is connected to."""
    if postgres_url not in servers_with_template:
        run_sql(postgres_url, SQL("create database {}").format(Identifier(TEMPLATE)))
        upgrade(database_of(postgres_url, TEMPLATE))
        servers_with_template.add(postgres_url)
    return TEMPLATE


@pytest.fixture
def database_url(postgres_url: str, maintenance: Maintenance, template: str) -> Iterator[str]:
    """A migrated database of this test's own, empty."""
    name = f"test_{next(_number)}"
    create = SQL("create database {} template {} strategy file_copy")
    maintenance.execute(create.format(Identifier(name), Identifier(template)))
    yield database_of(postgres_url, name)
    maintenance.execute(SQL("drop database {} with (force)").format(Identifier(name)))


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Pool]:
    """An open pool on `database_url`."""
    pool = await open_pool(database_url, 4, 20, application_name="tests")
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def valkey_server(workshop: Workshop) -> Iterator[ValkeyServer]:
    server = ValkeyServer(workshop)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey_url(valkey_server: ValkeyServer) -> str:
    """The run's Valkey, with whatever the last test left in it."""
    return valkey_server.url()


@pytest.fixture
def redis_url(valkey_server: ValkeyServer) -> str:
    """An empty Valkey."""
    assert valkey_server.ask("FLUSHALL") == "+OK"
    return valkey_server.url()


@pytest.fixture
def start_server(workshop: Workshop) -> Iterator[Callable[[Server], None]]:
    """Starts a server of this test's own, to be killed and restarted, and stops it at the end:

    `server = ValkeyServer(workshop, {"maxmemory": "2mb"}); start_server(server)`
    """
    servers: list[Server] = []

    def start(server: Server) -> None:
        servers.append(server)
        server.start()

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for data of the whole program or of embedded servers, which may be root's."""
    made = new_folder()
    yield made
    remove(made)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()
