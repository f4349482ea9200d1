"""Which options of two categories the final configurations of a day have side by side."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import set_json_loads

from nesthaus.aggregate.sources import KeptSources
from nesthaus.aggregate.spans import Days
from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.pairs import categories_key
from nesthaus.domain.pricing import Catalogue
from nesthaus.figures import list_starts, only_options

_SQL = load_statements("nesthaus.aggregate", "pairs.sql")

Part = tuple[str, str]
"""A dimension and its value; both '' for the totals."""

Pair = tuple[str, str, str, str]
"""A category and its option, and a later category, by code point, with its own."""

Counts = tuple[int, int]
"""Sessions, and those of them that converted."""


MOST_PAIRS = 20_000
"""Of a day and part. A list of 15 categories with 5 options each has 2,625; a page may send any
names, 1,225 pairs of them with each configuration."""
MOST_HELD = 500_000
"""Of a day, over all kinds of visitors: some 200 of them, by device, source and bot."""


@dataclass(frozen=True, slots=True)
class Configured:
    """Visitors of one kind that ended with the same `options` (category to option)."""

    bot: bool
    device: str
    source: str
    options: Mapping[str, str]
    sessions: int
    converted: int

    @property
    def parts(self) -> tuple[Part, ...]:
        if self.bot:
            return (("bot", "true"),)
        return ("", ""), ("device_type", self.device), ("utm_source", self.source)


async def count(
    connection: Connection, days: Days, kept: KeptSources, catalogue: Catalogue
) -> dict[date, int]:
    """How many stored rows became others, by day; only days where any did."""
    await connection.execute(_SQL["make_pair_differences"])
    lists = {"only_options": only_options(catalogue), "list_starts": list_starts(catalogue)}
    changed: dict[date, int] = {}
    for day, since, until in zip(days.dates, days.since, days.until, strict=True):
        span: dict[str, object] = {"date": day, "since": since, "until": until}
        # In Python: 66 pairs of each session took SQL 20 times as long.
        tally = Tally()
        async with connection.cursor(row_factory=class_row(Configured)) as cursor:
            set_json_loads(msgspec.json.decode, cursor)
            # One by one: a page may send any names, and all of a day would not fit in memory.
            asked = span | kept.columns() | lists
            async for row in cursor.stream(_SQL["configured"], asked):
                tally.add(row)
        counted = tally.by_part()
        if differing := await _write(connection, day, counted):
            changed[day] = differing
    return changed


@dataclass(slots=True)
class _Counted:
    """Sessions by pair, and those of them that converted. Categories with an option are numbered:
    two numbers are looked up in half the time of four texts."""

    numbers: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    sessions: Counter[tuple[int, int]] = field(default_factory=Counter[tuple[int, int]])
    converted: Counter[tuple[int, int]] = field(default_factory=Counter[tuple[int, int]])

    def add(self, row: Configured) -> None:
        if len(row.options) < 2:
            return
        numbers = self.numbers
        chosen = [numbers.setdefault(each, len(numbers)) for each in sorted(row.options.items())]
        _add(self.sessions, chosen, row.sessions)
        _add(self.converted, chosen, row.converted)

    def pairs(self) -> Iterator[tuple[Pair, Counts]]:
        choices = list(self.numbers)
        for pair, sessions in self.sessions.items():
            (a, of_a), (b, of_b) = choices[pair[0]], choices[pair[1]]
            yield (a, of_a, b, of_b), (sessions, self.converted[pair])


class Tally:
    """The pairs of a day. Of a part with more than MOST_PAIRS nothing is kept: reports count such a
    day from its sessions."""

    def __init__(self) -> None:
        self._by_kind: dict[tuple[Part, ...], _Counted] = defaultdict(_Counted)
        self._too_many: set[tuple[Part, ...]] = set()
        self._held = 0

    def add(self, row: Configured) -> None:
        if row.parts in self._too_many:
            return
        counted = self._by_kind[row.parts]
        self._held -= len(counted.sessions)
        counted.add(row)
        held = len(counted.sessions)
        if held > MOST_PAIRS or self._held + held > MOST_HELD:
            self._too_many.add(row.parts)
            del self._by_kind[row.parts]
            held = 0
        self._held += held

    def by_part(self) -> dict[Part, Mapping[Pair, Counts] | None]:
        """None: too many."""
        by_part: dict[Part, dict[Pair, Counts]] = defaultdict(dict)
        for parts, counted in self._by_kind.items():
            for pair, (sessions, converted) in counted.pairs():
                for part in parts:
                    before = by_part[part].get(pair, (0, 0))
                    by_part[part][pair] = before[0] + sessions, before[1] + converted
        too_many = {part for parts in self._too_many for part in parts}
        too_many |= {part for part, counts in by_part.items() if len(counts) > MOST_PAIRS}
        return {**by_part, **dict.fromkeys(too_many)}


def _add(counter: Counter[tuple[int, int]], chosen: Sequence[int], times: int) -> None:
    pairs = combinations(chosen, 2)
    if times == 1:  # as most are
        counter.update(pairs)
    elif times:
        for pair in pairs:
            counter[pair] += times


async def _write(
    connection: Connection, day: date, counted: Mapping[Part, Mapping[Pair, Counts] | None]
) -> int:
    asked = {
        "date": day,
        "dimension": [dimension for dimension, _ in counted],
        "dimension_value": [value for _, value in counted],
        "pairs": [_stored_form(pairs) for pairs in counted.values()],
    }
    found = await connection.execute(_SQL["find_differences"], asked)
    if found.rowcount:
        await connection.execute(_SQL["delete_vanished"])
        await connection.execute(_SQL["write"])
        await connection.execute(_SQL["forget_differences"])
    return found.rowcount


def _stored_form(pairs: Mapping[Pair, Counts] | None) -> str:
    """JSON, as the table says; always the same for the same counts."""
    if pairs is None:
        return "null"
    by_categories: dict[str, list[tuple[str, str, int, int]]] = defaultdict(list)
    for (a, of_a, b, of_b), counts in sorted(pairs.items()):
        by_categories[categories_key(a, b)].append((of_a, of_b, *counts))
    return msgspec.json.encode(by_categories).decode()
