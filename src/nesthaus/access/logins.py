"""Logins of the dashboard: 256 random bits in a cookie, of which only the SHA-256 is kept."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import class_row

from nesthaus.access.accounts import KnownAccount, lock_accounts
from nesthaus.access.actors import Actor, Role
from nesthaus.access.last_use import LastUse
from nesthaus.access.shared_lookup import SharedLookup
from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements

IDLE_LIMIT = timedelta(hours=12)
LIMIT = timedelta(days=7)

_SQL = load_statements("nesthaus.access", "logins.sql")
_SHAPE = re.compile("[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class _Valid:
    email: str
    role: str
    created_at: datetime
    last_used_at: datetime


class Logins:
    """Reads and writes `logins`. A login ends 12 hours after its last use, at most a minute
    earlier, and 7 days after it began. `pool` must be one that may write."""

    def __init__(self, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clock = clock
        self._uses = LastUse(pool, _SQL["note_use"], "login")
        self._valid = SharedLookup(self._find_valid)

    async def begin(self, account: KnownAccount) -> str | None:
        """The cookie's value; None where the account is gone or its password another by now.

        Also throws away what is over.
        """
        token = secrets.token_urlsafe(32)
        at = self._clock()
        row = {
            "token_hash": _hash(token),
            "account_id": account.id,
            "password_hash": account.password_hash,
            "at": at,
            "expires_at": _expiry(at, at),
        }
        async with self._pool.connection() as connection:
            await lock_accounts(connection)
            await connection.execute(_SQL["delete_expired"], {"at": at})
            cursor = await connection.execute(_SQL["begin_login"], row)
            return None if await cursor.fetchone() is None else token

    async def actor_of(self, token: str) -> Actor | None:
        """None for what is no login, or one that is over. Asks the database each time."""
        return await self._valid.of(token) if _SHAPE.fullmatch(token) else None

    async def _find_valid(self, token: str) -> Actor | None:
        at = self._clock()
        token_hash = _hash(token)
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(_Valid)) as cursor,
        ):
            await cursor.execute(_SQL["valid_login"], {"token_hash": token_hash, "at": at})
            valid = await cursor.fetchone()
        if valid is None:
            return None
        row = {"token_hash": token_hash, "expires_at": _expiry(valid.created_at, at)}
        self._uses.note_soon(token_hash, valid.last_used_at, at, row)
        return Actor(valid.email, Role(valid.role), is_account=True)

    async def end(self, token: str) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["end_login"], {"token_hash": _hash(token)})

    async def close(self) -> None:
        """Waits for what is still to be noted; to be called before the pool is closed."""
        await self._uses.close()


def csrf_token(login: str) -> str:
    """What the pages send with every change: whoever can make a browser send the cookie from
    elsewhere still does not know it. Not to be had from the database, which has the hash only."""
    digest = hmac.digest(login.encode(), b"nesthaus csrf", "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_csrf_token(given: str, login: str) -> bool:
    return hmac.compare_digest(given.encode(), csrf_token(login).encode())


def _hash(token: str) -> bytes:
    # No salt and no slow hash: 256 random bits cannot be guessed or looked up.
    return hashlib.sha256(token.encode()).digest()


def _expiry(began_at: datetime, used_at: datetime) -> datetime:
    return min(used_at + IDLE_LIMIT, began_at + LIMIT)
