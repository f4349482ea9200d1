"""Takes the schema up and down, each time in one transaction: either all of it or nothing."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import psycopg
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from psycopg import Connection
from psycopg.sql import SQL, Literal
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from nesthaus.db.pool import first_line
from nesthaus.db.queries import load_statements
from nesthaus.db.reader import let_reader_read
from nesthaus.db.schema import (
    DatabaseAway,
    SchemaError,
    connect,
    current_revision,
    known_revisions,
    status_of,
)

MIGRATIONS = "nesthaus.db:migrations"
NEWEST = "head"
NOTHING = "base"

# Beside the revision, so that it goes where that goes. A definition takes no parameters.
_ALLOWED = SQL("comment on table alembic_version is {}")
_SQL = load_statements("nesthaus.db", "migrate.sql")


def upgrade(database_url: str, to: str = NEWEST) -> None:
    """Runs what is missing up to `to`; two at once do it once. Raises SchemaError."""
    _check_target(to, NEWEST)
    _run(database_url, command.upgrade, to)


def downgrade(database_url: str, to: str) -> None:
    """Takes back what came after `to` with the data it held ("base": all). Raises SchemaError."""
    _check_target(to, NOTHING)
    _run(database_url, command.downgrade, to)


def allow(database_url: str, program: str) -> None:
    """Lets programs start that know schemas up to `program` only, until the next upgrade: those of
    the release before, which can leave alone what came after. Raises SchemaError."""
    known = known_revisions()
    with connect(database_url, {}) as connection:
        current = status_of(current_revision(connection)).current
        if current is None or program not in known or program >= current:
            raise SchemaError(f"{program!r} is no schema before {current}")
        with _told_in_one_line(connection):
            connection.execute(_ALLOWED.format(Literal(program)))


def open_to_reports(database_url: str) -> None:
    """What `upgrade` ends with, for tables that came another way: the role reports read with."""
    with connect(database_url, {}) as connection, _told_in_one_line(connection):
        connection.execute(_SQL["take_turn"])
        let_reader_read(connection)


def _check_target(to: str, word: str) -> None:
    known = known_revisions()
    if to not in {*known, word}:
        raise SchemaError(f"there is no schema {to!r}: say {word} or one of {', '.join(known)}")


def _run(database_url: str, step: Callable[[Config, str], None], to: str) -> None:
    connection = connect(database_url, {})
    engine = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=NullPool)
    with _told_in_one_line(connection), engine.begin() as transaction:
        # Here and not before, because SQLAlchemy rolls back what a new connection has begun.
        connection.execute(_SQL["take_turn"])
        status_of(current_revision(connection))
        connection.execute(_SQL["do_not_wait_long_for_tables"])
        config = Config()
        config.set_main_option("script_location", MIGRATIONS)
        config.attributes["connection"] = transaction
        step(config, to)
        connection.execute(_ALLOWED.format(Literal(None)))
        if current_revision(connection) == known_revisions()[-1]:
            let_reader_read(connection)


@contextmanager
def _told_in_one_line(connection: Connection[tuple[object, ...]]) -> Generator[None]:
    account, database = connection.info.user, connection.info.dbname
    try:
        yield
    except CommandError as error:
        raise SchemaError(first_line(error)) from error
    except (psycopg.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        match cause:
            case psycopg.errors.InsufficientPrivilege():
                what = f"{account!r} may not change the tables of {database!r}: "
            case psycopg.errors.LockNotAvailable():
                what = "somebody else holds the tables: "
            case psycopg.Error(sqlstate=None):
                raise DatabaseAway(first_line(cause)) from error
            case _:
                what = ""
        raise SchemaError(f"{what}{first_line(cause)}; nothing was changed") from error
