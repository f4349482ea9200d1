"""Where mirrored files lie: a folder, or any store that fsspec knows, such as S3.

A file is named by the SHA-256 of its content, so that a name never changes what it holds.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, cast

from fsspec.core import url_to_fs  # pyright: ignore[reportUnknownVariableType]
from fsspec.implementations.local import LocalFileSystem

from nesthaus.domain.media import MIME_TYPES

# Where the program itself answers with them.
FILES_PATH = "/api/media/files"
FILE_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,5}")
MANIFEST = "manifest.json"
_FOR_EVER = "public, max-age=31536000, immutable"
_A_MINUTE = "public, max-age=60"


class StoreTrouble(Exception):
    """One line: what the store does not do."""


class _FileSystem(Protocol):
    protocol: str | tuple[str, ...]

    def put_file(self, lpath: str, rpath: str, **headers: str) -> object: ...
    def info(self, path: str) -> Mapping[str, object]: ...
    def exists(self, path: str) -> bool: ...
    def rm_file(self, path: str) -> object: ...
    def mv(self, path1: str, path2: str) -> object: ...
    def makedirs(self, path: str, exist_ok: bool) -> object: ...
    def pipe_file(self, path: str, value: bytes, **headers: str) -> object: ...
    def invalidate_cache(self) -> object: ...


class MediaStore:
    """Every method waits for the store: call it in a thread."""

    def __init__(self, url: str) -> None:
        """`url`: `file:///…`, `s3://bucket/folder` or another of fsspec. Raises StoreTrouble."""
        try:
            files, root = cast("tuple[object, str]", url_to_fs(url))
        except (ImportError, ValueError, OSError) as error:
            raise StoreTrouble(f"{url}: {error}") from error
        self._files = cast("_FileSystem", files)
        self._root = root.rstrip("/")
        self._is_local = isinstance(files, LocalFileSystem)
        self._is_s3 = "s3" in self._files.protocol

    def local_path(self, name: str) -> Path | None:
        """Of a file in a folder of this machine; None where the store is elsewhere."""
        return Path(self._path(name)) if self._is_local else None

    def put(self, part: Path, name: str, size: int) -> None:
        """Whole, or not at all. Does nothing where it is there."""
        with _Trouble(f"{name} cannot be stored"):
            if self._has(name, size):
                return
            path = self._path(name)
            if self._is_local:
                self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
                self._files.put_file(str(part), f"{path}.part")
                self._files.mv(f"{path}.part", path)
            else:
                mime_type = MIME_TYPES[name.rpartition(".")[2]]
                self._files.put_file(str(part), path, **self._headers(mime_type, _FOR_EVER))
            self._files.invalidate_cache()
            if not self._has(name, size):
                raise OSError("it is not there, or has another size, afterwards")

    def has(self, name: str, size: int) -> bool:
        with _Trouble(f"{name} cannot be looked at"):
            return self._has(name, size)

    def drop(self, name: str) -> None:
        """Whether it is there or not."""
        with _Trouble(f"{name} cannot be deleted"):
            try:
                self._files.rm_file(self._path(name))
            except FileNotFoundError:
                return

    def write_manifest(self, document: bytes) -> None:
        with _Trouble("the manifest cannot be stored"):
            path = f"{self._root}/{MANIFEST}"
            if self._is_local:
                self._files.makedirs(self._root, exist_ok=True)
                self._files.pipe_file(f"{path}.part", document)
                self._files.mv(f"{path}.part", path)
            else:
                headers = self._headers("application/json", _A_MINUTE)
                self._files.pipe_file(path, document, **headers)

    def _headers(self, mime_type: str, cache: str) -> dict[str, str]:
        """What browsers are told that fetch it from the bucket. Only S3's are known here."""
        return {"ContentType": mime_type, "CacheControl": cache} if self._is_s3 else {}

    def _has(self, name: str, size: int) -> bool:
        try:
            return self._files.info(self._path(name)).get("size") == size
        except FileNotFoundError:
            return False

    def _path(self, name: str) -> str:
        """Whatever is no name of ours leads nowhere."""
        if not FILE_NAME.fullmatch(name):
            raise StoreTrouble("is no name of a mirrored file")
        return f"{self._root}/{name}"


class _Trouble:
    """Whatever a store raises, in one line; stores have errors of their own."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, StoreTrouble):
            raise StoreTrouble(f"{self._what}: {error or type(error).__name__}") from error
