"""Which UTM sources have rows of their own on a day: the most frequent; the rest is `other`."""

from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from psycopg.rows import scalar_row

from nesthaus.aggregate.spans import Days
from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements

_SQL = load_statements("nesthaus.aggregate", "sources.sql")
MOST = 50


@dataclass(frozen=True, slots=True)
class KeptSources:
    """`pairs` are days and sources with rows of their own.

    `hours_of_moved`: where sessions of sources began that come out of the others or fall among
    them. The figures of these hours change though nothing happened in them.
    """

    pairs: list[tuple[date, str]]
    hours_of_moved: frozenset[datetime]

    def columns(self) -> dict[str, object]:
        """For `unnest`."""
        return {
            "kept_date": [day for day, _ in self.pairs],
            "kept_source": [source for _, source in self.pairs],
        }


async def keep_sources(connection: Connection, days: Days, zone: ZoneInfo) -> KeptSources:
    parameters = days.columns() | {"most": MOST}
    cursor = await connection.execute(_SQL["frequent_sources"], parameters)
    kept = await cursor.fetchall()
    moved = await _moved(connection, days, set(kept))
    if not moved:
        return KeptSources(kept, frozenset())
    bounds = dict(zip(days.dates, zip(days.since, days.until, strict=True), strict=True))
    parameters = {
        "zone": zone.key,
        "source": [source for _, source in moved],
        "since": [bounds[day][0] for day, _ in moved],
        "until": [bounds[day][1] for day, _ in moved],
    }
    async with connection.cursor(row_factory=scalar_row) as scalars:
        await scalars.execute(_SQL["hours_of_sources"], parameters)
        return KeptSources(kept, frozenset(await scalars.fetchall()))


async def _moved(
    connection: Connection, days: Days, kept: AbstractSet[tuple[date, str]]
) -> list[tuple[date, str]]:
    """Only where there are others at all: else a source that is new is new with all it has."""
    async with connection.cursor(row_factory=scalar_row) as scalars:
        await scalars.execute(_SQL["days_with_others"], {"date": days.dates})
        with_others = set(await scalars.fetchall())
    per_day: dict[date, int] = defaultdict(int)
    for day, _ in kept:
        per_day[day] += 1
    crowded = with_others | {day for day, count in per_day.items() if count == MOST}
    if not crowded:
        return []
    cursor = await connection.execute(_SQL["stored_sources"], {"date": sorted(crowded)})
    stored = set(await cursor.fetchall())
    return sorted(stored ^ {pair for pair in kept if pair[0] in crowded})
