"""`nesthaus upkeep`"""

import asyncio
from pathlib import Path

import click
import psycopg

from nesthaus.archive.store import StoreTrouble
from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option, servers_of
from nesthaus.cli.telling import progress
from nesthaus.db.pool import first_line
from nesthaus.db.schema import SchemaError, UnknownSchema
from nesthaus.roles.compact import PATIENCE_S, Compacted, compact
from nesthaus.roles.servers import Servers
from nesthaus.settings import Settings
from nesthaus.stream.connection import StreamAway
from nesthaus.upkeep.compaction import StillSeen


@click.group("upkeep")
def command() -> None:
    """Keep the servers' files in order."""


@command.command("compact")
@click.option(
    "--within",
    "within_s",
    default=PATIENCE_S,
    show_default=True,
    type=click.FloatRange(0),
    help="Seconds to wait for transactions that still see what was erased.",
)
@data_option
def compact_files(within_s: float, data: Path | None) -> None:
    """Make erased sessions leave the files of the servers as well: tables, logs, append-only file.

    `schedule` does it every night. Everything else goes on; a table that is written anew cannot be
    used meanwhile, and tracking waits in the stream.
    """
    settings = checked_settings(data, "upkeep")
    done = _compact(settings, servers_of(settings), within_s)
    click.echo(done.words(), err=True)


def _compact(settings: Settings, servers: Servers, within_s: float) -> Compacted:
    try:
        with progress() as told:
            return asyncio.run(compact(settings, servers, told, within_s))
    except KeyboardInterrupt:
        raise Failed("stopped: call it again") from None
    except SchemaError as error:
        raise Failed(str(error), EXIT_MISUSED if isinstance(error, UnknownSchema) else 1) from None
    except (StillSeen, StreamAway, StoreTrouble) as error:
        raise Failed(str(error)) from None
    except psycopg.Error as error:
        raise Failed(f"the database did not do it: {first_line(error)}") from None
