"""What of a file is here already, while it is fetched."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO


class Part:
    """A file of this machine that grows, over attempts and over runs."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def size(self) -> int | None:
        """None where there is nothing yet."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return None

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)

    def opened(self, *, goes_on: bool) -> BinaryIO:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return self.path.open("ab" if goes_on else "wb")

    def md5(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()

    def sha256(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def part_of(folder: Path, file_id: str, md5: str) -> Part:
    """Of one content of one file: what was begun of another is never gone on with."""
    name = hashlib.sha256(f"{file_id} {md5}".encode()).hexdigest()
    return Part(folder / f"{name}.part")


def keep_only(folder: Path, parts: Iterable[Part]) -> None:
    """Nobody will go on with the others."""
    kept = {part.path.name for part in parts}
    if folder.is_dir():
        for path in folder.glob("*.part"):
            if path.name not in kept:
                path.unlink(missing_ok=True)


def written(file: BinaryIO) -> None:
    """It is on the disk, whatever happens next."""
    file.flush()
    os.fsync(file.fileno())
