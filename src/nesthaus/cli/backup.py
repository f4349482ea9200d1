"""`nesthaus backup`"""

import asyncio
from pathlib import Path

import click
import psycopg

from nesthaus.cli import Failed
from nesthaus.cli.options import checked_settings, data_option, servers_of
from nesthaus.cli.telling import progress
from nesthaus.db.pool import first_line
from nesthaus.db.schema import SchemaError
from nesthaus.embedded.clients import NoClients
from nesthaus.roles.backup import WAIT_S, back_up
from nesthaus.upkeep.backups.backup import NotStored
from nesthaus.upkeep.backups.dump_programs import DumpFailed
from nesthaus.upkeep.backups.folders import drop_older


@click.command("backup")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--keep", type=click.IntRange(1), help="Delete all but so many of the newest.")
@click.option(
    "--within",
    "within_s",
    default=WAIT_S,
    show_default=True,
    type=click.FloatRange(0),
    help="Seconds to wait until everything received is stored; 0: leave out what is not.",
)
@data_option
def command(folder: Path, keep: int | None, within_s: float, data: Path | None) -> None:
    """Write a backup of all tables into a new folder in DIR, and print its name.

    Everything goes on meanwhile. What was received before the beginning is in it; settings, price
    lists of your own and the rights of other database accounts are not.
    """
    settings = checked_settings(data, "backup")
    servers = servers_of(settings)
    try:
        with progress() as told:
            made, manifest = asyncio.run(
                back_up(settings, servers, folder.absolute(), within_s, told)
            )
        dropped = drop_older(folder, keep) if keep else []
    except KeyboardInterrupt:
        raise Failed("stopped: nothing is left of this backup") from None
    except (NotStored, NoClients, DumpFailed, SchemaError) as error:
        raise Failed(str(error)) from None
    except psycopg.Error as error:
        raise Failed(f"the database did not do it: {first_line(error)}") from None
    except OSError as error:
        raise Failed(f"{folder} cannot be written: {error.strerror}") from None
    rows, size_mb = sum(manifest.tables.values()), manifest.dump_bytes / 1e6
    click.echo(f"{rows:,} rows of schema {manifest.schema}, {size_mb:,.1f} MB", err=True)
    for each in dropped:
        click.echo(f"dropped {each.name}", err=True)
    click.echo(made)
