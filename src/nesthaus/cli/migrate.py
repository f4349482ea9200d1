"""`nesthaus migrate`"""

from pathlib import Path

import click

from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option, database_of
from nesthaus.db.migrate import allow, downgrade, upgrade
from nesthaus.db.schema import SchemaError, UnknownSchema, known_revisions, status, status_of


@click.group("migrate")
def command() -> None:
    """Bring the database's tables to another version of the schema.

    Migrations are numbered 0001, 0002 …, run in a transaction each, and can be taken back.
    """


@command.command("up")
@click.option("--to", default="head", show_default=True, help="The revision to stop at.")
@data_option
def up(to: str, data: Path | None) -> None:
    """Run the migrations that are missing. Twice is harmless."""
    url = database_of(checked_settings(data, "migrate"))
    try:
        upgrade(url, to)
        _tell(url)
    except SchemaError as error:
        raise _failed(error) from None


@command.command("down")
@click.option("--to", default=None, help="The revision to go back to; default: one step.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def down(to: str | None, *, yes: bool, data: Path | None) -> None:
    """Take migrations back. What their tables held is lost: make a backup first."""
    url = database_of(checked_settings(data, "migrate"))
    try:
        current = status(url).current
        if current is None:
            click.echo("no migration has run here: nothing to take back")
            return
        status_of(current)  # a newer one is not ours to take back
        target = to or _before(current)
        if not yes:
            click.confirm(f"Go back from {current} to {target}, losing data?", abort=True)
        downgrade(url, target)
        _tell(url)
    except SchemaError as error:
        raise _failed(error) from None


@command.command("status")
@data_option
def show_status(data: Path | None) -> None:
    """Say which revision the database has. Exit code 1 where migrations are missing."""
    url = database_of(checked_settings(data, "migrate"))
    try:
        pending = _tell(url)
    except SchemaError as error:
        raise _failed(error) from None
    if pending:
        raise SystemExit(1)


@command.command("newest")
def newest() -> None:
    """Say up to which schema this program knows. Asks no database."""
    click.echo(known_revisions()[-1])


@command.command("allow")
@click.argument("revision", metavar="REVISION")
@data_option
def allow_program(revision: str, data: Path | None) -> None:
    """Let a release that knows schemas up to REVISION start beside the newer one of now.

    For a deployment that is taken back: migrations only add what the release before can leave
    alone. The next `migrate up` ends it.
    """
    url = database_of(checked_settings(data, "migrate"))
    try:
        allow(url, revision)
    except SchemaError as error:
        raise _failed(error) from None


def _tell(database_url: str) -> tuple[str, ...]:
    found = status(database_url)
    if found.pending:
        missing = ", ".join(found.pending)
        click.echo(f"schema {found.current or 'empty'}; missing: {missing}")
    elif found.current != found.newest:
        click.echo(f"schema {found.current}; newer than this program, which may go on with it")
    else:
        click.echo(f"schema {found.current}; nothing is missing")
    return found.pending


def _before(revision: str) -> str:
    known = known_revisions()
    place = known.index(revision)
    return known[place - 1] if place else "base"


def _failed(error: SchemaError) -> Failed:
    return Failed(str(error), EXIT_MISUSED if isinstance(error, UnknownSchema) else 1)
