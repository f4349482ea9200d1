"""API tokens: 256 random bits, of which only the SHA-256 is kept."""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from msgspec import Struct
from psycopg.rows import class_row, dict_row

from nesthaus.access.actors import Actor, Role
from nesthaus.access.audit import COMMAND_LINE, note
from nesthaus.access.last_use import LastUse
from nesthaus.access.paging import Page, Place, page_of
from nesthaus.access.shared_lookup import SharedLookup
from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements

PREFIX = "nest_"

_SQL = load_statements("nesthaus.access", "tokens.sql")
_SHAPE = re.compile(PREFIX + "[A-Za-z0-9_-]{43}")


class InvalidName(ValueError):
    """A token's name is 1 to 100 characters; the message says so."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """`token` is told this once and never again."""

    id: UUID
    token: str


class Token(Struct, frozen=True, rename="camel"):
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
    name: str
    role: str
    last_used_at: datetime | None


class Tokens:
    """Reads and writes `api_tokens`. `pool` must be one that may write.

    `by` is who makes a change, as the audit log names them.
    """

    def __init__(
        self,
        pool: Pool,
        clock: Callable[[], datetime],
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._uses = LastUse(pool, _SQL["note_use"], "token")
        self._valid = SharedLookup(self._find_valid)

    async def create(self, name: str, role: Role, by: str = COMMAND_LINE) -> NewToken:
        """Raises InvalidName."""
        if not 1 <= len(name) <= 100 or not name.isprintable():
            raise InvalidName("a token's name has 1 to 100 printable characters")
        new = NewToken(uuid4(), PREFIX + secrets.token_urlsafe(32))
        at = self._clock()
        row = {
            "id": new.id,
            "name": name,
            "role": role.value,
            "token_hash": _hash(new.token),
            "at": at,
        }
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["create_token"], row)
            detail = {"id": str(new.id), "role": role.value}
            await note(connection, by, "create token", name, detail, at=at)
        return new

    async def list(self) -> list[Token]:
        """All of them, revoked ones too, the latest first."""
        return (await self.page(None, None)).items

    async def page(self, limit: int | None, after: Place | None) -> Page[Token]:
        """Revoked ones too, the latest first."""
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Token)) as cursor,
        ):
            return await page_of(
                cursor,
                _SQL["page_of_tokens"],
                limit,
                after,
                lambda token: Place(token.created_at, token.id),
            )

    async def revoke(self, token_id: UUID, by: str = COMMAND_LINE) -> bool:
        """False where there is no such token; once more is harmless."""
        at = self._clock()
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(_SQL["revoke_token"], {"id": token_id, "at": at})
            revoked = await cursor.fetchone()
            if revoked is not None:
                detail = {"id": str(token_id), "role": revoked["role"]}
                await note(connection, by, "revoke token", revoked["name"], detail, at=at)
                return True
            await cursor.execute(_SQL["is_token"], {"id": token_id})
            return await cursor.fetchone() is not None

    async def role_of(self, token: str) -> Role | None:
        """As `actor_of`, of which it tells the role alone."""
        actor = await self.actor_of(token)
        return None if actor is None else actor.role

    async def actor_of(self, token: str) -> Actor | None:
        """None for what is no valid token. Asks the database each time: a revoked one is refused
        at once. Raises psycopg.OperationalError where the database is away."""
        return await self._valid.of(token) if _SHAPE.fullmatch(token) else None

    async def _find_valid(self, token: str) -> Actor | None:
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(_Valid)) as cursor,
        ):
            await cursor.execute(_SQL["valid_token"], {"token_hash": _hash(token)})
            valid = await cursor.fetchone()
        if valid is None:
            return None
        self._uses.note_soon(valid.id, valid.last_used_at, self._clock(), {"id": valid.id})
        return Actor(valid.name, Role(valid.role), is_account=False)

    async def close(self) -> None:
        """Waits for what is still to be noted; to be called before the pool is closed."""
        await self._uses.close()


def _hash(token: str) -> bytes:
    # No salt and no slow hash: 256 random bits cannot be guessed or looked up.
    return hashlib.sha256(token.encode()).digest()
