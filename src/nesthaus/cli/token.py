"""`nesthaus token`"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import click
import psycopg

from nesthaus.access.actors import Role
from nesthaus.access.tokens import InvalidName, Token, Tokens
from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option, database_of
from nesthaus.db.pool import first_line, open_pool
from nesthaus.roles.clock import wall_clock

Result = TypeVar("Result")
_WAIT_S = 10.0


@click.group("token")
def command() -> None:
    """Make, list and revoke API tokens.

    A viewer reads the admin API, an admin changes things, a tracker is a server of the shop whose
    conversions count as verified.
    """


@command.command("create")
@click.option("--name", required=True, help="What the token is for, such as 'shop server'.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@data_option
def create(name: str, role: str, data: Path | None) -> None:
    """Print a new token, alone on standard output. It is shown this once."""
    try:
        new = _with_tokens(data, lambda tokens: tokens.create(name, Role(role)))
    except InvalidName as error:
        raise Failed(f"--name: {error}", EXIT_MISUSED) from None
    click.echo(f"token {new.id} ({role}); it is shown this once:", err=True)
    click.echo(new.token)


@command.command("list")
@data_option
def show_list(data: Path | None) -> None:
    """List tokens: id, role, when made, last used and revoked, name."""
    tokens: list[Token] = _with_tokens(data, lambda tokens: tokens.list())
    for token in tokens:
        used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never used"
        revoked = f"revoked {token.revoked_at:%Y-%m-%d %H:%M}" if token.revoked_at else "valid"
        made = f"{token.created_at:%Y-%m-%d %H:%M}"
        click.echo(f"{token.id}  {token.role:<7}  {made}  {used:<16}  {revoked}  {token.name}")


@command.command("revoke")
@click.argument("token_id", metavar="ID", type=click.UUID)
@data_option
def revoke(token_id: UUID, data: Path | None) -> None:
    """Make a token invalid at once. It stays in the list."""
    if not _with_tokens(data, lambda tokens: tokens.revoke(token_id)):
        raise Failed(f"there is no token {token_id}; `nesthaus token list` shows them")
    click.echo(f"token {token_id} is revoked", err=True)


def _with_tokens(data: Path | None, use: Callable[[Tokens], Awaitable[Result]]) -> Result:
    url = database_of(checked_settings(data, "token"))

    async def run() -> Result:
        pool = await open_pool(url, 1, _WAIT_S, application_name="nesthaus token")
        try:
            return await use(Tokens(pool, wall_clock))
        finally:
            await pool.close(1)

    try:
        return asyncio.run(run())
    except psycopg.Error as error:
        raise Failed(f"the database did not do it: {first_line(error)}") from None
