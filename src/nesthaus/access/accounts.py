"""Accounts of the dashboard."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from msgspec import Struct, structs
from psycopg.rows import class_row, dict_row

from nesthaus.access.actors import Actor, Role
from nesthaus.access.audit import FIRST_START, note
from nesthaus.access.paging import Page, Place, page_of
from nesthaus.access.password_rules import (
    FIRST_NAME,
    InvalidAccountName,
    InvalidPassword,
    checked_name,
    checked_password,
)
from nesthaus.access.passwords import Passwords
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements

_SQL = load_statements("nesthaus.access", "accounts.sql")


class Deletion(StrEnum):
    DONE = "done"
    UNKNOWN = "unknown"
    LAST_ADMIN = "last admin"


class Account(Struct, frozen=True, rename="camel"):
    id: UUID
    email: str
    role: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """With the hash its password was checked against."""

    id: UUID
    email: str
    role: str
    password_hash: str
    created_at: datetime

    def actor(self) -> Actor:
        return Actor(self.email, Role(self.role), is_account=True)


async def lock_accounts(connection: Connection) -> None:
    """Until the end of the transaction nobody else changes accounts or begins a login."""
    await connection.execute(_SQL["lock_accounts"])


class Accounts:
    """Reads and writes `accounts`; each change with an entry in the audit log.

    `by` is who makes it, as the audit log names them. Where a password is checked or made,
    TooManyAtOnce may be raised.
    """

    def __init__(self, pool: Pool, passwords: Passwords, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._passwords = passwords
        self._clock = clock

    async def create(self, email: str, role: Role, password: str, by: str) -> Account | None:
        """None where there is one of that name. Raises InvalidAccountName and InvalidPassword."""
        name = checked_name(email)
        password_hash = await self._passwords.hash(checked_password(password))
        async with self._pool.connection() as connection:
            await lock_accounts(connection)
            return await self._insert(connection, name, role, password_hash, by)

    async def create_first(self, password: str) -> bool:
        """Makes `admin` where there is no account yet; several processes may try at once."""
        password_hash = await self._passwords.hash(checked_password(password))
        async with self._pool.connection() as connection:
            await lock_accounts(connection)
            cursor = await connection.execute(_SQL["any_account"])
            if await cursor.fetchone() is not None:
                return False
            await self._insert(connection, FIRST_NAME, Role.ADMIN, password_hash, FIRST_START)
            return True

    async def _insert(
        self, connection: Connection, name: str, role: Role, password_hash: str, by: str
    ) -> Account | None:
        account = Account(uuid4(), name, role.value, self._clock())
        row = {**structs.asdict(account), "password_hash": password_hash}
        cursor = await connection.execute(_SQL["create_account"], row)
        if await cursor.fetchone() is None:
            return None
        detail = {"role": account.role}
        await note(connection, by, "create user", name, detail, at=account.created_at)
        return account

    async def exist(self) -> bool:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SQL["any_account"])
            return await cursor.fetchone() is not None

    async def page(self, limit: int | None, after: Place | None) -> Page[Account]:
        """The latest first; a limit of None: all."""
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Account)) as cursor,
        ):
            return await page_of(
                cursor,
                _SQL["page_of_accounts"],
                limit,
                after,
                lambda account: Place(account.created_at, account.id),
            )

    async def named(self, email: str) -> KnownAccount | None:
        try:
            name = checked_name(email)
        except InvalidAccountName:
            return None
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(KnownAccount)) as cursor,
        ):
            await cursor.execute(_SQL["account_named"], {"email": name})
            return await cursor.fetchone()

    async def with_password(self, email: str, password: str) -> KnownAccount | None:
        """None for an unknown account and for a wrong password, after the same time."""
        account = await self.named(email)
        try:
            tried, password_hash = checked_password(password), account and account.password_hash
        except InvalidPassword:  # nobody's: it could never have been chosen
            tried, password_hash = "", None
        matches = await self._passwords.matches(tried, password_hash)
        return account if matches else None

    async def delete(self, account_id: UUID, by: str) -> Deletion:
        """Its logins end at once."""
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await lock_accounts(connection)
            await cursor.execute(_SQL["delete_account"], {"id": account_id})
            deleted = await cursor.fetchone()
            if deleted is None:
                return Deletion.UNKNOWN
            await cursor.execute(_SQL["any_admin"])
            if await cursor.fetchone() is None:
                await connection.rollback()
                return Deletion.LAST_ADMIN
            detail = {"role": deleted["role"]}
            await note(connection, by, "delete user", deleted["email"], detail, at=self._clock())
            return Deletion.DONE

    async def change_password(self, account_id: UUID, password: str, by: str) -> bool:
        """Ends all its logins; False where there is no such account. Raises InvalidPassword."""
        password_hash = await self._passwords.hash(checked_password(password))
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await lock_accounts(connection)
            row = {"id": account_id, "password_hash": password_hash}
            await cursor.execute(_SQL["change_password"], row)
            changed = await cursor.fetchone()
            if changed is None:
                return False
            await cursor.execute(_SQL["end_logins"], row)
            await note(connection, by, "change password", changed["email"], at=self._clock())
            return True
