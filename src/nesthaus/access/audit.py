"""The audit log: what was changed by whom. Written in the transaction of the change itself."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from msgspec import Struct
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from nesthaus.access.paging import Page, Place, page_of
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements

COMMAND_LINE = "command line"
FIRST_START = "first start"
ITSELF = "nesthaus"

_RELEASES = UUID("7d7ef2f4-3c0f-4b0e-9d2c-1d7a0a3c8e55")  # any fixed one

_SQL = load_statements("nesthaus.access", "audit.sql")


class AuditEntry(Struct, frozen=True, rename="camel"):
    """`actor` is an account's name, `token NAME`, `command line`, `first start`, or
    `nesthaus` itself."""

    id: UUID
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, object] | None


async def note(
    connection: Connection,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, object] | None = None,
    *,
    at: datetime,
) -> None:
    """One entry: `note(connection, acting.signature, "drop dead letter", str(id), at=clock())`.

    `action` is a verb and what it was done to, `subject` names the one it was done to. No secret
    belongs into any of it. On the connection of the change, so that both are kept or neither is.
    """
    row = {
        "id": uuid4(),
        "at": at,
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": None if detail is None else Jsonb(dict(detail)),
    }
    await connection.execute(_SQL["note"], row)


async def note_release(connection: Connection, version: str, at: datetime) -> None:
    """Once for each version, whichever process runs it first: what changed, a page can show."""
    row = {"id": uuid5(_RELEASES, version), "at": at, "actor": ITSELF, "version": version}
    await connection.execute(_SQL["note_release"], row)


async def page_of_audit(pool: Pool, limit: int, after: Place | None) -> Page[AuditEntry]:
    """The latest first."""
    async with (
        pool.connection() as connection,
        connection.cursor(row_factory=class_row(AuditEntry)) as cursor,
    ):
        return await page_of(
            cursor, _SQL["page_of_audit"], limit, after, lambda entry: Place(entry.at, entry.id)
        )
