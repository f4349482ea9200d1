"""Writes, checks and rewrites parts of a month. Blocking: to be called in a thread."""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from nesthaus.archive.manifests import File, Manifest, Part
from nesthaus.archive.parquet import Row, Writer, count_rows, read_rows, rows_of_session
from nesthaus.archive.store import ArchiveStore, StoreTrouble
from nesthaus.archive.tables import INTERACTIONS, SESSIONS, TABLES, Table

_DIGITS_OF_SUM = 16

Rows = Mapping[str, Sequence[Row]]
"""By the name of the table."""


class PartWriter:
    """A part being written into a folder of its own, table by table."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._writers: dict[str, Writer] = {}

    def add(self, table: Table, rows: Sequence[Row]) -> None:
        self._writer(table).add(rows)

    def _writer(self, table: Table) -> Writer:
        if table.name not in self._writers:
            self._writers[table.name] = Writer(self._workspace / table.name, table)
        return self._writers[table.name]

    def stored(self, store: ArchiveStore, folder: str, number: int) -> Part:
        """Puts every file into the store and reads it back. No manifest names it yet."""
        files: dict[str, File] = {}
        for table in TABLES:
            writer = self._writer(table)
            writer.close()
            path = self._workspace / table.name
            size, digest = path.stat().st_size, sha256_of(path)
            name = f"{folder}/{number:05d}-{table.name}-{digest[:_DIGITS_OF_SUM]}.parquet"
            files[table.name] = File(name, writer.rows, size, digest)
            store.put(path, name)
            check(store, table, files[table.name])
        return Part(number, files)

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def writing(workspace: Path) -> Generator[PartWriter]:
    """Nothing is left in the workspace afterwards."""
    workspace.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=workspace) as folder:
        writer = PartWriter(Path(folder))
        try:
            yield writer
        finally:
            writer.close()


def check(store: ArchiveStore, table: Table, file: File) -> None:
    """Reads it whole. Raises StoreTrouble where it is not what was written."""
    try:
        size, digest = store.sum(file.name)
        if (size, digest) != (file.bytes, file.sha256):
            raise StoreTrouble(f"{file.name} is not what was written: its checksum differs")
        with store.open(file.name) as content:
            rows = count_rows(content, table)
    except FileNotFoundError:
        raise StoreTrouble(f"{file.name} is missing") from None
    if rows != file.rows:
        raise StoreTrouble(f"{file.name} has {rows:,} rows instead of {file.rows:,}")


def check_all(store: ArchiveStore, manifest: Manifest) -> None:
    """Reads every file of the month whole. Raises StoreTrouble."""
    for part in manifest.parts:
        for table in TABLES:
            check(store, table, part.files[table.name])


def rows_in(
    store: ArchiveStore, part: Part, table: Table, names: Sequence[str] | None = None
) -> Iterator[list[Row]]:
    """Some thousand at once; none of a part that is not written yet. Raises FileNotFoundError where
    another part took its place."""
    if not part.files:
        return
    with store.open(part.files[table.name].name) as content:
        yield from read_rows(content, table, names)


def rows_of(store: ArchiveStore, part: Part, session_id: str) -> dict[str, list[Row]]:
    """Of one session. Raises FileNotFoundError as above."""
    found: dict[str, list[Row]] = {}
    for table in TABLES:
        with store.open(part.files[table.name].name) as content:
            found[table.name] = rows_of_session(content, table, session_id)
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a part. `merge` makes one row of a session out of the one it has, the one
    that is added, and the interactions that are added and not over."""

    without: frozenset[str] = frozenset()
    added: Rows = field(default_factory=dict[str, Sequence[Row]])
    merge: Callable[[Row, Row, int], Row] = lambda _old, new, _count: new


def rewritten(
    store: ArchiveStore, workspace: Path, manifest: Manifest, part: Part, change: Change
) -> Part:
    """The part as it becomes, in the store already. Rows that it has are not added again."""
    with writing(workspace) as writer:
        counted: Counter[str] = Counter()
        for table in TABLES:
            if table is SESSIONS:
                continue
            added = {_key(table, row): row for row in change.added.get(table.name, ())}
            for rows in rows_in(store, part, table):
                kept = [row for row in rows if row[0] not in change.without]
                for row in kept if added else ():
                    added.pop(_key(table, row), None)
                writer.add(table, kept)
            writer.add(table, list(added.values()))
            if table is INTERACTIONS:
                over = table.names.index("over")
                counted.update(str(row[0]) for row in added.values() if not row[over])
        sessions = {str(row[0]): row for row in change.added.get(SESSIONS.name, ())}
        for rows in rows_in(store, part, SESSIONS):
            kept = [row for row in rows if row[0] not in change.without]
            writer.add(SESSIONS, [_met(row, sessions, change, counted) for row in kept])
        writer.add(SESSIONS, list(sessions.values()))
        return writer.stored(store, manifest.month, part.number)


def _met(row: Row, added: dict[str, Row], change: Change, counted: Mapping[str, int]) -> Row:
    """Takes the session out of what is added, if it is there."""
    session_id = str(row[0])
    if session_id not in added:
        return row
    return change.merge(row, added.pop(session_id), counted.get(session_id, 0))


def _key(table: Table, row: Row) -> Row:
    names = table.names
    return tuple(row[names.index(name)] for name in table.key)


def part_with(store: ArchiveStore, manifest: Manifest, session_id: str) -> Part | None:
    """The part in which a session is, where no index tells."""
    for part in manifest.parts:
        with store.open(part.files[SESSIONS.name].name) as content:
            if rows_of_session(content, SESSIONS, session_id):
                return part
    return None


def drop_unnamed(store: ArchiveStore, month: date, manifest: Manifest | None) -> int:
    """What no manifest names any more, or not yet: how many files went."""
    named = manifest.names() if manifest else set[str]()
    dropped = 0
    for name in store.names(f"{month:%Y-%m}"):
        if (name.endswith(".parquet") and name not in named) or name.endswith(".part"):
            store.drop(name)
            dropped += 1
    return dropped
