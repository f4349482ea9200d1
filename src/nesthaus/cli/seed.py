"""`nesthaus seed`"""

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
import psycopg
from click.core import ParameterSource

from nesthaus.catalogue.loader import CatalogueError
from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option, database_of
from nesthaus.db.pool import first_line
from nesthaus.db.schema import SchemaError, UnknownSchema
from nesthaus.processes.parent import watch_parent
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.seed import (
    Seeded,
    Told,
    count_figures,
    count_seeded,
    remove_seeded,
    seed,
    seed_if_empty,
)
from nesthaus.seed.plan import MOST_DAYS, MOST_SESSIONS, Plan
from nesthaus.settings import Settings

Result = TypeVar("Result")
_EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)


@click.command("seed")
@click.option("--sessions", default=2_000, show_default=True, type=click.IntRange(1, MOST_SESSIONS))
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, MOST_DAYS))
@click.option("--seed", "number", default=1, show_default=True, type=int, help="Any number.")
@click.option(
    "--until", metavar="TIME", help="Where the days end, ISO 8601; default: the last full hour."
)
@click.option(
    "--if-empty", is_flag=True, help="Only where nothing was ever tracked; all or nothing."
)
@click.option("--remove", is_flag=True, help="Take all seeded traffic out again.")
@data_option
@click.pass_context
def command(
    context: click.Context,
    sessions: int,
    days: int,
    number: int,
    until: str | None,
    *,
    if_empty: bool,
    remove: bool,
    data: Path | None,
) -> None:
    """Make believable visitors, to try the pages on.

    The same for the same numbers and end; running it again with all of them stores nothing twice.
    The ids of seeded sessions begin with `seed-`; `--remove` takes all of them out.
    """
    if remove:
        _refuse_plan(context)
    settings = checked_settings(data, "seed")
    url = database_of(settings)
    watch_parent()
    if remove:
        _remove(settings, url)
        return
    end = _end(until, settings.timezone, wall_clock())
    _seed(settings, url, Plan(sessions, days, number, end), if_empty=if_empty)


def _refuse_plan(context: click.Context) -> None:
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if parameter.name not in {"data", "remove"} and source is ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"--remove takes all of it out: {parameter.opts[0]} says nothing"
            )


def _end(until: str | None, zone: ZoneInfo, now: datetime) -> datetime:
    if until is None:
        return now.replace(minute=0, second=0, microsecond=0)
    try:
        end = datetime.fromisoformat(until)
    except ValueError:
        raise click.BadParameter(f"{until!r} is no ISO 8601 time", param_hint="--until") from None
    end = (end if end.tzinfo else end.replace(tzinfo=zone)).astimezone(UTC)
    if not _EARLIEST <= end <= now:
        sentence = f"must lie between {_EARLIEST:%Y-%m-%d} and now"
        raise click.BadParameter(sentence, param_hint="--until")
    return end.replace(microsecond=end.microsecond // 1_000 * 1_000)


def _seed(settings: Settings, url: str, plan: Plan, *, if_empty: bool) -> None:
    seeded, began = Seeded(), time.monotonic()
    work = seed_if_empty if if_empty else seed
    with _progress(plan.sessions, "seeding") as told:
        done = _run(lambda: work(settings, url, plan, seeded, told), lambda: _stored(seeded))
    if done is False:
        click.echo("there are sessions already: nothing was seeded", err=True)
        return
    took_s = time.monotonic() - began
    rate = seeded.events / took_s
    click.echo(f"seeded {_stored(seeded)} in {took_s:.1f} s ({rate:,.0f} events/s)", err=True)
    if if_empty:
        _run(lambda: count_figures(settings, url), lambda: _stored(seeded))


def _stored(seeded: Seeded) -> str:
    return f"{seeded.sessions:,} sessions with {seeded.events:,} events"


def _remove(settings: Settings, url: str) -> None:
    erased = 0

    def note(count: int) -> None:
        nonlocal erased
        erased += count
        told(count)

    expected = _run(lambda: count_seeded(url), lambda: "nothing removed")
    with _progress(expected, "removing") as told:
        _run(lambda: remove_seeded(settings, url, note), lambda: f"{erased:,} sessions are removed")
    click.echo(f"removed {erased:,} seeded sessions", err=True)


@contextmanager
def _progress(length: int, label: str) -> Generator[Told]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar.update


def _run(work: Callable[[], Coroutine[Any, Any, Result]], so_far: Callable[[], str]) -> Result:
    try:
        return asyncio.run(work())
    except KeyboardInterrupt:
        raise Failed(f"stopped: {so_far()}") from None
    except CatalogueError as error:
        raise Failed(str(error), EXIT_MISUSED) from None
    except SchemaError as error:
        raise Failed(str(error), EXIT_MISUSED if isinstance(error, UnknownSchema) else 1) from None
    except psycopg.Error as error:
        raise Failed(f"the database did not do it: {first_line(error)} ({so_far()})") from None
