"""Exact order statistics of many days, from the amounts that are stored of each."""

import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from psycopg.rows import args_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.spreads import Spread, added, nth_of
from nesthaus.report.counts import stored_in_days, weeks_and_days
from nesthaus.report.questions import Question

_SQL = load_statements("nesthaus.report", "spreads.sql")

Key = tuple[str, bool]
"""Category, and whether these sessions converted."""
Runs = Sequence[Sequence[int]]
"""Of a day or a week each, in order."""


# Some thousand rows of an answer: made by the order of their columns, in a third of the time.
class _Ends(NamedTuple):
    category: str
    converted: bool
    first_bucket: int
    ends: list[int]


class _Run(NamedTuple):
    """Of a day; of a week `packed`, in eight bytes each."""

    category: str
    converted: bool
    bucket: int
    amounts: list[int] | None
    packed: bytes | None


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

    async def in_buckets(self, wanted: Iterable[tuple[Key, int]]) -> Mapping[tuple[Key, int], Runs]:
        """All amounts in these buckets."""
        pairs = sorted(set(wanted))
        asked = {
            **self._asked,
            "categories": [category for (category, _), _ in pairs],
            "converted": [converted for (_, converted), _ in pairs],
            "buckets": [bucket for _, bucket in pairs],
        }
        runs: dict[tuple[Key, int], list[Sequence[int]]] = defaultdict(list)
        async with self._connection.cursor(binary=True, row_factory=args_row(_Run)) as cursor:
            await cursor.execute(_SQL["stored_amounts"], asked)
            for row in await cursor.fetchall():
                run = row.amounts if row.packed is None else _unpacked(row.packed)
                runs[(row.category, row.converted), row.bucket].append(run or ())
        return runs


def _unpacked(packed: bytes) -> Sequence[int]:
    numbers = array("q", packed)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _at(
    rank: int, whole: Spread, keys: Sequence[Key], found: Mapping[tuple[Key, int], Runs]
) -> int:
    bucket = whole.bucket_of(rank)
    runs = chain.from_iterable(found.get((key, bucket), ()) for key in keys)
    return nth_of(tuple(runs), rank - whole.before(bucket))


async def stored_spreads(
    connection: Connection, question: Question, metric: str
) -> StoredSpreads | None:
    """None where stored figures do not tell of just these sessions, or not of whole days."""
    stored = await stored_in_days(connection, question)
    if stored is None:
        return None
    asked = {**stored, **await weeks_and_days(connection, question), "metric": metric}
    parts: dict[Key, list[Spread]] = defaultdict(list)
    async with connection.cursor(binary=True, row_factory=args_row(_Ends)) as cursor:
        await cursor.execute(_SQL["stored_ends"], asked)
        for row in await cursor.fetchall():
            parts[row.category, row.converted].append(Spread(row.first_bucket, row.ends))
    return StoredSpreads(connection, asked, {key: added(each) for key, each in parts.items()})
