"""What is in the archive, and whether it is whole.

Reads: the index, `closed_months`, files. Writes: nothing.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from nesthaus.archive.manifests import Manifest, folder_of, month_of, read_manifest
from nesthaus.archive.parts import check
from nesthaus.archive.sessions import Archive
from nesthaus.archive.store import ArchiveStore, StoreTrouble
from nesthaus.archive.tables import SESSIONS, TABLES
from nesthaus.db.pool import Connection, Pool
from nesthaus.upkeep.archive.archiving import closed_months
from nesthaus.upkeep.archive.months import SQL


@dataclass(frozen=True, slots=True)
class Month:
    """`closed_at` is None where a run has not come to its end. `written_at`: when files of it
    changed last."""

    month: date
    sessions: int
    rows: int
    bytes: int
    files: int
    written_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Flaw:
    """One line: what is not as it should be."""

    month: str
    sentence: str


async def list_months(pool: Pool, archive: Archive) -> list[Month]:
    """Raises StoreTrouble."""
    async with pool.connection() as connection:
        closed = await closed_months(connection)
    return await asyncio.to_thread(_list, archive.store, closed)


def _list(store: ArchiveStore, closed: dict[date, datetime]) -> list[Month]:
    found: list[Month] = []
    for folder in store.folders():
        month = month_of(folder)
        manifest = read_manifest(store, month)
        if manifest is not None:
            files = [file for part in manifest.parts for file in part.files.values()]
            found.append(
                Month(
                    month,
                    manifest.tables.get(SESSIONS.name, 0),
                    sum(manifest.tables.values()),
                    sum(file.bytes for file in files),
                    len(files),
                    manifest.written_at,
                    closed.get(month),
                )
            )
    return found


async def find_flaws(
    pool: Pool, archive: Archive, wanted: Collection[date], told: Callable[[str], None]
) -> list[Flaw]:
    """Of all months, or the wanted ones: reads every file whole, and asks the index."""
    async with pool.connection() as connection:
        closed = await closed_months(connection)
        folders = await asyncio.to_thread(archive.store.folders)
        months = {month_of(folder) for folder in folders} | set(closed)
        flaws = [
            Flaw(folder_of(month), "is not in the archive")
            for month in sorted(set(wanted) - months)
        ]
        for month in sorted(months & set(wanted) if wanted else months):
            told(folder_of(month))
            sentences = await asyncio.to_thread(_check, archive, month)
            if month in closed:
                sentences += await _compare(connection, archive, month)
            flaws += [Flaw(folder_of(month), sentence) for sentence in sentences]
    return flaws


def _check(archive: Archive, month: date) -> list[str]:
    """Another manifest may take the place of this one meanwhile: its files are not missed then."""
    manifest = _manifest(archive, month)
    if isinstance(manifest, str):
        return [manifest]
    told: list[str] = []
    for part in manifest.parts:
        for table in TABLES:
            try:
                check(archive.store, table, part.files[table.name])
            except StoreTrouble as trouble:
                now = _manifest(archive, month)
                if isinstance(now, str) or part in now.parts:
                    told.append(str(trouble))
    return told


def _manifest(archive: Archive, month: date) -> Manifest | str:
    try:
        manifest = read_manifest(archive.store, month)
    except StoreTrouble as trouble:
        return str(trouble)
    return "has no manifest" if manifest is None else manifest


async def _compare(connection: Connection, archive: Archive, month: date) -> list[str]:
    cursor = await connection.execute(SQL["indexed"], {"month": month})
    indexed = dict(await cursor.fetchall())
    manifest = await asyncio.to_thread(_manifest, archive, month)
    if isinstance(manifest, str):
        return []
    told: list[str] = []
    in_files = {part.number: part.files[SESSIONS.name].rows for part in manifest.parts}
    for number in sorted({*in_files, *indexed}):
        expected, found = indexed.get(number, 0), in_files.get(number, 0)
        if expected != found:
            told.append(
                f"part {number} has {found:,} sessions, and the database knows {expected:,} in it"
            )
    return told
