"""The right to read: a service account's tokens, for the scope that reads only."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, cast

import httpx
from google.auth import exceptions, transport
from google.oauth2.service_account import Credentials

SCOPES = ("https://www.googleapis.com/auth/drive.readonly",)
_TIMEOUT_S = 30.0


class AccountRefused(Exception):
    """The account or its key cannot be used; one line that says why."""


class AccountAway(Exception):
    """Who gives out tokens cannot be reached, or not now."""


class _Credentials(Protocol):
    """What is used of google-auth's, which tells no types."""

    valid: bool
    token: str | None

    def refresh(self, request: transport.Request) -> None: ...


class _Read(Protocol):
    def __call__(self, filename: str, *, scopes: list[str]) -> _Credentials: ...


class _Answer(transport.Response):
    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    @property
    def status(self) -> int:
        return self._answer.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer.headers

    @property
    def data(self) -> bytes:
        return self._answer.content


class _Transport(transport.Request):
    """What google-auth calls, by the HTTP client that is here anyway."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_others: object,
    ) -> transport.Response:
        try:
            answer = httpx.request(
                method,
                url,
                content=body,
                headers=dict(headers or {}),
                timeout=timeout or _TIMEOUT_S,
            )
        except httpx.HTTPError as error:
            raise exceptions.TransportError(error) from error
        return _Answer(answer)


class DriveAccount:
    """`key_file` is the JSON that Google Cloud gives for a service account."""

    def __init__(self, key_file: Path) -> None:
        try:
            read = cast("_Read", Credentials.from_service_account_file)
            self._credentials = read(str(key_file), scopes=list(SCOPES))
        except OSError as error:
            raise AccountRefused(f"{key_file}: {error.strerror}") from error
        except (ValueError, KeyError, exceptions.GoogleAuthError) as error:
            # The text of the error may quote the key.
            raise AccountRefused(f"{key_file} is no key of a service account") from error

    async def token(self, *, anew: bool = False) -> str:
        """One that is valid for some minutes. Raises AccountRefused and AccountAway."""
        if anew or not self._credentials.valid:
            try:
                await asyncio.to_thread(self._credentials.refresh, _Transport())
            except exceptions.TransportError as error:
                raise AccountAway("the token server cannot be reached") from error
            except exceptions.GoogleAuthError as error:
                if getattr(error, "retryable", False):
                    raise AccountAway("the token server does not answer now") from error
                raise AccountRefused("the token server refuses the service account") from error
        token = self._credentials.token
        if token is None:
            raise AccountRefused("the token server gave no token")
        return token
