"""Does the database have the tables this program was written for?

Apart from `migrate`, so that a role that only asks does not load Alembic.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import AsyncConnection, Connection

from nesthaus.db.pool import first_line, with_settings
from nesthaus.db.queries import load_statements

OLDEST_POSTGRES = 16

_SQL = load_statements("nesthaus.db", "schema_version.sql")


class SchemaError(Exception):
    """The database cannot be used as it is; the message is one line that says why."""


class DatabaseAway(SchemaError):
    """The database cannot be reached at all: it may be worth waiting."""


class UnknownSchema(SchemaError):
    """The database has a schema that this program does not know."""


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """`current` is None where no migration has run; `pending` are those to come, in order."""

    current: str | None
    newest: str
    pending: tuple[str, ...]


def known_revisions() -> tuple[str, ...]:
    """The revisions this program brings, oldest first: the numbers its files begin with."""
    folder = files("nesthaus.db").joinpath("migrations", "versions")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[:4] for name in names if name[:4].isdigit() and name.endswith(".py")))


def status_of(current: str | None, allowed: str | None = None) -> SchemaStatus:
    """Raises UnknownSchema where `current` is none of ours, unless programs that know up to
    `allowed`, as we do, may work with it."""
    known = known_revisions()
    if current is None:
        return SchemaStatus(None, known[-1], known)
    if current not in known:
        if allowed == known[-1]:
            return SchemaStatus(current, known[-1], ())
        raise UnknownSchema(
            f"the database has schema {current} and this program knows up to {known[-1]}: run a"
            f" newer program, or take the schema back with its `migrate down --to {known[-1]}`"
        )
    return SchemaStatus(current, known[-1], known[known.index(current) + 1 :])


def status(database_url: str) -> SchemaStatus:
    """Raises SchemaError; DatabaseAway where the server cannot be reached."""
    with connect(database_url, {}) as connection:
        return status_in(connection)


def status_in(connection: Connection[tuple[Any, ...]]) -> SchemaStatus:
    """Raises UnknownSchema."""
    current = current_revision(connection)
    if current is None:
        return status_of(None)
    row = connection.execute(_SQL["allowed_program"]).fetchone()
    return status_of(current, None if row is None else row[0])


async def schema_is_current(connection: AsyncConnection[tuple[Any, ...]]) -> bool:
    """False where a migration has yet to run; raises UnknownSchema where this program is older."""
    current = await current_revision_of(connection)
    if current is None:
        return False
    async with connection.transaction():
        cursor = await connection.execute(_SQL["allowed_program"])
        row = await cursor.fetchone()
    return not status_of(current, None if row is None else row[0]).pending


async def current_revision_of(connection: AsyncConnection[tuple[Any, ...]]) -> str | None:
    """The newest migration that has run here."""
    async with connection.transaction():
        cursor = await connection.execute(_SQL["version_table_exists"])
        if await cursor.fetchone() != (True,):
            return None
        cursor = await connection.execute(_SQL["current_revision"])
        row = await cursor.fetchone()
    return None if row is None else row[0]


def connect(database_url: str, settings: Mapping[str, str]) -> Connection[tuple[Any, ...]]:
    """A connection to a server that is new enough. Raises SchemaError."""
    try:
        address = with_settings(database_url, "nesthaus-migrate", settings)
        connection = psycopg.connect(address)
    except psycopg.ProgrammingError as error:
        raise SchemaError(f"DATABASE_URL: {first_line(error)}") from error
    except psycopg.OperationalError as error:
        raise DatabaseAway(first_line(error)) from error
    version = connection.info.server_version
    if version < OLDEST_POSTGRES * 10_000:
        connection.close()
        raise SchemaError(
            f"PostgreSQL {version // 10_000} is too old: {OLDEST_POSTGRES} or newer is needed"
        )
    return connection


def current_revision(connection: Connection[tuple[Any, ...]]) -> str | None:
    """The newest migration that has run here."""
    if connection.execute(_SQL["version_table_exists"]).fetchone() != (True,):
        return None
    row = connection.execute(_SQL["current_revision"]).fetchone()
    return None if row is None else row[0]
