"""`nesthaus dead-letters`"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import click
import psycopg

from nesthaus.access.audit import COMMAND_LINE
from nesthaus.cli import Failed
from nesthaus.cli.options import checked_settings, data_option, database_of, redis_of
from nesthaus.db.pool import Pool, first_line, open_pool
from nesthaus.persist.dead_letters import (
    DeadLetter,
    Leave,
    drop,
    find,
    latest,
    noting,
    readable,
    replay,
)
from nesthaus.settings import Settings
from nesthaus.stream.connection import StreamAway, StreamFull, connect
from nesthaus.stream.event_stream import EventStream

Result = TypeVar("Result")
_WAIT_S = 10.0
_MOST_LISTED = 1_000


@click.group("dead-letters")
def command() -> None:
    """See what could not be stored and why; send it through the stream again, or drop it."""


@command.command("list")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, _MOST_LISTED))
@data_option
def show_list(limit: int, data: Path | None) -> None:
    """List dead letters, the latest first: id, time, session, reason."""

    async def use(pool: Pool) -> list[DeadLetter]:
        async with pool.connection() as connection:
            return await latest(connection, limit)

    for letter in _with_pool(checked_settings(data, "dead-letters"), use):
        session = letter.session_id or "-"
        click.echo(
            f"{letter.id}  {letter.created_at:%Y-%m-%d %H:%M:%S}  {session}  "
            f"{letter.reason}: {letter.detail}"
        )


@command.command("show")
@click.argument("letter_id", metavar="ID", type=click.UUID)
@data_option
def show(letter_id: UUID, data: Path | None) -> None:
    """Print one dead letter: the reason on standard error, its content as JSON."""

    async def use(pool: Pool) -> DeadLetter | None:
        async with pool.connection() as connection:
            return await find(connection, letter_id)

    letter = _with_pool(checked_settings(data, "dead-letters"), use)
    if letter is None:
        raise Failed(f"there is no dead letter {letter_id}")
    click.echo(f"{letter.reason}: {letter.detail}", err=True)
    click.echo(readable(letter.payload))


@command.command("replay")
@click.argument("letter_ids", metavar="[ID]...", nargs=-1, type=click.UUID)
@data_option
def replay_letters(letter_ids: Sequence[UUID], data: Path | None) -> None:
    """Put dead letters (all, where no ID is given) into the stream again.

    Twice is harmless. What still cannot be stored comes back as a new dead letter.
    """
    settings = checked_settings(data, "dead-letters")
    redis_url = redis_of(settings)

    async def use(pool: Pool) -> list[UUID]:
        redis = connect(redis_url, settings.redis_retries)
        stream = EventStream(redis, settings.stream_shards, settings.stream_max_entries)
        try:
            return await replay(pool, letter_ids or None, stream.append, _noting("replay"))
        finally:
            await stream.close()
            await redis.aclose()

    try:
        replayed = _with_pool(settings, use)
    except (StreamAway, StreamFull) as error:
        raise Failed(f"the stream took nothing more: {error}") from None
    _tell("replayed", replayed, letter_ids)


@command.command("drop")
@click.argument("letter_ids", metavar="ID...", nargs=-1, required=True, type=click.UUID)
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def drop_letters(letter_ids: Sequence[UUID], *, yes: bool, data: Path | None) -> None:
    """Throw dead letters away for good."""
    settings = checked_settings(data, "dead-letters")
    if not yes:
        click.confirm(f"Throw {len(letter_ids)} dead letters away for good?", abort=True)

    async def use(pool: Pool) -> list[UUID]:
        async with pool.connection() as connection:
            return await drop(connection, letter_ids, _noting("drop"))

    _tell("dropped", _with_pool(settings, use), letter_ids)


def _noting(verb: str) -> Leave:
    return noting(COMMAND_LINE, f"{verb} dead letter", datetime.now(UTC))


def _tell(done: str, found: Sequence[UUID], wanted: Sequence[UUID]) -> None:
    click.echo(f"{len(found)} {done}", err=True)
    missing = [str(each) for each in wanted if each not in found]
    if missing:
        raise Failed(f"there is no dead letter {', '.join(missing)}")


def _with_pool(settings: Settings, use: Callable[[Pool], Awaitable[Result]]) -> Result:
    url = database_of(settings)

    async def run() -> Result:
        pool = await open_pool(url, 2, _WAIT_S, application_name="nesthaus dead-letters")
        try:
            return await use(pool)
        finally:
            await pool.close(1)

    try:
        return asyncio.run(run())
    except psycopg.Error as error:
        raise Failed(f"the database did not do it: {first_line(error)}") from None
