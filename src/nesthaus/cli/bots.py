"""`nesthaus bots`"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
import psycopg

from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.cli.options import checked_settings, data_option, database_of
from nesthaus.db.pool import first_line
from nesthaus.db.schema import SchemaError, UnknownSchema
from nesthaus.domain.periods import start_of_day
from nesthaus.persist.judging import Judged, Judging, Span, Told, count_sessions
from nesthaus.processes.parent import watch_parent
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.runtime import command_pool

Result = TypeVar("Result")


def _day(_context: click.Context, parameter: click.Parameter, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise click.BadParameter(f"{text!r} is no day like 2026-06-15", param=parameter) from None


@click.group("bots")
def command() -> None:
    """Judge who is a bot."""


@command.command("judge")
@click.option("--since", metavar="DATE", callback=_day, help="First day; default: of all.")
@click.option("--until", metavar="DATE", callback=_day, help="Day after the last.")
@data_option
def judge_again(since: date | None, until: date | None, data: Path | None) -> None:
    """Judge all sessions again, as after an update that brought a newer list of crawlers.

    Works in both directions: what the list names no more is a person again. Everything else may go
    on running; what is broken off can be begun again. The figures follow with the next
    aggregation. Sessions of months whose rows are archived stay as they are.
    """
    if since and until and until <= since:
        raise click.BadParameter("must be later than --since", param_hint="--until")
    settings = checked_settings(data, "bots")
    url, zone = database_of(settings), settings.timezone
    watch_parent()
    judged, span = Judged(), _span(since, until, zone)
    length = _run(lambda: _count(url, span), judged)
    with _progress(length) as told:
        _run(lambda: _judge(url, span, zone, judged, told), judged)
    click.echo(_words(judged), err=True)
    if judged.closed:
        months = ", ".join(f"{month:%Y-%m}" for month in sorted(judged.closed_months))
        click.echo(
            f"{judged.closed:,} sessions left as they are, because their rows are archived: "
            f"{months}",
            err=True,
        )


def _span(since: date | None, until: date | None, zone: ZoneInfo) -> Span:
    everything = Span()
    return Span(
        everything.since if since is None else start_of_day(since, zone),
        everything.until if until is None else start_of_day(until, zone),
    )


def _words(judged: Judged) -> str:
    return (
        f"{judged.looked_at:,} sessions judged: {judged.became_bots:,} became bots, "
        f"{judged.became_persons:,} persons, {judged.renamed:,} bots for another reason"
    )


@contextmanager
def _progress(length: int) -> Generator[Told]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, label="judging", file=sys.stderr) as bar:
        yield bar.update


async def _count(url: str, span: Span) -> int:
    async with command_pool(url, "bots", 1) as pool, pool.connection() as connection:
        return await count_sessions(connection, span)


async def _judge(url: str, span: Span, zone: ZoneInfo, judged: Judged, told: Told) -> None:
    async with command_pool(url, "bots", 1) as pool:
        await Judging(pool, span, zone, wall_clock, judged).run(told)


def _run(work: Callable[[], Coroutine[Any, Any, Result]], judged: Judged) -> Result:
    try:
        return asyncio.run(work())
    except KeyboardInterrupt:
        raise Failed(f"stopped, run it again: {_words(judged)}") from None
    except SchemaError as error:
        raise Failed(str(error), EXIT_MISUSED if isinstance(error, UnknownSchema) else 1) from None
    except psycopg.Error as error:
        raise Failed(
            f"the database did not do it: {first_line(error)} ({_words(judged)})"
        ) from None
