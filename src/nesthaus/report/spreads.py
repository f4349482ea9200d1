"""Exact order statistics of many days, from the amounts that are stored of each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from psycopg.rows import args_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.spreads import Spread, added
from nesthaus.report.counts import stored_in_days
from nesthaus.report.questions import Question

_SQL = load_statements("nesthaus.report", "spreads.sql")

Key = tuple[str, bool]
"""Category, and whether these sessions converted."""


# Some thousand rows of an answer: made by the order of their columns, in a third of the time.
class _Ends(NamedTuple):
    category: str
    converted: bool
    first_bucket: int
    ends: list[int]


class _Amounts(NamedTuple):
    category: str
    converted: bool
    bucket: int
    amounts: list[int]


@dataclass(frozen=True, slots=True)
class Ranks:
    """From 1 to the number of amounts, of several spreads taken as one."""

    keys: Sequence[Key]
    ranks: Sequence[int]


class StoredSpreads:
    """Of one metric (`price`, `decision_time`, `clock_skew`) in a question's sessions."""

    def __init__(
        self, connection: Connection, asked: Mapping[str, object], spreads: Mapping[Key, Spread]
    ) -> None:
        self._connection = connection
        self._asked = asked
        self.spreads = spreads

    async def at_ranks(self, asked: Sequence[Ranks]) -> list[list[int]]:
        """The amounts of these ranks, in their order."""
        wholes = [added(self.spreads[key] for key in each.keys) for each in asked]
        found = await self.in_buckets(
            (key, whole.bucket_of(rank))
            for whole, each in zip(wholes, asked, strict=True)
            for rank in each.ranks
            for key in each.keys
        )
        return [
            [_at(rank, whole, each.keys, found) for rank in each.ranks]
            for whole, each in zip(wholes, asked, strict=True)
        ]

    async def in_buckets(
        self, wanted: Iterable[tuple[Key, int]]
    ) -> Mapping[tuple[Key, int], list[int]]:
        """All amounts in these buckets, in order."""
        pairs = sorted(set(wanted))
        asked = {
            **self._asked,
            "categories": [category for (category, _), _ in pairs],
            "converted": [converted for (_, converted), _ in pairs],
            "buckets": [bucket for _, bucket in pairs],
        }
        async with self._connection.cursor(binary=True, row_factory=args_row(_Amounts)) as cursor:
            await cursor.execute(_SQL["stored_amounts"], asked)
            rows = await cursor.fetchall()
        return {((row.category, row.converted), row.bucket): sorted(row.amounts) for row in rows}


def _at(
    rank: int, whole: Spread, keys: Sequence[Key], found: Mapping[tuple[Key, int], list[int]]
) -> int:
    bucket = whole.bucket_of(rank)
    # What is in order is put in order at once; a spread alone is, of several each is.
    there = sorted(chain.from_iterable(found.get((key, bucket), ()) for key in keys))
    return there[rank - whole.before(bucket) - 1]


async def stored_spreads(
    connection: Connection, question: Question, metric: str
) -> StoredSpreads | None:
    """None where stored figures do not tell of just these sessions, or not of whole days."""
    stored = await stored_in_days(connection, question)
    if stored is None:
        return None
    # Of one breakdown, or of the bots besides the totals: no other pairs of these exist.
    totals = [""] if stored["totals"] else []
    parts = [] if stored["dimension"] is None else [stored["dimension"]]
    values = [] if stored["dimension_value"] is None else [stored["dimension_value"]]
    asked: dict[str, object] = {
        "first": stored["first"],
        "last": stored["last"],
        "dimensions": [*totals, *parts],
        "values": [*totals, *values],
        "metric": metric,
    }
    days: dict[Key, list[Spread]] = defaultdict(list)
    async with connection.cursor(binary=True, row_factory=args_row(_Ends)) as cursor:
        await cursor.execute(_SQL["stored_ends"], asked)
        for row in await cursor.fetchall():
            days[row.category, row.converted].append(Spread(row.first_bucket, row.ends))
    return StoredSpreads(connection, asked, {key: added(each) for key, each in days.items()})
