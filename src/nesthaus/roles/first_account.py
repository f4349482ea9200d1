"""Who can log in at all: the first account, and what people are told of it."""

import asyncio
import logging
import sys

import psycopg

from nesthaus.access.accounts import Accounts
from nesthaus.access.first_account import FirstAccount, Found, first_account
from nesthaus.access.passwords import Passwords
from nesthaus.db.pool import Pool, first_line, open_pool
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.schema_wait import await_schema
from nesthaus.settings import Settings

_WAIT_S = 10.0
_VARIABLE = "NESTHAUS_ADMIN_PASSWORD"
_WORDS = {
    Found.GIVEN: f"Made the first account: admin, with the password of {_VARIABLE}.",
    Found.MADE: "Made the first account; its password is shown this once:\n  admin  {password}",
    Found.KEPT: "",
    Found.DIFFERENT: (
        f"{_VARIABLE} is not the password of admin: it counts only where there is no account yet;"
        " `nesthaus user password admin` changes it"
    ),
    Found.NONE: (
        "there is no account yet, and no terminal to show a password on: set"
        f" {_VARIABLE}, or call `nesthaus user create EMAIL --role admin`"
    ),
}

log = logging.getLogger(__name__)


def words_about(first: FirstAccount) -> str:
    """Empty where there is nothing to say. Holds the password where one was made."""
    return _WORDS[first.found].format(password=first.password)


def first_account_in(database_url: str, given: str | None) -> FirstAccount:
    """For `up`, which has somebody in front of it."""

    async def run() -> FirstAccount:
        pool = await open_pool(database_url, 1, _WAIT_S, application_name="nesthaus up")
        try:
            accounts = Accounts(pool, Passwords(), wall_clock)
            return await first_account(accounts, given, may_make=True)
        finally:
            await pool.close(1)

    return asyncio.run(run())


async def await_first_account(
    reports: Pool, accounts: Accounts, settings: Settings, stop: asyncio.Event
) -> None:
    """Waits for the schema (see `await_schema`), then sees to it that somebody can log in.

    A password of ours goes to a terminal or is not made: output elsewhere ends up in log files.
    """
    first = None
    while first is None and not stop.is_set():
        await await_schema(reports, stop, settings.timezone)
        try:
            first = await first_account(
                accounts, settings.admin_password, may_make=sys.stdout.isatty()
            )
        except psycopg.OperationalError:
            continue  # away again; taking a connection has waited long enough
        except psycopg.Error as error:
            log.warning("the first account could not be made: %s", first_line(error))
            return
    if first is None or not (words := words_about(first)):
        return
    if first.found in {Found.GIVEN, Found.MADE}:
        print(words, flush=True)
    else:
        log.warning("%s", words)
