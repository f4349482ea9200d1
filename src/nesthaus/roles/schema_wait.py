"""The wait of a role for a database with its schema."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo

import psycopg

from nesthaus.aggregate.state import check_zone
from nesthaus.db.pool import Pool, first_line
from nesthaus.db.schema import schema_is_current

SCHEMA_RETRY_S = 1.0
# A database that has not answered by then is told of as away, and asked again.
AWAY_AFTER_S = 5.0

log = logging.getLogger(__name__)


def _warn(reason: str) -> None:
    log.warning("waiting for PostgreSQL: %s", reason)


async def await_schema(
    pool: Pool,
    stop: asyncio.Event,
    zone: ZoneInfo | None = None,
    tell: Callable[[str], None] = _warn,
) -> None:
    """Returns when the database answers and its schema is ours; UnknownSchema where it never is.

    With `zone` raises OtherZone where stored figures are counted in another one. `tell` hears once
    what is waited for.
    """
    told = False
    while not stop.is_set():
        try:
            async with pool.connection(AWAY_AFTER_S) as connection:
                if await schema_is_current(connection):
                    if zone is not None:
                        await check_zone(connection, zone)
                    return
            reason = "its schema is older than this program: run `nesthaus migrate up`"
        except psycopg.Error as error:  # a missing right too: an administrator will see to it
            reason = first_line(error)
        if not told:
            tell(reason)
            told = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SCHEMA_RETRY_S):
                await stop.wait()
