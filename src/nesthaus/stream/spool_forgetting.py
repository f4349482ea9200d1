"""Takes what belongs to one session out of the files of a spool, also out of one being written.

A record is written over in its place, with one of the same length that says nothing: whoever writes
the file goes on at its end, and whoever moves it passes that record over.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

from nesthaus.domain.events import Delivery
from nesthaus.stream.spool_file import Flaw, Record, blank_of, read_records, renamed, sync
from nesthaus.stream.traces import rest_of, told_of

_LEAST_DAMAGED = 8


def spooled_of(directory: Path, session_id: str) -> list[Delivery]:
    """What waits there of it."""
    told = (told_of(record.payload, session_id) for _, record in _records(directory))
    return [each for each in told if each is not None]


def forget_spooled(directory: Path, session_id: str) -> int:
    """How many records told of it. In one that tells of others, too, it only loses its name."""
    count = 0
    for path in _files(directory):
        with suppress(FileNotFoundError), path.open("r+b") as file:
            count += _forget_in(file, session_id)  # pyright: ignore[reportArgumentType]
    return count


def _forget_in(file: BufferedReader, session_id: str) -> int:
    count, start = 0, 0
    for item in read_records(file):
        if isinstance(item, Flaw):
            _wipe(file, item, session_id)
        elif (rest := rest_of(item.payload, session_id)) is not item.payload:
            record = blank_of(item, start) if rest is None else renamed(item, start, session_id)
            os.pwrite(file.fileno(), record, start)
            count += 1
        start = item.end
    if count:
        sync(file.fileno())
    return count


def _wipe(file: BufferedReader, flaw: Flaw, session_id: str) -> None:
    """Bytes that are no record are kept for people to look at: there the id becomes zeros."""
    name = session_id.encode()
    if len(name) < _LEAST_DAMAGED:
        return
    damaged = os.pread(file.fileno(), flaw.end - flaw.start, flaw.start)
    if name in damaged:
        os.pwrite(file.fileno(), damaged.replace(name, bytes(len(name))), flaw.start)
        sync(file.fileno())


def _records(directory: Path) -> Iterator[tuple[Path, Record]]:
    for path in _files(directory):
        with suppress(FileNotFoundError), path.open("rb") as file:
            for item in read_records(file):
                if isinstance(item, Record):
                    yield path, item


def _files(directory: Path) -> list[Path]:
    return sorted([*directory.glob("*.spool"), *directory.glob("*.damaged")])
