"""Visits from 15 June to 10 September 2026, looked at on 23 September: June and July are over by
more than 30 days."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pyarrow.parquet as pq
import pytest
from psycopg.sql import SQL, Identifier

from nesthaus.aggregate.marked import count_marked
from nesthaus.archive.manifests import Manifest, month_of, read_manifest
from nesthaus.archive.sessions import Archive
from nesthaus.archive.tables import EVENTS, SESSIONS, Table
from nesthaus.db.pool import Pool
from nesthaus.domain.events import Delivery
from nesthaus.persist.store import store
from nesthaus.roles.archive import Index
from nesthaus.upkeep.archive.archiving import Archived, Archiving
from nesthaus.upkeep.archive.clearing import Clearing
from nesthaus.upkeep.archive.months import MonthWriter
from nesthaus.upkeep.partitions import ensure_partitions
from tests.persist.conftest import RULES
from tests.persist.traffic import abandoned, at, call, clicked, converted, opened, saved
from tests.prices import CATALOGUE

DAY = 86_400
NOW = at(100 * DAY)
DAYS = 30
Keys = Counter[tuple[str, ...]]


async def nobody() -> None:
    """Is told that figures have changed."""


async def heard_by_nobody(_step: str) -> None: ...


def visits(days: Sequence[int] = range(0, 90, 3)) -> list[Delivery]:
    """Each a session `v0`, `v3` … with rows in every table, every other one converted."""
    found: list[Delivery] = []
    for day in days:
        start = day * DAY
        end = converted if day % 2 else abandoned
        found += [
            call(f"v{day}", opened(start, device_type="mobile", utm_source="ä"), user_agent="Ü 1"),
            call(f"v{day}", clicked(start + 5), clicked(start + 6, 2)),
            call(f"v{day}", clicked(start + 5), received_at=at(start + 70)),
            call(f"v{day}", saved(start + 8)),
            call(f"v{day}", end(start + 9)),
        ]
    return found


@dataclass(slots=True)
class Kept:
    """What was tracked, in the tables and in the archive."""

    db: Pool
    archive: Archive

    async def track(self, *deliveries: Delivery) -> None:
        async with self.db.connection() as connection:
            await store(connection, deliveries, NOW, RULES)

    async def count(self) -> None:
        await count_marked(self.db, CATALOGUE, lambda: NOW, nobody)

    async def run(self, reached: Callable[[str], Awaitable[None]] = heard_by_nobody) -> Archived:
        return await Archiving(
            self.db,
            self.archive,
            Index(),
            MonthWriter(self.db, self.archive, CATALOGUE.zone, "test", sessions_a_part=4),
            Clearing(self.db, self.archive),
            lambda: NOW,
            lambda _words: None,
            reached,
        ).run(DAYS)

    async def in_tables(self) -> Mapping[str, Keys]:
        return {table.name: await self._keys_of(table) for table in (SESSIONS, *EVENTS)}

    async def _keys_of(self, table: Table) -> Keys:
        columns = SQL(", ").join(map(Identifier, table.key))
        text = SQL("select {} from {}").format(columns, Identifier(table.name))
        async with self.db.connection() as connection:
            rows = await (await connection.execute(text)).fetchall()
        return Counter(tuple(map(str, row)) for row in rows)

    def manifests(self) -> list[Manifest]:
        found = [
            read_manifest(self.archive.store, month_of(f)) for f in self.archive.store.folders()
        ]
        return [manifest for manifest in found if manifest is not None]

    def in_archive(self) -> Mapping[str, Keys]:
        """Read without our own reader."""
        found: dict[str, Keys] = {table.name: Counter() for table in (SESSIONS, *EVENTS)}
        for manifest in self.manifests():
            for part in manifest.parts:
                for table in (SESSIONS, *EVENTS):
                    with self.archive.store.open(part.files[table.name].name) as file:
                        read = cast(
                            "list[dict[str, object]]",
                            pq.read_table(file, columns=list(table.key)).to_pylist(),  # pyright: ignore[reportUnknownMemberType]
                        )
                    found[table.name].update(
                        tuple(str(row[name]) for name in table.key) for row in read
                    )
        return found

    async def both(self) -> Mapping[str, Keys]:
        tables, archive = await self.in_tables(), self.in_archive()
        return {name: tables[name] + archive[name] for name in tables}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive((tmp_path / "archive").as_uri(), tmp_path / "archiving")


@pytest.fixture
async def kept(db: Pool, archive: Archive) -> Kept:
    """Three months of visits, stored and counted."""
    async with db.connection() as connection:
        await ensure_partitions(connection, at(0), months_ahead=3)
    kept = Kept(db, archive)
    await kept.track(*visits())
    await kept.count()
    return kept
