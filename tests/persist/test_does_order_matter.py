"""Shuffled, repeated, split over batches and workers: the tables always equal a plain count."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from nesthaus.persist.erasure import erase_sessions
from nesthaus.persist.store import store
from tests.persist.comparing import (
    EMPTY,
    RULES,
    again_after_deadlocks,
    expect_plain_count,
    store_all,
)
from tests.persist.drawn import NOW, batches, traffics


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
        await asyncio.gather(*(store_all(database_url, shares[first::3]) for first in range(3)))
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
            erase_anna(database_url),
            *(store_all(database_url, shares[first::2]) for first in range(2)),
        )
        await expect_plain_count(connection, others, erased={"anna"})


async def erase_anna(database_url: str) -> None:
    async with await AsyncConnection.connect(database_url, autocommit=True) as connection:
        await again_after_deadlocks(
            lambda: erase_sessions(connection, "^anna$", NOW, RULES, lambda _: None)
        )
