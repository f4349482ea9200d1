"""`nesthaus archive`"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
import psycopg

from nesthaus.archive.manifests import folder_of, month_of
from nesthaus.archive.store import StoreTrouble
from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option, database_of
from nesthaus.cli.telling import progress
from nesthaus.db.pool import first_line
from nesthaus.db.schema import SchemaError, UnknownSchema
from nesthaus.roles import archive as role
from nesthaus.upkeep.archive.archiving import Busy

Result = TypeVar("Result")
_LEAST_DAYS = 14


@click.group("archive")
def command() -> None:
    """Move old months into Parquet files, list and check them.

    A month is that in which sessions began. Their figures stay in the tables for good, and their
    journeys are shown from the files.
    """


@command.command("run")
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(_LEAST_DAYS),
    help="Days since the month ended; default: NESTHAUS_RETENTION_DAYS.",
)
@data_option
def run(days: int | None, data: Path | None) -> None:
    """Archive every month that is old enough. `schedule` does it every night.

    May be broken off anywhere: it goes on where it was.
    """
    settings = checked_settings(data, "archive")
    database_url = database_of(settings)
    older_than = settings.retention_days if days is None else days
    if not older_than:
        raise Failed("NESTHAUS_RETENTION_DAYS is 0: nothing is to be archived")
    with progress() as told:
        done = _run(lambda: role.run(settings, database_url, older_than, told))
    click.echo(str(done), err=True)
    for month in done.months:
        click.echo(folder_of(month))


@command.command("list")
@data_option
def list_archived(data: Path | None) -> None:
    """Print the months that are archived."""
    settings = checked_settings(data, "archive")
    database_url = database_of(settings)
    months = _run(lambda: role.months(settings, database_url))
    if not months:
        click.echo("no month is archived", err=True)
    for each in months:
        closed = "not closed yet" if each.closed_at is None else f"closed {each.closed_at:%Y-%m-%d}"
        click.echo(
            f"{folder_of(each.month)}  {each.sessions:>11,} sessions  {each.rows:>13,} rows"
            f"  {each.bytes / 1e6:>9,.1f} MB in {each.files} files  {closed}"
        )


def _month(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> list[date]:
    try:
        return [month_of(text) for text in values]
    except ValueError:
        raise click.BadParameter("a month is written as 2025-01") from None


@command.command("verify")
@click.argument("months", metavar="[MONTH]...", nargs=-1, callback=_month)
@data_option
def verify(months: list[date], data: Path | None) -> None:
    """Read every file, or those of some months such as 2025-01, and compare it with its manifest.

    Prints a line for each that is not as it was written, and exits with 1 then.
    """
    settings = checked_settings(data, "archive")
    database_url = database_of(settings)
    with progress() as told:
        flaws = _run(lambda: role.verify(settings, database_url, months, told))
    for flaw in flaws:
        click.echo(f"{flaw.month}: {flaw.sentence}")
    if flaws:
        raise Failed(f"{len(flaws)} flaws")
    click.echo("every file is as it was written", err=True)


def _run(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    try:
        return asyncio.run(work())
    except KeyboardInterrupt:
        raise Failed("stopped: call it again, it goes on where it was") from None
    except SchemaError as error:
        raise Failed(str(error), EXIT_MISUSED if isinstance(error, UnknownSchema) else 1) from None
    except (Busy, StoreTrouble) as error:
        raise Failed(str(error)) from None
    except psycopg.Error as error:
        raise Failed(f"the database did not do it: {first_line(error)}; call it again") from None
