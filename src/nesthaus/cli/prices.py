"""`nesthaus prices`"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import click
import psycopg

from nesthaus.catalogue.differences import Difference, Shown
from nesthaus.catalogue.forms import Flaw
from nesthaus.catalogue.loader import CatalogueError
from nesthaus.catalogue.sheet_files import UnreadableSheet
from nesthaus.catalogue.sheet_prices import NoSheet
from nesthaus.catalogue.sheet_writing import write_sheet
from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option, database_of
from nesthaus.db.pool import Pool, first_line
from nesthaus.db.schema import SchemaError
from nesthaus.roles import prices as role
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.prices import BadSheet, Effect, Known, UnknownList
from nesthaus.roles.runtime import command_pool
from nesthaus.upkeep.price_lists import CannotPublish

Result = TypeVar("Result")
MOST_FLAWS = 50


@click.group("prices")
def command() -> None:
    """Import price lists from sheets, compare and publish them.

    `sheet` writes a price list as CSV or XLSX; `import` reads one and keeps it as a draft; `diff`
    shows what it changes; `publish` says from which day on it is in force.
    """


@command.command("sheet")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--version", help="Of the list to write; default: the newest.")
@data_option
def sheet(file: Path, version: str | None, data: Path | None) -> None:
    """Write a price list as FILE, XLSX or CSV by its name, to be changed and imported."""

    async def write(_pool: Pool, known: Known) -> None:
        loaded = known.of(version or known.catalogue.lists[-1].version)
        write_sheet(loaded, file)
        click.echo(f"{loaded.form.version} is in {file}", err=True)

    try:
        _with_lists(data, write)
    except OSError as error:
        raise Failed(f"{file}: {error.strerror}") from None


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--version", required=True, help="A name of its own, such as 2027-01.")
@click.option("--base", help="The list whose categories and rules it has; default: the newest.")
@click.option("--worksheet", help="Of an XLSX file with several.")
@data_option
def import_file(
    file: Path, version: str, base: str | None, worksheet: str | None, data: Path | None
) -> None:
    """Read FILE, CSV or XLSX, and keep it as a draft if nothing in it is wrong.

    A draft may be imported again under the same name until it is published.
    """

    async def read(pool: Pool, known: Known) -> None:
        imported = await role.import_sheet(
            pool, known, file, version, base=base, worksheet=worksheet
        )
        for heading in imported.unread:
            click.echo(f"not read: column {heading}", err=True)
        click.echo(f"{version} is kept as a draft; beside {imported.base}:")
        _show_summary(imported.differences)
        click.echo(f"see them with `nesthaus prices diff {version}`")

    try:
        _with_lists(data, read)
    except BadSheet as error:
        for flaw in error.flaws[:MOST_FLAWS]:
            click.echo(f"{file.name}: {flaw}", err=True)
        more = len(error.flaws) - MOST_FLAWS
        rest = f" ({more} more are not shown)" if more > 0 else ""
        raise Failed(f"nothing is imported: {len(error.flaws)} flaws{rest}") from None
    except (NoSheet, UnreadableSheet) as error:
        raise Failed(f"{file.name}: {error}") from None


@command.command("diff")
@click.argument("version")
@click.option("--against", help="Another version; default: the one it takes the place of.")
@data_option
def diff(version: str, against: str | None, data: Path | None) -> None:
    """Show what VERSION changes, and its effect on the ten most popular configurations."""

    async def compare(pool: Pool, known: Known) -> None:
        after = known.of(version)
        before = known.of(against) if against else known.before(version)
        found = role.differences(before, after)
        click.echo(f"{version} beside {before.form.version}:")
        for each in found:
            click.echo(f"  {_sentence(each)}")
        _show_summary(found)
        effects = await role.effects(pool, known, before.price_list, after.price_list)
        _show_effects(effects)

    _with_lists(data, compare)


@command.command("publish")
@click.argument("version")
@click.option("--from", "day", required=True, metavar="DATE", help="Its first day.")
@data_option
def publish(version: str, day: str, data: Path | None) -> None:
    """Let VERSION be in force from 00:00 of a day in NESTHAUS_TIMEZONE, at least 10 minutes ahead.

    What is published never changes; another list for the same day, published before that day
    begins, takes its place.
    """
    first = _day(day)

    async def put(pool: Pool, known: Known) -> None:
        replaced = await role.publish(pool, known, version, first)
        instead = f", instead of {replaced.version}" if replaced else ""
        click.echo(f"{version} is in force from {first}{instead}")

    _with_lists(data, put)


@command.command("list")
@data_option
def show_list(data: Path | None) -> None:
    """List price lists: version, first day, state, where it came from."""

    async def show(_pool: Pool, known: Known) -> None:
        for line in _lines(known, wall_clock()):
            click.echo(line)

    _with_lists(data, show)


def _lines(known: Known, now: datetime) -> list[str]:
    """Those of the files and the published ones by day, then drafts."""
    in_force = known.catalogue.in_force_at(now).version
    effective = {each.version: each for each in known.catalogue.lists}
    drafts = [version for version in known.loaded if known.is_draft(version)]
    others = [version for version in known.loaded if version not in drafts]
    others.sort(key=lambda version: known.loaded[version].price_list.in_force_from)
    lines: list[str] = []
    for version in [*others, *drafts]:
        day = known.loaded[version].price_list.in_force_from
        if version in drafts:
            state = "draft"
        elif version not in effective:
            state = "replaced"
        elif version == in_force:
            state = "in force"
        else:
            begins = known.catalogue.starts[known.catalogue.lists.index(effective[version])]
            state = "to come" if begins > now else "past"
        stored = known.stored.get(version)
        source = f"from {stored.source}" if stored else "TOML"
        shown = "" if version in drafts else day.isoformat()
        lines.append(f"{version:<16}  {shown:<10}  {state:<8}  {source}")
    return lines


def _show_summary(found: Sequence[Difference]) -> None:
    large = sum(each.is_large for each in found)
    again = f", {large} of them by more than half: look at these again" if large else ""
    prices = "no price is" if not found else f"{len(found)} prices are"
    click.echo(f"{prices} different{again}")


def _sentence(each: Difference) -> str:
    change = ""
    if isinstance(each.before, int) and isinstance(each.after, int):
        change = f" ({each.after - each.before:+,})"
    sign = "  !" if each.is_large else ""
    where = f"{each.where}, {each.base_option}"
    return f"{where}: {_amount(each.before)} → {_amount(each.after)}{change}{sign}"


def _amount(shown: Shown) -> str:
    return f"{shown:,}" if isinstance(shown, int) else shown


def _show_effects(effects: Sequence[Effect]) -> None:
    if not effects:
        click.echo("no configuration was saved in the last 90 days")
        return
    click.echo("the most popular configurations of the last 90 days (sessions, before, after):")
    for each in effects:
        before, after = each.before, each.after
        if isinstance(before, int) and isinstance(after, int):
            prices = f"{before:,} → {after:,} ({after - before:+,})"
        else:
            prices = f"{_amount(before)} → {_amount(after)}"
        click.echo(f"  {each.sessions:>6,}  {prices}  {each.words}")


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no day like 2027-01-01", param_hint="--from"
        ) from None


def _with_lists(data: Path | None, use: Callable[[Pool, Known], Awaitable[Result]]) -> Result:
    settings = checked_settings(data, "prices")
    url = database_of(settings)

    async def run() -> Result:
        async with command_pool(url, "prices") as pool:
            return await use(pool, await role.known_lists(pool, settings))

    try:
        return asyncio.run(run())
    except (CannotPublish, UnknownList, Flaw) as error:
        raise Failed(str(error)) from None
    except (CatalogueError, SchemaError) as error:
        raise Failed(str(error), EXIT_MISUSED) from None
    except psycopg.Error as error:
        raise Failed(f"the database did not do it: {first_line(error)}") from None
