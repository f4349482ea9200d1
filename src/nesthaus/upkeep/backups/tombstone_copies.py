"""Tombstones beside the database, so that a restore knows those that its backup does not.

A file in the data directory, and one in each folder of backups: readable by its owner only,
replaced as a whole, never losing a tombstone it had.
"""

import fcntl
import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from nesthaus.domain.tombstones import Tombstones
from nesthaus.stream.spool_file import sync_directory

NAME = "tombstones.json"

_log = logging.getLogger(__name__)


def read_copy(folder: Path) -> Tombstones:
    """None of them where there is no copy. Raises OSError, and ValueError for one that cannot be
    read: to go on without it would bring erased sessions back."""
    try:
        text = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return Tombstones()
    try:
        return msgspec.json.decode(text, type=Tombstones)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{folder / NAME} cannot be read: {error}") from None


def write_copy(folder: Path, tombstones: Tombstones) -> None:
    """With those that the copy has and the database has not. Raises OSError and ValueError."""
    if not tombstones.stones:
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        known = read_copy(folder)
        whole = known | tombstones
        if whole != known:
            _replace(folder, whole)


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Of two processes that write, the second one finds what the first one wrote."""
    descriptor = os.open(folder / f".{NAME}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(folder: Path, tombstones: Tombstones) -> None:
    making = folder / f".{NAME}.new"
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(tombstones))
        file.flush()
        os.fsync(file.fileno())
    making.replace(folder / NAME)
    sync_directory(folder)


class Copies:
    """Of the data directory, and of the folder for scheduled backups where one is set."""

    def __init__(self, *folders: Path | None) -> None:
        self._folders = [each for each in folders if each is not None]

    def write(self, tombstones: Tombstones) -> None:
        """Never fails: the database has them, and what cannot be written now goes with the next."""
        for folder in self._folders:
            try:
                write_copy(folder, tombstones)
            except (OSError, ValueError) as error:
                _log.warning(
                    "what was erased is not noted beside the database, and a restore of an older"
                    " backup into another one would bring it back: %s",
                    error,
                )
