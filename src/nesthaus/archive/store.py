"""Where the files of the archive lie: a folder, or any store that fsspec knows, such as S3."""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, cast

from fsspec.core import url_to_fs  # pyright: ignore[reportUnknownVariableType]
from fsspec.implementations.local import LocalFileSystem

_NAME = re.compile(r"\d{4}-\d{2}/[a-z0-9_.-]+")
_FOLDER = re.compile(r"\d{4}-\d{2}")
_AT_ONCE = 1 << 20


class StoreTrouble(Exception):
    """One line: what the store does not do."""


class _FileSystem(Protocol):
    def put_file(self, lpath: str, rpath: str) -> object: ...
    def open(self, path: str, mode: str) -> IO[bytes]: ...
    def info(self, path: str) -> Mapping[str, object]: ...
    def ls(self, path: str, detail: bool) -> list[str]: ...
    def cat_file(self, path: str) -> bytes: ...
    def rm_file(self, path: str) -> object: ...
    def makedirs(self, path: str, exist_ok: bool) -> object: ...
    def pipe_file(self, path: str, value: bytes) -> object: ...
    def invalidate_cache(self) -> object: ...


class ArchiveStore:
    """Names are `2025-01/file`. Every method waits for the store, so call it in a thread, and
    raises StoreTrouble. What is written is durable, whole, or not there."""

    def __init__(self, url: str) -> None:
        """`url`: `file:///…`, `s3://bucket/folder` or another of fsspec."""
        self.url = url
        try:
            files, root = cast("tuple[object, str]", url_to_fs(url))
        except (ImportError, ValueError, OSError) as error:
            raise StoreTrouble(f"{url}: {error}") from error
        self._files = cast("_FileSystem", files)
        self._root = root.rstrip("/")
        self._is_local = isinstance(files, LocalFileSystem)

    def folders(self) -> list[str]:
        """Those of months, ascending."""
        with _Trouble("the archive cannot be listed"):
            return sorted(name for name in self._names("") if _FOLDER.fullmatch(name))

    def names(self, folder: str) -> list[str]:
        """Files of one, ascending."""
        with _Trouble(f"{folder} cannot be listed"):
            return sorted(f"{folder}/{name}" for name in self._names(f"/{folder}"))

    def _names(self, below: str) -> list[str]:
        self._files.invalidate_cache()
        try:
            paths = self._files.ls(f"{self._root}{below}", detail=False)
        except FileNotFoundError:
            return []
        return [path.rstrip("/").rpartition("/")[2] for path in paths]

    def put(self, file: Path, name: str) -> None:
        with _Trouble(f"{name} cannot be stored"):
            if self._is_local:
                part = Path(f"{self._path(name)}.part")
                _folder_for(part)
                shutil.copyfile(file, part)
                _settle(part, Path(self._path(name)))
            else:
                self._files.put_file(str(file), self._path(name))
            self._files.invalidate_cache()

    def write(self, name: str, content: bytes) -> None:
        """In the place of what is there."""
        with _Trouble(f"{name} cannot be stored"):
            path = self._path(name)
            if self._is_local:
                part = Path(f"{path}.part")
                _folder_for(part)
                part.write_bytes(content)
                _settle(part, Path(path))
            else:
                self._files.pipe_file(path, content)
            self._files.invalidate_cache()

    def read(self, name: str) -> bytes | None:
        """None where there is no such file."""
        with _Trouble(f"{name} cannot be read"):
            self._files.invalidate_cache()
            try:
                return self._files.cat_file(self._path(name))
            except FileNotFoundError:
                return None

    def open(self, name: str) -> IO[bytes]:
        """To be read in any order. Raises FileNotFoundError."""
        with _Trouble(f"{name} cannot be read"):
            return self._files.open(self._path(name), "rb")

    def sum(self, name: str) -> tuple[int, str]:
        """How many bytes there are, and their SHA-256. Raises FileNotFoundError."""
        digest, size = hashlib.sha256(), 0
        with _Trouble(f"{name} cannot be read"), self.open(name) as file:
            while some := file.read(_AT_ONCE):
                digest.update(some)
                size += len(some)
        return size, digest.hexdigest()

    def drop(self, name: str) -> None:
        """Whether it is there or not."""
        with _Trouble(f"{name} cannot be deleted"), suppress(FileNotFoundError):
            self._files.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        """Whatever is no name of ours leads nowhere."""
        if not _NAME.fullmatch(name):
            raise StoreTrouble("is no name of a file of the archive")
        return f"{self._root}/{name}"


def _settle(part: Path, path: Path) -> None:
    """Gives it its name once it is on the disk, and then makes the name durable."""
    _sync(part)
    part.replace(path)
    _sync(path.parent)


def _folder_for(path: Path) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync(path.parent.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Trouble:
    """Whatever a store raises, in one line, but that a file is not there."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None: ...

    def __exit__(
        self, _kind: object, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, StoreTrouble | FileNotFoundError):
            raise StoreTrouble(f"{self._what}: {error or type(error).__name__}") from error
