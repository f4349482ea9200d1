"""Stored by several at once: do the tables say what a plain count says?"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence, Set
from datetime import timedelta
from functools import partial
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.errors import DeadlockDetected
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed, Identifier

from nesthaus.domain.events import Delivery, Entry, Finalisation, Interaction, Snapshot
from nesthaus.persist.store import Rules, store
from tests.persist import plain_count
from tests.persist.drawn import NOW, address_at

RULES = Rules(idle_after=timedelta(minutes=30), zone=ZoneInfo("Europe/Vienna"))
EMPTY = "truncate user_sessions, orders, recount_marks cascade"
RAW_TABLES = {
    "session_entries": Entry,
    "interaction_events": Interaction,
    "configuration_snapshots": Snapshot,
    "session_finalisations": Finalisation,
}


async def store_all(database_url: str, shares: Iterable[Sequence[Delivery]]) -> None:
    """One batch after the other, on a connection of its own."""
    async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
        for batch in shares:
            await again_after_deadlocks(partial(store, connection, batch, NOW, RULES))


async def again_after_deadlocks(act: Callable[[], Awaitable[object]]) -> None:
    """As workers and whoever erases do."""
    while True:
        try:
            await act()
        except DeadlockDetected:
            continue
        return


async def expect_plain_count(
    connection: AsyncConnection[Any],
    deliveries: Sequence[Delivery],
    erased: Set[str] = frozenset(),
) -> None:
    facts = plain_count.facts_of(deliveries)
    expected = plain_count.sessions_of(deliveries, NOW, RULES.idle_after)
    for row in await rows(connection, "select *, abbrev(ip_address) as ip from user_sessions"):
        wanted = expected.pop(row["session_id"])
        assert {column: row[column] for column in wanted} == wanted
        start = min(facts[row["session_id"]], key=lambda fact: fact.at)
        assert row["ip"] == address_at([start])
    assert expected == {}
    for table, kind in RAW_TABLES.items():
        stored = await rows(connection, SQL("table {}").format(Identifier(table)))
        told = {
            (row["session_id"], row["timestamp"], row["id"], row["over"])
            for row in stored
            if not row.get("implied")
        }
        assert told == plain_count.rows_of(facts, kind)
    owners = {r["order_id"]: r["session_id"] for r in await rows(connection, "table orders")}
    assert owners == plain_count.owner_of_orders(facts)
    marked = {r["session_id"] for r in await rows(connection, "table recount_marks")}
    assert marked == facts.keys() | erased


def copies_of(calls: Sequence[Delivery]) -> Counter[str]:
    """By session: acceptances less distinct ids. An id is accepted as often as the kind that has
    most of it; entries are not counted."""
    accepted: Counter[tuple[str, object]] = Counter()
    for each in calls:
        counted = [fact for fact in each.events if not isinstance(fact, Entry)]
        of_kinds = Counter((type(fact), fact.id) for fact in counted)
        for identifier in {fact.id for fact in counted}:
            most = max(count for (_, known), count in of_kinds.items() if known == identifier)
            accepted[each.session_id or "", identifier] += most
    copies: Counter[str] = Counter()
    for (session, _), count in accepted.items():
        copies[session] += count - 1
    return +copies


async def stored_copies(connection: AsyncConnection[Any]) -> Counter[str]:
    query = "select session_id, count(*) as copies from duplicate_events group by session_id"
    return Counter({row["session_id"]: row["copies"] for row in await rows(connection, query)})


async def rows(
    connection: AsyncConnection[Any], query: LiteralString | Composed
) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query)
        return await cursor.fetchall()
