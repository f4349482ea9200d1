"""`nesthaus restore`"""

import asyncio
from pathlib import Path

import click
import psycopg

from nesthaus.archive.store import StoreTrouble
from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option
from nesthaus.cli.own_servers import servers_running
from nesthaus.cli.telling import progress
from nesthaus.db.migrate import open_to_reports
from nesthaus.db.pool import first_line
from nesthaus.db.schema import SchemaError, UnknownSchema
from nesthaus.embedded.clients import NoClients
from nesthaus.roles.restore import bring_back
from nesthaus.settings import Settings
from nesthaus.upkeep.backups.dump_programs import DumpFailed
from nesthaus.upkeep.backups.folders import NoBackup, chosen_backup
from nesthaus.upkeep.backups.restore import Refused, Restored


@click.command("restore")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--replace", is_flag=True, help="Also where there are tables: they are lost.")
@data_option
def command(folder: Path, *, replace: bool, data: Path | None) -> None:
    """Bring the tables back from a backup: DIR, or the newest in it.

    Nothing of nesthaus may run on the database meanwhile. Sessions that were erased since are taken
    out again: those known to the tables that are replaced, to the data directory, and to
    `tombstones.json` beside the backup. It is checked against the manifest, row
    counts too; where anything is wrong, the database is as before.
    """
    settings = checked_settings(data, "restore")
    try:
        backup = chosen_backup(folder.absolute())
        click.echo(f"restoring {backup}", err=True)
        done = _restore(settings, backup, replace=replace)
    except KeyboardInterrupt:
        raise Failed("stopped: nothing was changed") from None
    except SchemaError as error:
        raise Failed(str(error), EXIT_MISUSED if isinstance(error, UnknownSchema) else 1) from None
    except (NoBackup, Refused, NoClients, DumpFailed, StoreTrouble, OSError, ValueError) as error:
        raise Failed(str(error)) from None
    except psycopg.Error as error:
        raise Failed(f"the database did not do it: {first_line(error)}") from None
    if done.erased:
        click.echo(f"{done.erased:,} erased sessions were taken out again", err=True)
    until = f", of all received until {done.received_until}" if done.received_until else ""
    click.echo(f"{done.rows:,} rows{until}", err=True)
    if done.schema.pending:
        click.echo("the schema is older than this program: run `nesthaus migrate up`", err=True)


def _restore(settings: Settings, backup: Path, *, replace: bool) -> Restored:
    with servers_running(settings, want_valkey=False) as servers, progress() as told:
        done = asyncio.run(
            bring_back(settings, servers.database_url, backup, replace=replace, told=told)
        )
        if not done.schema.pending:
            open_to_reports(servers.database_url)  # rights are not part of a backup
        return done
