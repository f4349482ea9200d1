"""Lists in pages, the latest row first, as all lists of accounts, tokens and changes are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncCursor

Row = TypeVar("Row")


class Place(Struct, frozen=True, array_like=True):
    """Where a page ends: the time and id of its last row."""

    at: datetime
    id: UUID


# Before every row, so that the first page is a range of the index like any other.
_START = Place(datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`next_place` is None on the last page."""

    items: list[Row]
    next_place: Place | None


async def page_of(
    cursor: AsyncCursor[Row],
    statement: bytes,
    limit: int | None,
    after: Place | None,
    place_of_row: Callable[[Row], Place],
) -> Page[Row]:
    """`statement` takes `before_at`, `before_id` and `limit`; a limit of None: all rows."""
    place = after or _START
    parameters: dict[str, Any] = {
        "before_at": place.at,
        "before_id": place.id,
        "limit": None if limit is None else limit + 1,
    }
    await cursor.execute(statement, parameters)
    rows = await cursor.fetchall()
    if limit is None or len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], place_of_row(rows[limit - 1]))
