"""Dead letters as the admin API tells them."""

import base64
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.access.paging import Page, Place, page_of
from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements
from nesthaus.persist.dead_letters import DeadLetter, content
from nesthaus.responses import cursor_of

_SQL = load_statements("nesthaus.persist", "dead_letters.sql")


class Envelope(Struct, frozen=True, rename="camel"):
    """A dead letter without what it says; `bytes` is how long that is."""

    id: UUID
    session_id: str | None
    reason: str
    detail: str
    created_at: datetime
    bytes: int


class DeadLetterPage(Struct, frozen=True, rename="camel"):
    """`next_cursor` is None on the last page."""

    items: list[Envelope]
    next_cursor: str | None
    as_of: datetime


class Opened(Envelope, frozen=True, rename="camel"):
    """A dead letter with what it says: as well as it can be read, and byte for byte in base64."""

    content: object
    payload: str


class Replayed(Struct, frozen=True):
    """Ids; `missing` are those of which there was no letter, or none any more."""

    replayed: list[UUID]
    missing: list[UUID]


async def page_of_dead_letters(
    pool: Pool, limit: int, after: Place | None, as_of: datetime
) -> DeadLetterPage:
    """The latest first."""
    async with (
        pool.connection() as connection,
        connection.cursor(row_factory=class_row(Envelope)) as cursor,
    ):
        page: Page[Envelope] = await page_of(
            cursor, _SQL["page"], limit, after, lambda each: Place(each.created_at, each.id)
        )
    following = None if page.next_place is None else cursor_of(page.next_place)
    return DeadLetterPage(page.items, following, as_of)


def opened(letter: DeadLetter) -> Opened:
    return Opened(
        id=letter.id,
        session_id=letter.session_id,
        reason=letter.reason,
        detail=letter.detail,
        created_at=letter.created_at,
        bytes=len(letter.payload),
        content=content(letter.payload),
        payload=base64.b64encode(letter.payload).decode(),
    )
