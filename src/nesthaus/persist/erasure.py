"""Takes sessions out again with all that hangs on them, step by step, marks for their hours left.

What is erased are sessions of a form of id. An order that was counted in one of them is counted in
the session that reported it next, if there is one; nothing else of others changes. Each step is a
transaction of its own: whoever stores meanwhile waits no longer than one takes, and a stop loses
nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg.rows import class_row, scalar_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.periods import start_of_hour
from nesthaus.persist import orders
from nesthaus.persist.raw_rows import Claim
from nesthaus.persist.rows import OF_NO_SESSION, columns
from nesthaus.persist.store import Rules, work_out_anew

_SQL = load_statements("nesthaus.persist", "erasure.sql")
_SESSIONS_A_STEP = 1_000
_SPAN_OF_A_STEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session stands in the order of their beginnings."""

    session_id: str
    start_time: datetime


async def count_sessions(connection: Connection, pattern: str) -> int:
    """How many sessions have an id of this form: a regular expression over all of it."""
    async with connection.transaction():
        cursor = await connection.execute(_SQL["count_sessions"], {"pattern": pattern})
        row = await cursor.fetchone()
    return 0 if row is None else row[0]


async def erase_sessions(
    connection: Connection,
    pattern: str,
    now: datetime,
    rules: Rules,
    erased: Callable[[int], None],
) -> int:
    """How many sessions were erased. `erased` is told the number after each step.

    `connection` is in no transaction. Afterwards nothing is left of them but marks, by which the
    figures of their hours forget them.
    """
    count, last = 0, Place("", datetime.max.replace(tzinfo=UTC))
    while places := await _erase_step(connection, pattern, last, now, rules):
        count, last = count + len(places), places[-1]
        erased(len(places))
    await _erase_metrics(connection, pattern, rules.zone)
    return count


async def _erase_step(
    connection: Connection, pattern: str, last: Place, now: datetime, rules: Rules
) -> list[Place]:
    parameters = {
        "pattern": pattern,
        "start_time": last.start_time,
        "session_id": last.session_id,
        "limit": _SESSIONS_A_STEP,
    }
    async with connection.transaction():
        async with connection.cursor(row_factory=class_row(Place)) as cursor:
            await cursor.execute(_SQL["next_sessions"], parameters)
            places = await cursor.fetchall()
        if places:
            gone = await take_out(connection, [each.session_id for each in places], now, rules)
            await mark_hours(connection, gone, rules.zone)
    return places


async def take_out(
    connection: Connection, session_ids: Sequence[str], now: datetime, rules: Rules
) -> list[Place]:
    """Those that were there, as they were at last: a late event may have moved a start since
    somebody looked. The hours of others that change by it are marked, theirs are not."""
    async with connection.cursor(row_factory=class_row(Place)) as cursor:
        await cursor.execute(_SQL["delete_sessions"], {"session_id": session_ids})
        gone = await cursor.fetchall()
    await _pass_orders_on(connection, session_ids, now, rules)
    return gone


async def _pass_orders_on(
    connection: Connection, session_ids: Sequence[str], now: datetime, rules: Rules
) -> None:
    """Orders of erased sessions go to whoever reported them next, marked to be counted again."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["delete_orders"], {"session_id": session_ids})
        freed: list[str] = await cursor.fetchall()
    if not freed:
        return
    async with connection.cursor(row_factory=class_row(Claim)) as cursor:
        await cursor.execute(_SQL["remaining_claims"], {"order_id": freed})
        claims = await cursor.fetchall()
    await orders.claim(connection, claims)
    heirs = await orders.owners(connection, freed)
    await work_out_anew(connection, set(heirs.values()), now, rules)


async def mark_hours(connection: Connection, gone: Sequence[Place], zone: ZoneInfo) -> None:
    """One for each hour: a mark asks for the whole hour to be counted again."""
    hours = {start_of_hour(each.start_time, zone): each.session_id for each in gone}
    marks = [(session_id, hour) for hour, session_id in sorted(hours.items())]
    if marks:
        await connection.execute(_SQL["insert_marks"], columns(marks, ("session_id", "hour")))


async def _erase_metrics(connection: Connection, pattern: str, zone: ZoneInfo) -> None:
    """Day by day, because they are found by their time alone."""
    async with connection.transaction():
        cursor = await connection.execute(_SQL["span_of_metrics"])
        row = await cursor.fetchone()
    if row is None or row[0] is None:
        return
    since, last = row
    while since <= last:
        until = since + _SPAN_OF_A_STEP
        parameters = {"pattern": pattern, "since": since, "until": until}
        async with connection.transaction():
            async with connection.cursor(row_factory=scalar_row) as cursor:
                await cursor.execute(_SQL["delete_metrics"], parameters)
                gone = [Place(OF_NO_SESSION, at) for at in await cursor.fetchall()]
            await mark_hours(connection, gone, zone)
        since = until
