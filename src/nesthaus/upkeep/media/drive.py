"""Google Drive, as version 3 of its API is documented: lists of folders, contents of files.

Reads: the API, with a service account that may read only. Writes: files of the caller.
Promises: a list is whole or there is none; a file has the size and the checksum the list told.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, TypeVar

import httpx
import msgspec
from msgspec import Meta, Struct

from nesthaus.upkeep.media.drive_account import AccountAway, AccountRefused, DriveAccount
from nesthaus.upkeep.media.parts import Part, written

TRIES = 6
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
MAX_PAGES = 1_000
MAX_PAGE_BYTES = 16 * 1024 * 1024
MAX_FILE_BYTES = 8 * 1024**3
PAGE_SIZE = 1_000

_TIMEOUT = httpx.Timeout(30.0)
_FIELDS = "nextPageToken,incompleteSearch,files(id,name,mimeType,size,md5Checksum,modifiedTime)"
_PATIENCE_S = 120.0
_SLOWEST_BYTES_PER_S = 20_000
_PARTIAL = 206
_UNAUTHORISED = 401
_FORBIDDEN = 403
_NO_SUCH_RANGE = 416
_NOT_NOW = frozenset({408, 429, 500, 502, 503, 504})
_RATE_REASONS = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "sharingRateLimitExceeded"}
)

Result = TypeVar("Result")
Pause = Callable[[float], Awaitable[None]]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,200}$")]


class DriveTrouble(Exception):
    """One line: what Drive does not do, and will not do at the next try."""


class DriveAway(DriveTrouble):
    """It was tried again and again."""


class _NotNow(Exception):
    """Worth another try; `after_s` is how long Drive asks to wait."""

    def __init__(self, reason: str, after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.after_s = after_s


class RemoteFile(Struct, frozen=True, rename="camel"):
    """Without `md5_checksum` it has no content of its own, such as a document of Google's."""

    id: Id
    name: str
    mime_type: str
    modified_time: datetime | None = None
    size: Annotated[str, Meta(pattern=r"^[0-9]{1,15}$")] | None = None
    md5_checksum: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")] | None = None

    @property
    def size_bytes(self) -> int:
        return int(self.size or 0)


class _Page(Struct, frozen=True, rename="camel"):
    files: list[RemoteFile]
    next_page_token: str | None = None
    incomplete_search: bool = False


class _ErrorReason(Struct, frozen=True):
    reason: str = ""


class _ErrorBody(Struct, frozen=True):
    message: str = ""
    errors: list[_ErrorReason] = []


class _Error(Struct, frozen=True):
    error: _ErrorBody


