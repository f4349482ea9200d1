"""`nesthaus sessions`"""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
import psycopg

from nesthaus.archive.store import StoreTrouble
from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option, servers_of
from nesthaus.db.pool import first_line
from nesthaus.db.schema import SchemaError, UnknownSchema
from nesthaus.responses import encode
from nesthaus.roles.sessions import erase_session, session_data
from nesthaus.stream.connection import StreamAway

Result = TypeVar("Result")
_UNKNOWN = "nothing is kept about such a session"


@click.group("sessions")
def command() -> None:
    """Print all that is kept about one session, or erase it."""


@command.command("data")
@click.argument("session_id", metavar="ID")
@data_option
def tell(session_id: str, data: Path | None) -> None:
    """Print everything that is kept about one session, as JSON."""
    settings = checked_settings(data, "sessions")
    servers = servers_of(settings)
    found = _run(lambda: session_data(settings, servers, session_id))
    if found is None:
        raise Failed(_UNKNOWN)
    click.echo(msgspec.json.format(encode(found), indent=2))


@command.command("erase")
@click.argument("session_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def erase(session_id: str, *, yes: bool, data: Path | None) -> None:
    """Erase one session everywhere, for good, and print the receipt.

    What arrives of it later is dropped; `schedule` counts the figures again. Backups keep it until
    they expire; a restore takes it out again. What the servers keep internally goes with the
    nightly `nesthaus upkeep compact`.
    """
    settings = checked_settings(data, "sessions")
    servers = servers_of(settings)
    if not yes:
        click.confirm("Erase this session everywhere, for good?", abort=True, err=True)
    receipt = _run(lambda: erase_session(settings, servers, session_id))
    if receipt is None:
        raise Failed(_UNKNOWN)
    click.echo(msgspec.json.format(encode(receipt), indent=2))


def _run(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    try:
        return asyncio.run(work())
    except KeyboardInterrupt:
        raise Failed("stopped: call it again, it goes on where it was") from None
    except SchemaError as error:
        raise Failed(str(error), EXIT_MISUSED if isinstance(error, UnknownSchema) else 1) from None
    except psycopg.Error as error:
        raise Failed(f"the database did not do it: {first_line(error)}; call it again") from None
    except (StreamAway, StoreTrouble) as error:
        raise Failed(f"not all is done: {error}; call it again") from None
