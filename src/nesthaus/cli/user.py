"""`nesthaus user`"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
import psycopg

from nesthaus.access.accounts import Accounts, Deletion, KnownAccount
from nesthaus.access.actors import Role
from nesthaus.access.audit import COMMAND_LINE
from nesthaus.access.password_rules import (
    LEAST_CHARACTERS,
    InvalidAccountName,
    InvalidPassword,
    checked_name,
    checked_password,
)
from nesthaus.access.passwords import Passwords
from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option, database_of
from nesthaus.db.pool import first_line, open_pool
from nesthaus.roles.clock import wall_clock

Result = TypeVar("Result")
_WAIT_S = 10.0
_ROLES = (Role.VIEWER.value, Role.ADMIN.value)


@click.group("user")
def command() -> None:
    """Make, list and delete the dashboard's accounts, and change their passwords.

    An account's name is an e-mail address, or `admin`. A viewer reads, an admin changes things.
    """


@command.command("create")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(_ROLES))
@data_option
def create(email: str, role: str, data: Path | None) -> None:
    """Make an account. The password is asked for twice, or read from standard input."""
    name = _name(email)
    password = _asked_password(name)
    made = _with_accounts(
        data, lambda accounts: accounts.create(name, Role(role), password, COMMAND_LINE)
    )
    if made is None:
        raise Failed(f"there is an account {name} already")
    click.echo(f"account {name} ({role}) is made", err=True)


@command.command("list")
@data_option
def show_list(data: Path | None) -> None:
    """List accounts: role, when made, name."""
    page = _with_accounts(data, lambda accounts: accounts.page(None, None))
    for account in page.items:
        click.echo(f"{account.role:<6}  {account.created_at:%Y-%m-%d %H:%M}  {account.email}")


@command.command("delete")
@click.argument("email")
@data_option
def delete(email: str, data: Path | None) -> None:
    """Delete an account. Its logins end at once; the last admin stays."""
    name = _name(email)

    async def use(accounts: Accounts) -> Deletion:
        account = await _known(accounts, name)
        return await accounts.delete(account.id, COMMAND_LINE)

    match _with_accounts(data, use):
        case Deletion.UNKNOWN:
            raise _unknown(name)
        case Deletion.LAST_ADMIN:
            raise Failed(f"{name} is the last admin; make another one first")
        case Deletion.DONE:
            click.echo(f"account {name} is deleted", err=True)


@command.command("password")
@click.argument("email")
@data_option
def change_password(email: str, data: Path | None) -> None:
    """Change an account's password, asked for twice or read from standard input.

    Its logins end at once.
    """
    name = _name(email)
    password = _asked_password(name)

    async def use(accounts: Accounts) -> bool:
        account = await _known(accounts, name)
        return await accounts.change_password(account.id, password, COMMAND_LINE)

    if not _with_accounts(data, use):
        raise _unknown(name)
    click.echo(f"account {name} has a new password; its logins have ended", err=True)


def _name(email: str) -> str:
    try:
        return checked_name(email)
    except InvalidAccountName as error:
        raise Failed(f"EMAIL: {error}", EXIT_MISUSED) from None


def _asked_password(name: str) -> str:
    """Never an argument: those are seen by everybody who can list processes."""
    if sys.stdin.isatty():
        question = f"Password of {name} (at least {LEAST_CHARACTERS} characters)"
        password: str = click.prompt(question, hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    try:
        return checked_password(password)
    except InvalidPassword as error:
        raise Failed(str(error), EXIT_MISUSED) from None


async def _known(accounts: Accounts, name: str) -> KnownAccount:
    account = await accounts.named(name)
    if account is None:
        raise _unknown(name)
    return account


def _unknown(name: str) -> Failed:
    return Failed(f"there is no account {name}; `nesthaus user list` shows them")


def _with_accounts(data: Path | None, use: Callable[[Accounts], Awaitable[Result]]) -> Result:
    url = database_of(checked_settings(data, "user"))

    async def run() -> Result:
        pool = await open_pool(url, 1, _WAIT_S, application_name="nesthaus user")
        try:
            return await use(Accounts(pool, Passwords(), wall_clock))
        finally:
            await pool.close(1)

    try:
        return asyncio.run(run())
    except psycopg.Error as error:
        raise Failed(f"the database did not do it: {first_line(error)}") from None
