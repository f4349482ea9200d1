"""`nesthaus verify`"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import click
import psycopg

from nesthaus.access.actors import Role
from nesthaus.access.tokens import Tokens
from nesthaus.cli import Failed
from nesthaus.cli.options import checked_settings, data_option, database_of
from nesthaus.db.pool import first_line, open_pool
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.verify import Check, NotVerified

Result = TypeVar("Result")
_POOL_WAIT_S = 10.0


def _address(_context: click.Context, parameter: click.Parameter, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise click.BadParameter(f"{text!r} is no http:// or https:// address", param=parameter)
    return text


@click.command("verify")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, callback=_address)
@click.option(
    "--within",
    "within_s",
    default=30.0,
    show_default=True,
    type=click.FloatRange(1),
    help="Seconds until all of it has happened.",
)
@data_option
def command(url: str, within_s: float, data: Path | None) -> None:
    """Send one session to a running nesthaus and read its journey back.

    Each step is a line; exit code 1 where one fails. The session is marked as our own
    (`own: nesthaus-check`) and is in no figure. It needs the database for a token, which is revoked
    at the end.
    """
    database_url = database_of(checked_settings(data, "verify"))
    try:
        new = _with_tokens(database_url, lambda tokens: tokens.create("verify", Role.VIEWER))
        try:
            session_id = Check(url, new.token, within_s, click.echo).run()
        finally:
            _with_tokens(database_url, lambda tokens: tokens.revoke(new.id))
    except NotVerified as error:
        raise Failed(f"{url}: {error}") from None
    except psycopg.Error as error:
        raise Failed(f"no token could be made: {first_line(error)}") from None
    click.echo(f"verified with session {session_id}")


def _with_tokens(database_url: str, use: Callable[[Tokens], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        pool = await open_pool(database_url, 1, _POOL_WAIT_S, application_name="nesthaus verify")
        try:
            return await use(Tokens(pool, wall_clock))
        finally:
            await pool.close(1)

    return asyncio.run(run())
