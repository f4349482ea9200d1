"""The list of sessions, and one session as a row."""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements
from nesthaus.report.archived import archived_between
from nesthaus.report.filters import Filters
from nesthaus.report.reading import reading
from nesthaus.responses import cursor_of

SQL = load_statements("nesthaus.report", "sessions.sql")


class Place(Struct, frozen=True, array_like=True):
    """The last session of a page."""

    start_time: datetime
    session_id: str


class SessionRow(Struct, frozen=True, rename="camel"):
    """A row of `user_sessions`, less what only merging needs. Prices in whole euros."""

    session_id: str
    id: UUID
    start_time: datetime
    end_time: datetime | None
    last_activity: datetime
    session_duration: int | None
    total_interactions: int
    conversion_status: str
    converted_at: datetime | None
    abandoned_at: datetime | None
    verified_at: datetime | None
    order_id: str | None
    exit_page: str | None
    ip_address: str | None
    user_agent: str | None
    device_type: str
    browser_name: str
    viewport_width: int | None
    viewport_height: int | None
    referrer: str | None
    referrer_host: str
    utm_source: str
    utm_medium: str | None
    utm_campaign: str | None
    bot_reason: str | None
    final_configuration: dict[str, object] | None
    final_configuration_hash: str | None
    final_snapshot_at: datetime | None
    last_price: int | None
    last_price_list_version: str | None
    created_at: datetime
    updated_at: datetime
    tracker_version: str | None
    clock_skew_ms: int | None


class SessionPage(Struct, frozen=True, rename="camel"):
    """`next_cursor` is None on the last page. `archived`: months of the range, by their first days,
    whose sessions are in the archive and therefore not listed; their journeys are told by id."""

    items: list[SessionRow]
    next_cursor: str | None
    archived: list[date]
    as_of: datetime


async def page_of_sessions(
    pool: Pool,
    filters: Filters,
    *,
    limit: int,
    after: Place | None,
    as_of: datetime,
) -> SessionPage:
    """The latest first; sessions that began in the same microsecond by id."""
    place = after or Place(filters.until, "")
    parameters = asdict(filters) | {
        "limit": limit + 1,
        "before_start": place.start_time,
        "before_id": place.session_id,
    }
    async with reading(pool) as connection:
        async with connection.cursor(row_factory=class_row(SessionRow)) as cursor:
            await cursor.execute(SQL["page_of_sessions"], parameters)
            rows = await cursor.fetchall()
        archived = await archived_between(connection, filters.since, filters.until)
    items = rows[:limit]
    is_last = len(rows) <= limit
    last = None if is_last else cursor_of(Place(items[-1].start_time, items[-1].session_id))
    return SessionPage(items, last, archived, as_of)
