"""What a month of the archive consists of: its parts, their files, rows and checksums."""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from nesthaus.archive.store import ArchiveStore, StoreTrouble

FORMAT = 1
NAME = "manifest.json"


class File(Struct, frozen=True):
    """`name` as the store knows it."""

    name: str
    rows: int
    bytes: int
    sha256: str


class Part(Struct, frozen=True):
    """Some sessions with all that hangs on them; a file for each table."""

    number: int
    files: dict[str, File]


class Manifest(Struct, frozen=True):
    """Of one month. Its sessions began from `since` to before `until`. `tables` counts rows."""

    format: int
    month: str
    time_zone: str
    since: datetime
    until: datetime
    program: str
    written_at: datetime
    tables: dict[str, int]
    parts: list[Part]

    def part(self, number: int) -> Part | None:
        return next((each for each in self.parts if each.number == number), None)

    def with_part(self, part: Part, *, written_at: datetime) -> "Manifest":
        """In the place of the one of this number; without it where no session is left."""
        others = [each for each in self.parts if each.number != part.number]
        if part.files["user_sessions"].rows:
            others.append(part)
        parts = sorted(others, key=lambda each: each.number)
        return msgspec.structs.replace(self, parts=parts, tables=sums(parts), written_at=written_at)

    def next_number(self) -> int:
        return max((part.number for part in self.parts), default=0) + 1

    def names(self) -> set[str]:
        """Of its files."""
        return {file.name for part in self.parts for file in part.files.values()}


def sums(parts: list[Part]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for part in parts:
        for table, file in part.files.items():
            totals[table] = totals.get(table, 0) + file.rows
    return totals


def folder_of(month: date) -> str:
    return f"{month:%Y-%m}"


def month_of(folder: str) -> date:
    return date.fromisoformat(f"{folder}-01")


def read_manifest(store: ArchiveStore, month: date) -> Manifest | None:
    """None where there is none. Raises StoreTrouble, also for one that cannot be understood."""
    name = f"{folder_of(month)}/{NAME}"
    content = store.read(name)
    if content is None:
        return None
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise StoreTrouble(f"{name} cannot be understood: {error}") from error
    if manifest.format != FORMAT:
        raise StoreTrouble(f"{name} is of format {manifest.format}, which this program cannot read")
    if manifest.month != folder_of(month) or manifest.tables != sums(manifest.parts):
        raise StoreTrouble(f"{name} contradicts itself")
    return manifest


def write_manifest(store: ArchiveStore, manifest: Manifest) -> None:
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    store.write(f"{manifest.month}/{NAME}", content)
