"""`nesthaus up`"""

import os
import subprocess
import sys
from pathlib import Path

import click

from nesthaus.catalogue.loader import CatalogueError, load_catalogue
from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option
from nesthaus.db.schema import DatabaseAway, SchemaError, UnknownSchema, status
from nesthaus.processes.data_directory import RunFile
from nesthaus.processes.errors import CannotStart
from nesthaus.processes.up import UpPlan, run_up
from nesthaus.roles.runtime import wall_clock


@click.command("up")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--demo/--no-demo", default=False, show_default=True, help="Fill an empty database.")
@data_option
def command(port: int, *, demo: bool, data: Path | None) -> None:
    """Run everything on this machine until Ctrl-C.

    PostgreSQL and Valkey are started from their wheels, with their files in the data folder,
    unless DATABASE_URL and REDIS_URL name servers of your own. The schema is brought up to date.
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
        prepare=_bring_schema_up_to_date,
        ready=_tell,
        afterwards=_demo() if demo else (),
    )
    try:
        code = run_up(plan)
    except CannotStart as error:
        raise Failed(str(error)) from None
    except UnknownSchema as error:
        raise Failed(str(error), EXIT_MISUSED) from None
    except SchemaError as error:
        raise Failed(str(error)) from None
    raise SystemExit(code)


def _demo() -> tuple[str, ...]:
    """Visitors up to this moment, so that the pages of the last hours show something too."""
    until = wall_clock().isoformat()
    return ("seed", "--if-empty", "--sessions", "2000", "--days", "90", "--until", until)


def _bring_schema_up_to_date(database_url: str) -> bool:
    """False while the database is away."""
    try:
        if status(database_url).pending:
            _migrate(database_url)
    except DatabaseAway:
        return False
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
  demo configurator   {run.address}/demo
  API documentation   {run.address}/api/docs
  tracker script      {run.address}/tracker.js
To read the admin API, make a token:
  nesthaus token create --name me --role viewer"""
    )
