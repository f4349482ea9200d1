"""`nesthaus rebuild`"""

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import psycopg

from nesthaus.aggregate.rebuild import RebuildPlan, Told
from nesthaus.aggregate.state import OtherZone
from nesthaus.aggregate.turns import Busy
from nesthaus.catalogue.loader import CatalogueError
from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option
from nesthaus.cli.own_servers import servers_running
from nesthaus.db.pool import first_line
from nesthaus.db.schema import SchemaError, UnknownSchema
from nesthaus.processes.parent import watch_parent
from nesthaus.roles import rebuild as role
from nesthaus.roles.servers import Servers
from nesthaus.settings import Settings

Result = TypeVar("Result")


def _day(_context: click.Context, parameter: click.Parameter, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day like 2026-06-15", param=parameter) from None


@click.command("rebuild")
@click.option(
    "--since", metavar="DATE", callback=_day, help="First day; default: the first of all."
)
@click.option(
    "--until", metavar="DATE", callback=_day, help="Day after the last; default: after it."
)
@data_option
def command(since: date | None, until: date | None, data: Path | None) -> None:
    """Count stored figures again from what was tracked.

    Days are those of NESTHAUS_TIMEZONE. Everything else may go on running; what is broken off can
    be begun again. Without --since and --until all figures are counted again, which is what a new
    NESTHAUS_TIMEZONE needs. Months whose rows are archived stay as they are.
    """
    if since and until and until <= since:
        raise click.BadParameter("must be later than --since", param_hint="--until")
    settings = checked_settings(data, "rebuild")
    watch_parent()
    # `up` refuses to start where the time zone has changed; it must be possible to rebuild then.
    with servers_running(settings) as servers:
        plan = _run(lambda: role.plan(settings, servers, role.Days(since, until)), lambda: 0)
        _rebuild(settings, servers, plan)


def _rebuild(settings: Settings, servers: Servers, plan: RebuildPlan) -> None:
    if plan.closed:
        months = ", ".join(sorted({f"{day:%Y-%m}" for day in plan.closed}))
        click.echo(f"left as they are, because their rows are archived: {months}", err=True)
    done, began = 0, time.monotonic()

    def note(days: int) -> None:
        nonlocal done
        done += days
        told(days)

    with _progress(len(plan.dates)) as told:
        counted = _run(lambda: role.carry_out(settings, servers, plan, note), lambda: done)
    took_s = time.monotonic() - began
    click.echo(f"{len(plan.dates):,} days in {took_s:.1f} s: {counted}", err=True)


@contextmanager
def _progress(length: int) -> Generator[Told]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, label="counting", file=sys.stderr) as bar:
        yield bar.update


def _run(work: Callable[[], Coroutine[Any, Any, Result]], days_done: Callable[[], int]) -> Result:
    try:
        return asyncio.run(work())
    except KeyboardInterrupt:
        raise Failed(f"stopped after {days_done():,} days: run it again") from None
    except (CatalogueError, OtherZone) as error:
        raise Failed(str(error), EXIT_MISUSED) from None
    except SchemaError as error:
        raise Failed(str(error), EXIT_MISUSED if isinstance(error, UnknownSchema) else 1) from None
    except Busy as error:
        raise Failed(f"{error}: run it again") from None
    except psycopg.Error as error:
        raise Failed(f"the database did not do it: {first_line(error)}") from None
