"""The role that reports read with: it writes nothing, and sees no password, login or token.

A role of the whole server, without a login of its own: a connection takes it and has no more rights
than it. Where the account of `DATABASE_URL` may not make roles, an administrator does
(docs/security.md); until then reports only promise not to write.
"""

import logging
from typing import Any

import psycopg
from psycopg import AsyncConnection, Connection

from nesthaus.db.queries import load_statements

_SQL = load_statements("nesthaus.db", "reader.sql")
_TRIES = 2

_log = logging.getLogger(__name__)


def let_reader_read(connection: Connection[Any]) -> None:
    """Makes the role where it is missing, and opens all tables of now to it. In a transaction."""
    for _ in range(_TRIES):
        try:
            with connection.transaction():
                _let_read(connection)
            return
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            continue  # made for another database of this server in the same moment
        except psycopg.errors.InsufficientPrivilege as error:
            account = connection.info.user
            _log.info("%s may not set up the role reports read with: %s", account, error)
            return


def _let_read(connection: Connection[Any]) -> None:
    found = connection.execute(_SQL["reader"]).fetchone()
    is_there, is_ours = found or (False, False)
    if not is_there:
        connection.execute(_SQL["make_reader"])
    if not is_ours:
        connection.execute(_SQL["take_reader"])
    for step in ("open_schema", "open_tables", "close_secrets"):
        connection.execute(_SQL[step])


async def become_reader(connection: AsyncConnection[Any]) -> bool:
    """For as long as the connection lives; False where it keeps the rights of its account."""
    async with connection.transaction():
        found = await (await connection.execute(_SQL["become_reader"])).fetchone()
    return found is not None
