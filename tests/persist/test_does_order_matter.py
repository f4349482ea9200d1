"""Shuffled, repeated, split over batches and workers: the tables always equal a plain count."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence, Set
from datetime import datetime, timedelta
from functools import partial
from itertools import accumulate, chain, pairwise
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection
from psycopg.errors import DeadlockDetected
from psycopg.rows import dict_row
from psycopg.sql import SQL, Composed, Identifier

from nesthaus.domain.events import Delivery, Entry, Finalisation, Interaction, Snapshot
from nesthaus.domain.identifiers import milliseconds_of
from nesthaus.persist.erasure import erase_sessions
from nesthaus.persist.store import Rules, store
from tests.persist import plain_count
from tests.persist.plain_count import Timed
from tests.persist.traffic import (
    CHROME,
    FIREFOX,
    abandoned,
    at,
    call,
    clicked,
    converted,
    opened,
    saved,
)

DAY = 86_400
NOW = at(9 * DAY)
RULES = Rules(idle_after=timedelta(minutes=30), zone=ZoneInfo("Europe/Vienna"))
CURL = "curl/8.5.0"

EMPTY = "truncate user_sessions, orders, recount_marks cascade"
RAW_TABLES = {
    "session_entries": Entry,
    "interaction_events": Interaction,
    "configuration_snapshots": Snapshot,
    "session_finalisations": Finalisation,
}

# Few moments, so that facts meet: the same millisecond, the same second, the last second that is
# within 7 days of another moment and the first one that is not, and just before `NOW`.
BASES = st.sampled_from([0, 0, 1, 600, 2 * DAY, 7 * DAY, 7 * DAY + 1, 8 * DAY, 9 * DAY - 900])
MORE = st.sampled_from([0, 0.001, 0.5, 1])
VERSIONS = st.sampled_from([None, "1.4", "1.5", "1.10"])
SENT_BEFORE_S = st.sampled_from([None, 0, 0.25, 90, -3_600])
AGENTS = st.sampled_from([None, None, FIREFOX, CHROME, CURL])


@st.composite
def moments(draw: st.DrawFn) -> float:
    return draw(BASES) + draw(MORE)


@st.composite
def bursts(draw: st.DrawFn) -> list[Timed]:
    """Hardly, just not, and just too many interactions for a person."""
    second = draw(st.sampled_from([0, 2 * DAY, 7 * DAY + 1]))
    return [clicked(second, 100 + number) for number in range(draw(st.sampled_from([19, 20, 21])))]


conversions = st.builds(
    converted,
    moments(),
    st.integers(3, 4),
    order_id=st.sampled_from([None, "order 1", "order 1", "order 2"]),
    exit_page=st.sampled_from([None, "/c"]),
    verified=st.booleans(),
)
facts = st.one_of(
    st.builds(clicked, moments(), st.integers(1, 4)),
    st.builds(
        opened,
        moments(),
        st.integers(1, 2),
        user_agent=AGENTS,
        device_type=st.sampled_from([None, "tablet", "mobile"]),
        referrer=st.sampled_from([None, "https://a.example/", "https://b.example/"]),
        utm_source=st.sampled_from([None, "mail"]),
        viewport=st.sampled_from([None, (390, 844), (1280, 720)]),
    ),
    st.builds(
        saved,
        moments(),
        st.integers(1, 2),
        option=st.sampled_from(["nest-80", "nest-100"]),
        price=st.sampled_from([None, 0, 213_032, 268_500]),
    ),
    st.builds(
        abandoned, moments(), st.integers(1, 2), exit_page=st.sampled_from([None, "/a", "/b"])
    ),
    conversions,
)


@st.composite
def traffics(draw: st.DrawFn) -> list[Delivery]:
    """Every fact of up to three sessions, some in several calls, in any order."""
    calls: list[Delivery] = []
    for session in ("anna", "ben", "cleo")[: draw(st.integers(1, 3))]:
        drawn = draw(st.lists(facts, min_size=1, max_size=8)) + draw(
            st.lists(conversions, max_size=1)
        )
        burst = draw(st.one_of(st.just(list[Timed]()), bursts()))
        # An id names one fact.
        known = list({(type(fact), fact.id): fact for fact in chain(drawn, burst)}.values())
        others = [fact for fact in known if not isinstance(fact, Entry)]
        for fact in known:
            told: list[Timed] = [fact]
            if not isinstance(fact, Entry) and draw(st.booleans()):
                told += [each for each in [draw(st.sampled_from(others))] if each is not fact]
            calls.append(
                call(
                    session,
                    *told,
                    user_agent=draw(AGENTS),
                    address=address_at(told),
                    sent_at=sent_at(told, draw(SENT_BEFORE_S)),
                    tracker_version=draw(VERSIONS),
                )
            )
    repeated = draw(st.lists(st.sampled_from(calls), max_size=5))
    return draw(st.permutations(calls + repeated))


def address_at(told: Sequence[Timed]) -> str:
    """An address that tells which moment it came with."""
    return f"10.0.{milliseconds_of(min(fact.at for fact in told)) // 500 % 251}.0"


def sent_at(told: Sequence[Timed], before_s: float | None) -> datetime | None:
    """By the clock of a page, before the call was received."""
    if before_s is None:
        return None
    return max(fact.at for fact in told) - timedelta(seconds=before_s)


@st.composite
def batches(draw: st.DrawFn, deliveries: Sequence[Delivery]) -> list[Sequence[Delivery]]:
    size = draw(st.integers(1, 8))
    cut = draw(st.lists(st.integers(1, size), min_size=len(deliveries)))
    ends = [end for end in accumulate(cut) if end < len(deliveries)]
    return [deliveries[first:end] for first, end in pairwise([0, *ends, len(deliveries)])]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_the_tables_equal_a_plain_count_however_the_traffic_arrives(
    database_url: str, data: st.DataObject
) -> None:
    deliveries = data.draw(traffics())
    async with await AsyncConnection.connect(database_url) as connection:
        await connection.execute(EMPTY)
        for batch in data.draw(batches(deliveries)):
            await store(connection, batch, NOW, RULES)
        await expect_plain_count(connection, deliveries)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_the_tables_equal_a_plain_count_when_three_workers_store_at_once(
    database_url: str, data: st.DataObject
) -> None:
    deliveries = data.draw(traffics())
    shares = data.draw(batches(deliveries))
    async with await AsyncConnection.connect(database_url) as connection:
        await connection.execute(EMPTY)
        await connection.commit()
        await asyncio.gather(*(work(database_url, shares[first::3]) for first in range(3)))
        await expect_plain_count(connection, deliveries)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_a_session_erased_while_others_are_stored_was_never_there(
    database_url: str, data: st.DataObject
) -> None:
    deliveries = data.draw(traffics())
    of_anna = [each for each in deliveries if each.session_id == "anna"]
    others = [each for each in deliveries if each.session_id != "anna"]
    early = data.draw(st.integers(0, len(others)))
    shares = [[each] for each in others[early:]]
    async with await AsyncConnection.connect(database_url) as connection:
        await connection.execute(EMPTY)
        await store(connection, [*of_anna, *others[:early]], NOW, RULES)
        await connection.commit()
        await asyncio.gather(
            erase_anna(database_url), *(work(database_url, shares[first::2]) for first in range(2))
        )
        await expect_plain_count(connection, others, erased={"anna"})


async def erase_anna(database_url: str) -> None:
    async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
        await again_after_deadlocks(
            lambda: erase_sessions(connection, "^anna$", NOW, RULES, lambda _: None)
        )


async def work(database_url: str, shares: Iterable[Sequence[Delivery]]) -> None:
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


async def rows(
    connection: AsyncConnection[Any], query: LiteralString | Composed
) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query)
        return await cursor.fetchall()