class Drive:
    """`pause` waits for so many seconds between tries."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        account: DriveAccount,
        url: str,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._client = client
        self._account = account
        self._files = f"{url}/drive/v3/files"
        self._pause = pause

    async def listed(self, folder: str) -> list[RemoteFile]:
        """The images and videos that lie in the folder, not in folders below it. Raises
        DriveTrouble where the list is not whole."""
        found: dict[str, RemoteFile] = {}
        tokens: set[str] = set()
        token: str | None = None
        for _ in range(MAX_PAGES):
            page = await self._again(lambda token=token: self._page(folder, token))
            if page.incomplete_search:
                raise DriveTrouble(f"the list of folder {folder} is not complete, Drive says")
            found |= {file.id: file for file in page.files}
            token = page.next_page_token
            if not token:
                return list(found.values())
            if token in tokens:
                break
            tokens.add(token)
        raise DriveTrouble(f"the list of folder {folder} does not end")

    async def _page(self, folder: str, token: str | None) -> _Page:
        parameters = {
            "q": (
                f"'{folder}' in parents and trashed = false"
                " and (mimeType contains 'image/' or mimeType contains 'video/')"
            ),
            "fields": _FIELDS,
            "pageSize": str(PAGE_SIZE),
            "orderBy": "name",
            "supportsAllDrives": "true",
            "includeItemsFromAllDrives": "true",
        }
        if token:
            parameters["pageToken"] = token
        headers = await self._headers()
        async with (
            _within(_PATIENCE_S),
            self._client.stream(
                "GET", self._files, params=parameters, headers=headers, timeout=_TIMEOUT
            ) as answer,
        ):
            body = await _body(answer, MAX_PAGE_BYTES)
            _check(answer, body, f"folder {folder}")
        try:
            return msgspec.json.decode(body, type=_Page)
        except msgspec.DecodeError as error:
            raise DriveTrouble(f"the list of folder {folder} cannot be read: {error}") from error

    async def download(
        self, file: RemoteFile, part: Part, told: Callable[[int], None] = lambda _bytes: None
    ) -> None:
        """Into `part`, going on where an earlier attempt broke off; `told` hears of the bytes that
        come. Raises DriveTrouble."""
        if file.size_bytes > MAX_FILE_BYTES:
            raise DriveTrouble(f"is larger than {MAX_FILE_BYTES:,} bytes")
        await self._again(lambda: self._download(file, part, told))

    async def _download(self, file: RemoteFile, part: Part, told: Callable[[int], None]) -> None:
        have = part.size
        if have is None or have < file.size_bytes:
            async with _within(_PATIENCE_S + file.size_bytes / _SLOWEST_BYTES_PER_S):
                await self._fetch(file, part, have or 0, told)
            have = part.size or 0
        if have > file.size_bytes:
            part.drop()
            raise _NotNow(f"its content is longer than {file.size_bytes:,} bytes")
        if have < file.size_bytes:
            raise _NotNow(f"its content ends after {have:,} of {file.size_bytes:,} bytes")
        if await asyncio.to_thread(part.md5) != file.md5_checksum:
            part.drop()
            raise _NotNow("its content has another checksum than the list tells")

    async def _fetch(
        self, file: RemoteFile, part: Part, have: int, told: Callable[[int], None]
    ) -> None:
        """At most one chunk more than the file has."""
        headers = await self._headers() | {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        parameters = {"alt": "media", "supportsAllDrives": "true"}
        address = f"{self._files}/{file.id}"
        async with self._client.stream(
            "GET", address, params=parameters, headers=headers, timeout=_TIMEOUT
        ) as answer:
            if answer.status_code == _NO_SUCH_RANGE:
                part.drop()
                raise _NotNow("its content is shorter than it was")
            if not answer.is_success:
                _check(answer, await _body(answer, MAX_PAGE_BYTES), f"file {file.id}")
            begins = answer.headers.get("content-range", "").startswith(f"bytes {have}-")
            goes_on = have > 0 and answer.status_code == _PARTIAL and begins
            have = have if goes_on else 0
            with part.opened(goes_on=goes_on) as writing:
                async for chunk in answer.aiter_bytes():
                    writing.write(chunk)
                    told(len(chunk))
                    have += len(chunk)
                    if have > file.size_bytes:
                        break
                written(writing)

    async def _headers(self) -> dict[str, str]:
        try:
            return {"Authorization": f"Bearer {await self._account.token()}"}
        except AccountAway as error:
            raise _NotNow(str(error)) from error
        except AccountRefused as error:
            raise DriveTrouble(str(error)) from error

    async def _again(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """Tries again after pauses that grow, each made a little different from other callers'."""
        reason = ""
        for number in range(TRIES):
            try:
                return await attempt()
            except _NotNow as error:
                reason, least_s = str(error), error.after_s
            except httpx.TransportError as error:
                reason, least_s = str(error) or type(error).__name__, 0.0
            except _TokenOver:
                reason, least_s = "the token is not taken", 0.0
                await self._new_token()
            if number + 1 < TRIES:
                grown_s = FIRST_PAUSE_S * 2**number * random.uniform(0.75, 1.25)  # noqa: S311
                await self._pause(min(max(grown_s, least_s), LONGEST_PAUSE_S))
        raise DriveAway(f"{reason} (tried {TRIES} times)")

    async def _new_token(self) -> None:
        try:
            await self._account.token(anew=True)
        except AccountAway:
            return  # the next try asks again
        except AccountRefused as error:
            raise DriveTrouble(str(error)) from error


class _TokenOver(Exception):
    """401: the token was taken back, or is over by Drive's clock."""


async def _body(answer: httpx.Response, most: int) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > most:
            raise DriveTrouble(f"an answer is longer than {most:,} bytes")
    return bytes(body)


def _check(answer: httpx.Response, body: bytes, what: str) -> None:
    status = answer.status_code
    if answer.is_success:
        return
    if status == _UNAUTHORISED:
        raise _TokenOver
    reasons, message = _reasons(body)
    if status in _NOT_NOW or (status == _FORBIDDEN and reasons & _RATE_REASONS):
        raise _NotNow(f"{what}: Drive answers {status}", _retry_after_s(answer.headers))
    told = f": {' '.join(message.split())[:200]}" if message else ""
    raise DriveTrouble(f"{what}: Drive answers {status}{told}")


def _reasons(body: bytes) -> tuple[set[str], str]:
    try:
        error = msgspec.json.decode(body, type=_Error).error
    except msgspec.DecodeError:
        return set(), ""
    return {each.reason for each in error.errors}, error.message


def _retry_after_s(headers: Mapping[str, str]) -> float:
    text = headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0.0


@asynccontextmanager
async def _within(seconds: float) -> AsyncGenerator[None]:
    """A server that lets its bytes drip is one that does not answer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise _NotNow(f"it took longer than {seconds:.0f} s") from None
