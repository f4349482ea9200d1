"""What a backup is on disk: a folder with a dump and a manifest, whole under its name or not there.

`nesthaus-20260615T120000Z/` holds `database.dump` and `manifest.json`; while it is made it is named
`.nesthaus-….partial`, and its maker holds a lock in it.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from nesthaus.stream.spool_file import lock, sync_directory

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
_NAME = re.compile(r"nesthaus-\d{8}T\d{6}Z(-\d+)?")
_READ_BYTES = 1024 * 1024


class NoBackup(Exception):
    """One line: why this is no backup that can be used."""


class Manifest(Struct, frozen=True, rename="camel"):
    """`tables` counts rows, in the snapshot of the dump. `received_until`: everything that was
    received by then is in it; None where it was not waited for. `client` is the major version of
    the pg_dump that wrote it."""

    format: int
    program: str
    made_at: datetime
    received_until: datetime | None
    schema: str
    schema_name: str
    postgres: int
    client: int
    tables: dict[str, int]
    dump_bytes: int
    dump_sha256: str


@contextmanager
def new_folder(root: Path, now: datetime) -> Generator[Path]:
    """A folder to fill, which gets its name at the end of the block; after a failure it goes.

    What was left by somebody who died over it goes, too.
    """
    root.mkdir(parents=True, exist_ok=True)
    _sweep(root)
    name = _free_name(root, f"nesthaus-{now:%Y%m%dT%H%M%SZ}")
    making = root / f".{name}.partial"
    making.mkdir(mode=0o700)
    descriptor = os.open(making / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        lock(descriptor)
        yield making
        (making / "lock").unlink()
        _sync_all(making)
        making.rename(root / name)
        sync_directory(root)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    finally:
        os.close(descriptor)


def finished(making: Path) -> Path:
    """The name under which a folder that is being made will be found."""
    return making.with_name(making.name.removeprefix(".").removesuffix(".partial"))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (folder / MANIFEST).write_bytes(text + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """Raises NoBackup."""
    try:
        text = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise NoBackup(f"{folder} is no whole backup: {MANIFEST} {error.strerror}") from None
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.MsgspecError as error:
        raise NoBackup(f"{folder / MANIFEST} cannot be read: {error}") from None
    if manifest.format != FORMAT:
        raise NoBackup(f"{folder} is a backup of format {manifest.format}; this reads {FORMAT}")
    return manifest


def whole_backups(root: Path) -> list[Path]:
    """Those with a manifest of ours, the oldest first."""
    found: list[Path] = []
    for folder in sorted(root.iterdir() if root.is_dir() else ()):
        if _NAME.fullmatch(folder.name):
            with suppress(NoBackup):
                read_manifest(folder)
                found.append(folder)
    return found


def chosen_backup(place: Path) -> Path:
    """`place` itself, or the newest of the backups in it. Raises NoBackup."""
    if (place / MANIFEST).exists():
        return place
    found = whole_backups(place)
    if not found:
        raise NoBackup(f"there is no backup in {place}")
    return found[-1]


def drop_older(root: Path, keep: int) -> list[Path]:
    """Deletes all but the `keep` newest; which. Nothing that is not a whole backup of ours."""
    surplus = whole_backups(root)[:-keep]
    for folder in surplus:
        # First the name, so that half of a backup is never taken for one.
        dropping = folder.with_name(f".{folder.name}.partial")
        folder.rename(dropping)
        shutil.rmtree(dropping)
    return surplus


def check_dump(folder: Path, manifest: Manifest) -> None:
    """Raises NoBackup where the dump is not the one that was written."""
    dump = folder / DUMP
    size = dump.stat().st_size if dump.is_file() else 0
    if size != manifest.dump_bytes:
        sentence = f"{dump} is damaged: {size:,} bytes of {manifest.dump_bytes:,}"
        raise NoBackup(sentence)
    if sha256_of(dump) != manifest.dump_sha256:
        raise NoBackup(f"{dump} is damaged: its SHA-256 is not that of the manifest")


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_READ_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def _free_name(root: Path, name: str) -> str:
    number, free = 1, name
    while (root / free).exists() or (root / f".{free}.partial").exists():
        number += 1
        free = f"{name}-{number}"
    return free


def _sweep(root: Path) -> None:
    for folder in root.glob(".nesthaus-*.partial"):
        if not _NAME.fullmatch(finished(folder).name):
            continue
        with suppress(FileNotFoundError):
            descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                if lock(descriptor):
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(descriptor)


def _sync_all(folder: Path) -> None:
    for file in folder.iterdir():
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    sync_directory(folder)
