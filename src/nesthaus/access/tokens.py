"""API tokens: 256 random bits, of which only the SHA-256 is kept."""

import asyncio
import hashlib
import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import class_row

from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements

PREFIX = "nest_"

_SQL = load_statements("nesthaus.access", "tokens.sql")
_SHAPE = re.compile(PREFIX + "[A-Za-z0-9_-]{43}")
_NOTE_USE_EVERY = timedelta(minutes=1)

_log = logging.getLogger(__name__)


class Role(StrEnum):
    """A viewer reads, an admin changes, a tracker is a server that reports conversions."""

    VIEWER = "viewer"
    ADMIN = "admin"
    TRACKER = "tracker"


class InvalidName(ValueError):
    """A token's name is 1 to 100 characters; the message says so."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """`token` is told this once and never again."""

    id: UUID
    token: str


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; `last_used_at` may be a minute behind."""

    id: UUID
    name: str
    role: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Valid:
    id: UUID
    role: str
    last_used_at: datetime | None


class Tokens:
    """Reads and writes `api_tokens`. `pool` must be one that may write."""

    def __init__(
        self,
        pool: Pool,
        clock: Callable[[], datetime],
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._notes: dict[UUID, asyncio.Task[None]] = {}

    async def create(self, name: str, role: Role) -> NewToken:
        """Raises InvalidName."""
        if not 1 <= len(name) <= 100 or "\0" in name:
            raise InvalidName("a token's name has 1 to 100 characters and no NUL")
        new = NewToken(uuid4(), PREFIX + secrets.token_urlsafe(32))
        row = {
            "id": new.id,
            "name": name,
            "role": role.value,
            "token_hash": _hash(new.token),
            "at": self._clock(),
        }
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["create_token"], row)
        return new

    async def list(self) -> list[Token]:
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Token)) as cursor,
        ):
            await cursor.execute(_SQL["list_tokens"])
            return await cursor.fetchall()

    async def revoke(self, token_id: UUID) -> bool:
        """False where there is no such token; once more is harmless."""
        async with self._pool.connection() as connection:
            row = {"id": token_id, "at": self._clock()}
            cursor = await connection.execute(_SQL["revoke_token"], row)
            return await cursor.fetchone() is not None

    async def role_of(self, token: str) -> Role | None:
        """None for what is no valid token. Asks the database each time: a revoked one is refused
        at once. Raises psycopg.OperationalError where the database is away."""
        if not _SHAPE.fullmatch(token):
            return None
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(_Valid)) as cursor,
        ):
            await cursor.execute(_SQL["valid_token"], {"token_hash": _hash(token)})
            valid = await cursor.fetchone()
        if valid is None:
            return None
        self._note_use_soon(valid)
        return Role(valid.role)

    def _note_use_soon(self, token: _Valid) -> None:
        """At most once a minute, and after the answer: no request waits for it."""
        at = self._clock()
        noted_before = at - _NOTE_USE_EVERY
        is_fresh = token.last_used_at is not None and token.last_used_at > noted_before
        if is_fresh or token.id in self._notes:
            return
        note = asyncio.create_task(self._note_use(token.id, at, noted_before))
        self._notes[token.id] = note
        note.add_done_callback(lambda _: self._notes.pop(token.id, None))

    async def _note_use(self, token_id: UUID, at: datetime, noted_before: datetime) -> None:
        row = {"id": token_id, "at": at, "noted_before": noted_before}
        try:
            async with self._pool.connection() as connection:
                await connection.execute(_SQL["note_use"], row)
        except psycopg.Error as error:
            _log.warning("the use of token %s could not be noted: %s", token_id, error)

    async def close(self) -> None:
        """Waits for what is still to be noted; to be called before the pool is closed."""
        await asyncio.gather(*self._notes.values())


def _hash(token: str) -> bytes:
    # No salt and no slow hash: 256 random bits cannot be guessed or looked up.
    return hashlib.sha256(token.encode()).digest()
