"""One file of the spool: records one after the other, each readable without the others.

A record is 12 bytes of header (`MAGIC`, length and CRC-32 of the body, big-endian) and the body:
the length of the session id (65535: none), the session id, the payload.
"""

import fcntl
import os
import struct
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from zlib import crc32

from msgspec import Struct

MAGIC = b"\xa7ns1"
_HEADER = struct.Struct(">4sII")
_SESSION_LENGTH = struct.Struct(">H")
_NO_SESSION = 0xFFFF
_LOOK_BYTES = 1024 * 1024
# No tracking call comes near it; a damaged length must not make us read a gibibyte.
MOST_BODY_BYTES = 64 * 1024 * 1024


class Record(Struct, frozen=True):
    """`end` is the place in the file where the record ends."""

    end: int
    session_id: str | None
    payload: bytes


class Flaw(Struct, frozen=True):
    """Bytes that are no record.

    `torn`: the last write of a process that died; nobody was told that it succeeded.
    """

    start: int
    end: int
    torn: bool


def encode_record(session_id: str | None, payload: bytes) -> bytes:
    """ValueError for a body over `MOST_BODY_BYTES`."""
    session = b"" if session_id is None else session_id.encode()
    length = _NO_SESSION if session_id is None else len(session)
    body = _SESSION_LENGTH.pack(length) + session + payload
    if len(body) > MOST_BODY_BYTES:
        raise ValueError(f"a record of {len(body)} bytes is too long for the spool")
    return _HEADER.pack(MAGIC, len(body), crc32(body)) + body


def blank_of(record: Record, start: int) -> bytes:
    """A record as long as this one, which begins there, that says nothing."""
    return encode_record(None, bytes(record.end - start - _HEADER.size - _SESSION_LENGTH.size))


def renamed(record: Record, start: int, session_id: str) -> bytes:
    """A record as long as this one, which begins there, with zeros for the id."""
    name = session_id.encode()
    blank = b"0" * len(name)
    belongs = record.session_id == session_id
    told_by = blank.decode() if belongs else record.session_id
    written = encode_record(told_by, record.payload.replace(name, blank))
    assert len(written) == record.end - start
    return written


def is_blank(record: Record) -> bool:
    return not record.payload.strip(b"\0")


def read_records(file: BufferedReader, start: int = 0) -> Iterator[Record | Flaw]:
    """Every good record from `start` on; after a flaw it goes on with the next good record."""
    size = os.fstat(file.fileno()).st_size
    at = start
    while at < size:
        record = _record_at(file, at, size)
        if record is None:
            found = _next_good(file, at + 1, size)
            yield Flaw(at, found, torn=found == size and _is_torn(file, at, size))
            at = found
        else:
            yield record
            at = record.end


def sync(descriptor: int) -> None:
    """Returns when the disk has it; on macOS fsync stops at the disk's own cache."""
    full_sync = getattr(fcntl, "F_FULLFSYNC", None)
    if full_sync is None:
        os.fsync(descriptor)
    else:
        fcntl.fcntl(descriptor, full_sync)


def sync_directory(directory: Path) -> None:
    """Makes new names in it durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class SpoolFile:
    """A file being written: open, locked, and good up to `size`.

    `abandoned` files take no more records; what is in them is good up to the first flaw.
    """

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self.path = path
        self.size = 0
        self.abandoned = False

    def append(self, data: bytes) -> None:
        """All of `data` is on the disk afterwards, or OSError and none of it counts."""
        try:
            self._write(data)
        except OSError:
            self._take_back()
            raise
        try:
            sync(self._descriptor)
        except OSError:
            # After a failed fsync the kernel may have dropped the pages and call the next one a
            # success, so this file is not to be trusted with more.
            self._take_back()
            self.abandoned = True
            raise
        self.size += len(data)

    def close(self) -> None:
        """Without the lock the file is anybody's; an empty one goes."""
        try:
            if self.size == 0:
                self.path.unlink(missing_ok=True)
        finally:
            os.close(self._descriptor)

    def _write(self, data: bytes) -> None:
        rest, at = memoryview(data), self.size
        while rest:
            written = os.pwrite(self._descriptor, rest, at)
            rest, at = rest[written:], at + written

    def _take_back(self) -> None:
        try:
            os.ftruncate(self._descriptor, self.size)
        except OSError:
            self.abandoned = True


class ClosedFile:
    """A file without an owner, locked for reading by us."""

    def __init__(self, file: BufferedReader, path: Path) -> None:
        self._file = file
        self._at = 0
        self.path = path
        self.flaws: list[Flaw] = []

    def next_records(self, most: int, most_bytes: int) -> list[Record]:
        """The next records in order, at least one until there are none; OSError from the disk,
        after which the same records can be asked for again.
        """
        records: list[Record] = []
        flaws: list[Flaw] = []
        at = size = 0
        for item in read_records(self._file, self._at):
            at = item.end
            if isinstance(item, Flaw):
                flaws.append(item)
                continue
            if is_blank(item):
                continue
            records.append(item)
            size += len(item.payload)
            if len(records) == most or size >= most_bytes:
                break
        self._at = max(self._at, at)
        self.flaws += flaws
        return records

    def finish(self) -> Path | None:
        """To be called when every record is safe elsewhere: takes the file away. A damaged one is
        kept under another name, which is returned.
        """
        kept = None
        if not all(flaw.torn for flaw in self.flaws):
            kept = self.path.rename(self.path.with_suffix(".damaged"))
        else:
            self.path.unlink(missing_ok=True)
        self._file.close()
        return kept

    def release(self) -> None:
        """Leaves the file to whoever takes it next, from its beginning."""
        self._file.close()


def lock(descriptor: int) -> bool:
    """False where another process, or another opening in this one, holds the lock."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _record_at(file: BufferedReader, at: int, size: int) -> Record | None:
    file.seek(at)
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    magic, length, checksum = _HEADER.unpack(header)
    end = at + _HEADER.size + length
    fits = _SESSION_LENGTH.size <= length <= MOST_BODY_BYTES and end <= size
    if magic != MAGIC or not fits:
        return None
    body = file.read(length)
    return _parse(body, end) if crc32(body) == checksum else None


def _parse(body: bytes, end: int) -> Record | None:
    (length,) = _SESSION_LENGTH.unpack_from(body)
    rest = body[_SESSION_LENGTH.size :]
    if length == _NO_SESSION:
        return Record(end, None, rest)
    try:
        return Record(end, rest[:length].decode(), rest[length:])
    except UnicodeDecodeError:
        return None


def _next_good(file: BufferedReader, start: int, size: int) -> int:
    """Where the next good record begins at or after `start`; `size` if there is none."""
    at = start
    while at < size:
        file.seek(at)
        piece = file.read(_LOOK_BYTES)
        if not piece:  # somebody cut the file meanwhile
            return size
        offset = piece.find(MAGIC)
        while offset >= 0:
            if _record_at(file, at + offset, size) is not None:
                return at + offset
            offset = piece.find(MAGIC, offset + 1)
        # One look overlaps the next, so that a mark across their border is seen.
        at += len(piece) if at + len(piece) >= size else len(piece) - len(MAGIC) + 1
    return size


def _is_torn(file: BufferedReader, at: int, size: int) -> bool:
    """A write cut short, or a file made longer before its bytes came: zeros to the end."""
    file.seek(at)
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return True
    magic, length, _ = _HEADER.unpack(header)
    if magic == MAGIC and at + _HEADER.size + length > size:
        return True
    file.seek(at)
    return all(not any(piece) for piece in iter(lambda: file.read(_LOOK_BYTES), b""))
