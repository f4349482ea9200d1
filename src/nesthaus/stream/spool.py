"""Where entries go while the stream is away: files on disk, one being written per process."""

import asyncio
import logging
import os
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from nesthaus.stream.spool_file import (
    ClosedFile,
    SpoolFile,
    encode_record,
    lock,
    sync_directory,
)

log = logging.getLogger(__name__)

GIBIBYTE = 1024**3
Refusal = str | None


class SpoolUnusable(Exception):
    """The spool did not take the entry; one sentence says why."""


class Spool:
    """A directory of files that several processes may share; each writes its own.

    A file is named `….spool` as long as it holds records that are not in the stream, and its
    writer holds a lock on it. `most_bytes` is for all files of the directory together.
    """

    def __init__(self, directory: Path | None, most_bytes: int = GIBIBYTE) -> None:
        self._writer = None if directory is None else _Writer(directory, most_bytes)
        self._directory = directory
        self._waiting: list[tuple[bytes, asyncio.Future[Refusal]]] = []
        self._flusher: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()  # one thread at a time touches our file
        self._passed_over: set[Path] = set()
        self._closed = False

    async def append(self, session_id: str | None, payload: bytes) -> None:
        """Returns when the record is on the disk, together with all that waited; else
        SpoolUnusable.
        """
        if self._writer is None:
            raise SpoolUnusable("there is no spool directory")
        if self._closed:
            raise SpoolUnusable("the spool is closed")
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Refusal] = loop.create_future()
        self._waiting.append((encode_record(session_id, payload), waiter))
        if self._flusher is None:
            self._flusher = loop.create_task(self._flush(self._writer))
        refusal = await waiter
        if refusal is not None:
            raise SpoolUnusable(refusal)

    async def rotate(self) -> bool:
        """Closes the file being written, so that `take` may find it; False where there is none."""
        if self._writer is None:
            return False
        async with self._writing:
            return await asyncio.to_thread(self._writer.close)

    async def take(self) -> ClosedFile | None:
        """A file without an owner, of this process or of one that is gone; None: there is none."""
        if self._directory is None:
            return None
        return await asyncio.to_thread(_take, self._directory, self._passed_over)

    def pass_over(self, file: ClosedFile) -> None:
        """The file cannot be read now: it stays, for another process or the next start."""
        self._passed_over.add(file.path)
        file.release()

    def held_bytes(self) -> int:
        """What the directory's files hold that is not yet known to be in the stream."""
        return 0 if self._directory is None else _held_bytes(self._directory)

    async def close(self, within_s: float) -> None:
        """Writes what waits and gives the file away; a disk that hangs is not waited for."""
        self._closed = True
        if self._flusher is not None:
            await asyncio.wait({self._flusher}, timeout=within_s)
        if self._flusher is None:
            await self.rotate()

    async def _flush(self, writer: "_Writer") -> None:
        batch: list[tuple[bytes, asyncio.Future[Refusal]]] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                records = [record for record, _ in batch]
                async with self._writing:
                    refusals = await asyncio.to_thread(writer.write, records)
                for (_, waiter), refusal in zip(batch, refusals, strict=True):
                    if not waiter.done():
                        waiter.set_result(refusal)
        finally:
            # Nobody is left waiting, whatever happened.
            for _, waiter in batch + self._waiting:
                if not waiter.done():
                    waiter.set_result("the spool was stopped")
            self._waiting = []
            self._flusher = None


class _Writer:
    """The file this process writes; runs in a thread, one call at a time."""

    def __init__(self, directory: Path, most_bytes: int) -> None:
        self._directory = directory
        self._most_bytes = most_bytes
        self._file: SpoolFile | None = None

    def write(self, records: Sequence[bytes]) -> list[Refusal]:
        """For each record why it is not on the disk, or None: it is."""
        try:
            file = self._open_file()
            room = self._most_bytes - _held_bytes(self._directory)
        except OSError as error:
            return [self._sentence(error)] * len(records)
        taken: list[bytes] = []
        refusals: list[Refusal] = []
        for record in records:
            fits = len(record) <= room
            refusals.append(None if fits else f"the spool holds its {self._most_bytes:,} bytes")
            if fits:
                room -= len(record)
                taken.append(record)
        failure = self._append(file, b"".join(taken)) if taken else None
        return [refusal or failure for refusal in refusals]

    def close(self) -> bool:
        """Whether there was a file with records."""
        file, self._file = self._file, None
        if file is None:
            return False
        with suppress(OSError):  # an empty file that cannot be deleted does no harm
            file.close()
        return file.size > 0

    def _append(self, file: SpoolFile, data: bytes) -> Refusal:
        try:
            file.append(data)
        except OSError as error:
            if file.abandoned:
                self.close()
            return self._sentence(error)
        return None

    def _open_file(self) -> SpoolFile:
        if self._file is None:
            self._file = _make_file(self._directory)
        return self._file

    def _sentence(self, error: OSError) -> str:
        return f"the spool directory {self._directory} cannot be written: {error.strerror}"


def _make_file(directory: Path) -> SpoolFile:
    """It gets its name when it is locked, so that nobody takes it for a file without an owner."""
    if not directory.exists():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_directory(directory.parent)
    descriptor, name = tempfile.mkstemp(prefix=f"{os.getpid()}-", suffix=".new", dir=directory)
    new = Path(name)
    try:
        if not lock(descriptor):
            raise BlockingIOError(0, "a new file was locked by somebody else")
        path = new.rename(new.with_suffix(".spool"))
        sync_directory(directory)
    except BaseException:
        new.unlink(missing_ok=True)
        os.close(descriptor)
        raise
    return SpoolFile(descriptor, path)


def _take(directory: Path, passed_over: set[Path]) -> ClosedFile | None:
    for path in sorted(directory.glob("*.spool")):
        if path in passed_over:
            continue
        try:
            file = _lock_existing(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            log.error("The spool file %s cannot be read and stays where it is: %s", path, error)
            passed_over.add(path)
            continue
        if file is not None:
            return file
    return None


def _lock_existing(path: Path) -> ClosedFile | None:
    with ExitStack() as closing:
        file = closing.enter_context(path.open("rb"))
        # Whoever held the lock before may have moved the records and taken the name away
        # meanwhile: FileNotFoundError.
        if not lock(file.fileno()) or not os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return None
        closing.pop_all()
        return ClosedFile(file, path)


def files_with_records(directory: Path) -> set[Path]:
    """Those whose records are not yet known to be in the stream."""
    held: set[Path] = set()
    for path in directory.glob("*.spool"):
        with suppress(FileNotFoundError):
            if path.stat().st_size:
                held.add(path)
    return held


def _held_bytes(directory: Path) -> int:
    held = 0
    for path in directory.glob("*.spool"):
        with suppress(FileNotFoundError):
            held += path.stat().st_size
    return held
