"""`nesthaus up`"""

import os
import subprocess
import sys
from pathlib import Path

import click
import psycopg

from nesthaus.access.first_account import Found
from nesthaus.aggregate.state import OtherZone, check_zone_of
from nesthaus.catalogue.loader import CatalogueError, load_catalogue
from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option
from nesthaus.db.pool import first_line
from nesthaus.db.schema import DatabaseAway, SchemaError, UnknownSchema, status
from nesthaus.processes.data_directory import RunFile
from nesthaus.processes.errors import CannotStart
from nesthaus.processes.up import UpPlan, run_up
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.first_account import first_account_in, words_about
from nesthaus.settings import Settings


@click.command("up")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--demo/--no-demo", default=False, show_default=True, help="Fill an empty database.")
@data_option
def command(port: int, *, demo: bool, data: Path | None) -> None:
    """Run everything on this machine until Ctrl-C.

    PostgreSQL and Valkey are started from their wheels, with their files in the data folder,
    unless DATABASE_URL and REDIS_URL name servers of your own. The schema is brought up to date.
    Where there is no account yet, `admin` is made with the password of NESTHAUS_ADMIN_PASSWORD, or
    with one that is printed this once.

    With --demo made-up visitors of the last 90 days appear soon after the start, where nothing
    was ever tracked; `nesthaus seed --remove` takes them out.
    """
    settings = checked_settings(data, "up")
    try:
        load_catalogue(settings.timezone, settings.catalogue)
    except CatalogueError as error:
        raise Failed(str(error), EXIT_MISUSED) from None
    plan = UpPlan(
        data=settings.data,
        host=settings.host,
        port=port,
        database_url=settings.database_url,
        redis_url=settings.redis_url,
        environment=os.environ,
        prepare=lambda database_url: _prepare(database_url, settings),
        ready=_tell,
        afterwards=_demo() if demo else (),
    )
    try:
        code = run_up(plan)
    except CannotStart as error:
        raise Failed(str(error)) from None
    except (UnknownSchema, OtherZone) as error:
        raise Failed(str(error), EXIT_MISUSED) from None
    except SchemaError as error:
        raise Failed(str(error)) from None
    raise SystemExit(code)


def _demo() -> tuple[str, ...]:
    """Visitors up to this moment, so that the pages of the last hours show something too."""
    until = wall_clock().isoformat()
    return ("seed", "--if-empty", "--sessions", "2000", "--days", "90", "--until", until)


def _prepare(database_url: str, settings: Settings) -> bool:
    """The schema, and somebody who can log in; False while the database is away."""
    try:
        if status(database_url).pending:
            _migrate(database_url)
        check_zone_of(database_url, settings.timezone)
        first = first_account_in(database_url, settings.admin_password)
    except (DatabaseAway, psycopg.OperationalError):
        return False
    except psycopg.Error as error:
        raise SchemaError(f"the first account could not be made: {first_line(error)}") from None
    # At once: nobody else knows the password. `serve` says what else there is to say.
    if first.found in {Found.GIVEN, Found.MADE}:
        click.echo(words_about(first))
    return True


def _migrate(database_url: str) -> None:
    # In a process of its own: Alembic would cost every start, and this process lives long.
    done = subprocess.run(
        [sys.executable, "-P", "-m", "nesthaus", "migrate", "up"],
        env=os.environ | {"DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["the migration failed and said nothing"]
        raise SchemaError(lines[-1].removeprefix("nesthaus: "))


def _tell(run: RunFile) -> None:
    click.echo(
        f"""nesthaus is ready (Ctrl-C ends it)
  dashboard           {run.address}/admin
  demo configurator   {run.address}/demo
  API documentation   {run.address}/api/docs
  tracker script      {run.address}/tracker.js
Log in as admin, or make a token for the admin API: nesthaus token create --name me --role viewer
A forgotten password is changed with: nesthaus user password admin"""
    )
