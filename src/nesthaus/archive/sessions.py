"""One session in the archive, and what becomes of its row when something of it comes late."""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar, cast
from uuid import UUID

from nesthaus.archive.manifests import Manifest, Part, month_of, read_manifest, write_manifest
from nesthaus.archive.parquet import Row
from nesthaus.archive.parts import Change, drop_unnamed, part_with, rewritten, rows_of
from nesthaus.archive.store import ArchiveStore, StoreTrouble
from nesthaus.archive.tables import BY_NAME, SESSIONS, Kind, Table

Values = dict[str, object]
"""A row by the names of its columns, JSON and ids as such."""

Result = TypeVar("Result")

# A reader that meets a file which another manifest has replaced looks again.
_MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where the index says that a session is."""

    month: date
    part: int


class Archive:
    """Blocking: to be called in a thread. Everything raises StoreTrouble."""

    def __init__(self, url: str, workspace: Path) -> None:
        """`workspace` is a folder of this machine for files that are being written."""
        self.url = url
        self.workspace = workspace

    @cached_property
    def store(self) -> ArchiveStore:
        return ArchiveStore(self.url)

    def tidy(self) -> None:
        """What a process left in the workspace that died. Nobody writes meanwhile."""
        shutil.rmtree(self.workspace, ignore_errors=True)

    def rows_of(self, place: Place, session_id: str) -> dict[str, list[Values]]:
        """By table; without rows where the archive does not know it."""

        def read(_manifest: Manifest, part: Part) -> dict[str, list[Values]]:
            found = rows_of(self.store, part, session_id)
            return {
                name: [values_of(BY_NAME[name], row) for row in rows]
                for name, rows in found.items()
            }

        return self._reading(place, read, {name: list[Values]() for name in BY_NAME})

    def forget(self, place: Place, session_id: str, at: datetime) -> int:
        """How many rows went. Nobody else may change the month meanwhile."""

        def write(manifest: Manifest, part: Part) -> int:
            rows = sum(map(len, rows_of(self.store, part, session_id).values()))
            if rows:
                change = Change(without=frozenset((session_id,)))
                self.change(manifest, part, change, at)
            return rows

        return self._reading(place, write, 0)

    def change(self, manifest: Manifest, part: Part, change: Change, at: datetime) -> Manifest:
        """The month afterwards; what it consisted of before is gone."""
        new = rewritten(self.store, self.workspace, manifest, part, change)
        manifest = manifest.with_part(new, written_at=at)
        write_manifest(self.store, manifest)
        drop_unnamed(self.store, month_of(manifest.month), manifest)
        return manifest

    def search(self, session_id: str, closed: Iterable[date]) -> Place | None:
        """In months that are written but not `closed`, of which there is no index."""
        for folder in self.store.folders():
            month = month_of(folder)
            if month in closed or (manifest := read_manifest(self.store, month)) is None:
                continue
            part = part_with(self.store, manifest, session_id)
            if part is not None:
                return Place(month, part.number)
        return None

    def _reading(
        self, place: Place, read: Callable[[Manifest, Part], Result], nothing: Result
    ) -> Result:
        for tries in range(1, _MOST_TRIES + 1):
            manifest = read_manifest(self.store, place.month)
            if manifest is None:
                raise StoreTrouble(f"{place.month:%Y-%m} is not in {self.url}")
            part = manifest.part(place.part)
            if part is None:
                return nothing
            try:
                return read(manifest, part)
            except FileNotFoundError as error:
                if tries == _MOST_TRIES:
                    raise StoreTrouble(f"a file of {place.month:%Y-%m} is missing") from error
        raise AssertionError("the last try returns or raises")


def values_of(table: Table, row: Row) -> Values:
    return {
        column.name: _value(column.kind, value)
        for column, value in zip(table.columns, row, strict=True)
    }


def _value(kind: Kind, value: object) -> object:
    if value is None:
        return None
    if kind is Kind.JSON:
        return json.loads(cast("str", value))
    return UUID(cast("str", value)) if kind is Kind.ID else value


def merged(old: Row, new: Row, interactions: int) -> Row:
    """The row of an archived session of which something came late: a conversion counts whenever it
    comes, nothing else changes what was counted."""
    names = SESSIONS.names
    return tuple(merge_values(_by_name(names, old), _by_name(names, new), interactions).values())


def _by_name(names: tuple[str, ...], row: Row) -> Values:
    return dict(zip(names, row, strict=True))


def merge_values(old: Mapping[str, object], new: Mapping[str, object], interactions: int) -> Values:
    """As above, by the names of columns. `interactions` came late and are not over."""
    # A row that never left the tables was worked out from all of the session.
    is_same = str(old["id"]) == str(new["id"])
    row = dict(new if is_same else old)
    for name in ("converted_at", "verified_at", "clock_skew_ms"):
        row[name] = _chosen(min, old.get(name), new.get(name))
    for name in ("latest_seen", "abandoned_at", "updated_at"):
        row[name] = _chosen(max, old.get(name), new.get(name))
    row["order_id"] = old["order_id"] if old["order_id"] is not None else new["order_id"]
    if not is_same:
        row["total_interactions"] = cast("int", old["total_interactions"]) + interactions
    if row["converted_at"] is not None:
        row["conversion_status"] = "converted"
    return {name: row[name] for name in old}


def _chosen(choose: Callable[[list[datetime]], datetime], old: object, new: object) -> object:
    known = [each for each in (old, new) if each is not None]
    return choose(cast("list[datetime]", known)) if known else None
