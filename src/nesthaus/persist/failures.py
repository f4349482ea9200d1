"""Two kinds of failure carry all policy: "never" (poison) and "not now" (everything else)."""

import re
import struct

import psycopg
from psycopg.errors import LockNotAvailable, QueryCanceled

_NEVER = (ValueError, TypeError, ArithmeticError, LookupError, RecursionError, struct.error)
"""What Python says to a value that makes no sense; an entry that causes it will cause it again."""

_LIMIT_EXCEEDED = "54"
"""SQLSTATE class: too large or too deep for PostgreSQL. psycopg counts it as operational."""

_REFUSED_BY_CODE = "P0"
"""SQLSTATE class: a trigger or a function in the database says no. An administrator's rule about
certain rows must not hold up all others; one that refuses everything makes a run of poison."""

_PERHAPS_OF_ROWS = ("XX", "57014")
"""Internal errors, and statements that took longer than they may: mostly of a moment, but certain
rows may cause them again and again. Who waits for a lock is told otherwise, and much sooner: that
is never the fault of the rows."""

_ROWS = re.compile(r"^(?:DETAIL|CONTEXT):", re.MULTILINE)
"""Where PostgreSQL begins to tell of values."""


class NotNow(Exception):
    """The database is away, busy or not ready: the same will work later. Says why in one line.

    `perhaps_of_rows`: where it fails again and again, what is to be stored may be to blame.
    `has_waited`: for as long as may be, so that it is worth telling the first time.
    """

    def __init__(
        self, why: str, *, perhaps_of_rows: bool = False, has_waited: bool = False
    ) -> None:
        super().__init__(why)
        self.perhaps_of_rows = perhaps_of_rows
        self.has_waited = has_waited


def not_now(error: Exception) -> NotNow:
    return NotNow(
        one_line(error),
        perhaps_of_rows=is_perhaps_of_rows(error),
        has_waited=isinstance(error, LockNotAvailable | QueryCanceled),
    )


def is_poison(error: Exception) -> bool:
    """Whether storing the same again must fail again."""
    if isinstance(error, psycopg.DataError | psycopg.IntegrityError):
        return True
    if isinstance(error, psycopg.ProgrammingError):
        # Without a state it does not come from the server: a value psycopg cannot send. With one
        # it is a missing table, column or right: a migration or an administrator will see to it.
        return error.sqlstate is None or error.sqlstate.startswith(_REFUSED_BY_CODE)
    if isinstance(error, psycopg.Error):
        return (error.sqlstate or "").startswith(_LIMIT_EXCEEDED)
    return isinstance(error, _NEVER)


def is_perhaps_of_rows(error: Exception) -> bool:
    """Whether it tells nothing of who is to blame: the database, or what it was to store."""
    return isinstance(error, psycopg.Error) and (error.sqlstate or "").startswith(_PERHAPS_OF_ROWS)


def one_line(error: BaseException) -> str:
    """What an error says, fit for a text column: PostgreSQL takes neither NUL nor surrogates.

    Without the rows that the database shows with it: they are about people, and this goes to logs.
    """
    told = _ROWS.split(str(error), maxsplit=1)[0]
    said = " ".join(told.split()) or type(error).__name__
    return storable(said)[:1_000]


def storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
