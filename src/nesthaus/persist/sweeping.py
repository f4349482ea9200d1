"""Takes out what tombstones name, wherever it came from: for a restore, and once a night."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from psycopg.rows import scalar_row

from nesthaus.archive.sessions import Archive
from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.events import Metric, RefusalCount
from nesthaus.domain.refusals import Refusal
from nesthaus.persist.erasing import UNKNOWN_SPAN, erase_rows, forget_in_archive
from nesthaus.persist.rows import REFUSAL_COLUMNS, columns, refusal_row
from nesthaus.persist.store import Rules
from nesthaus.persist.tombstones import all_tombstones
from nesthaus.stream.envelope import Unreadable, decode

_SQL = load_statements("nesthaus.persist", "erasing.sql")
_REFUSALS = load_statements("nesthaus.persist", "store.sql")


async def sweep(
    connection: Connection,
    archive: Archive,
    now: datetime,
    rules: Rules,
    told: Callable[[str], None],
) -> int:
    """How many sessions were taken out, counted as refused. `connection` is in autocommit mode:
    each session goes in a transaction of its own. Raises StoreTrouble."""
    tombstones = await all_tombstones(connection)
    if not tombstones.stones:
        return 0
    told("looking for erased sessions")
    erased = sorted(tombstones.named_among(await _names(connection)))
    for session_id in erased:
        async with connection.transaction():
            await erase_rows(connection, session_id, UNKNOWN_SPAN, now, rules)
            refusal = RefusalCount(id=uuid4(), at=now, reason=Refusal.ERASED.value, count=1)
            row = columns([refusal_row(refusal, rules.zone)], REFUSAL_COLUMNS)
            await connection.execute(_REFUSALS["insert_refusals"], row)
        await forget_in_archive(connection, archive, session_id, now)
    return len(erased)


async def _names(connection: Connection) -> set[str]:
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["names"])
        names = set[str](await cursor.fetchall())
        await cursor.execute(_SQL["payloads"])
        for payload in await cursor.fetchall():
            names |= _named_in(payload)
    return names


def _named_in(payload: bytes) -> set[str]:
    try:
        delivery = decode(payload)
    except Unreadable:
        return set()
    metrics = {each.session_id for each in delivery.events if isinstance(each, Metric)}
    return {each for each in (delivery.session_id, *metrics) if each is not None}
