"""Counts what is marked: the periodic work of this stage."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import psycopg

from nesthaus.aggregate.recount import marked_hours, recount_marked
from nesthaus.aggregate.spans import first_of
from nesthaus.aggregate.state import check_zone, found_state, set_counted_at
from nesthaus.aggregate.turns import counting
from nesthaus.db.pool import Connection, Pool
from nesthaus.domain.pricing import Catalogue

Announce = Callable[[], Awaitable[None]]
"""Called after each commit that changed stored figures."""

FEWEST, MOST = 24, 1_536
"""Hours in one transaction. The first ones tell how many fit into one that is not too long."""

_SHORT_S, _LONG_S = 1.0, 5.0


class Uncountable(Exception):
    """Hours whose figures the database refuses to store, and why; they stay marked."""


@dataclass(slots=True)
class Counted:
    """`changed` rows of stored figures."""

    hours: int = 0
    changed: int = 0

    def __str__(self) -> str:
        return f"{self.hours:,} hours counted, {self.changed:,} figures changed"


async def count_marked(
    pool: Pool,
    catalogue: Catalogue,
    clock: Callable[[], datetime],
    announce: Announce,
    size: int = FEWEST,
) -> Counted:
    """Counts every hour that is marked now, the latest first; `size` hours at once to begin with.

    Raises OtherZone, Busy where others count all the time, and Uncountable once all other hours
    are counted.
    """
    seen_at = clock()
    marks = await counting(pool, lambda connection: _begin(connection, catalogue))
    counted = Counted()
    uncountable: list[str] = []
    while marks:
        chunk = first_of(marks, size)
        began = time.monotonic()
        try:
            done = await counting(
                pool, lambda connection, hours=chunk: recount_marked(connection, hours, catalogue)
            )
        except psycopg.Error as error:
            if not _lies_in_rows(error):
                raise
            if len(chunk) == 1:
                # Without the rows that the database shows with it: they are about people.
                uncountable.append(f"{chunk[0].isoformat()}: {error.diag.message_primary}")
                marks = marks[1:]
            size = max(len(chunk) // 2, 1)
            continue
        counted.hours += done.hours
        counted.changed += done.changed
        if done.changed:
            await announce()
        size = next_size(size, time.monotonic() - began)
        marks = marks[len(chunk) :]
    await counting(pool, lambda connection: set_counted_at(connection, seen_at))
    if uncountable:
        raise Uncountable("; ".join(uncountable))
    return counted


def _lies_in_rows(error: psycopg.Error) -> bool:
    """Data, integrity or a limit of the database: it will fail again, and other hours will not."""
    return (error.sqlstate or "")[:2] in {"22", "23", "54"}


def next_size(size: int, took_s: float) -> int:
    """How many hours or days to count next, so that a transaction takes some seconds at most."""
    if took_s < _SHORT_S:
        return min(size * 2, MOST)
    return max(size // 2, 1) if took_s > _LONG_S else size


async def _begin(connection: Connection, catalogue: Catalogue) -> list[datetime]:
    """Also where nothing is marked, it is known from now on in which zone figures are counted."""
    await check_zone(connection, catalogue.zone)
    await found_state(connection, catalogue.zone)
    return await marked_hours(connection)
