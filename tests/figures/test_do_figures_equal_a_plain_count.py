"""Ties, gaps, late and repeated rows, three price lists: all figures equal a plain count."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from nesthaus.persist.store import Rules, store
from tests.figures import plain
from tests.figures.counting import (
    Connection,
    figures,
    filtered_figures,
    session_figures,
    write_session_figures,
)
from tests.figures.visits import NOW, visits

RULES = Rules(idle_after=timedelta(minutes=30), zone=ZoneInfo("Europe/Vienna"))
SESSIONS = 400


async def filled(database_url: str, seed: int) -> Connection:
    connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    for batch in visits(seed, SESSIONS):
        await store(connection, batch, NOW, RULES)
    return connection


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_figures_of_each_session_equal_a_plain_count(
    database_url: str, seed: int
) -> None:
    async with await filled(database_url, seed) as connection:
        told = await session_figures(connection)
        sessions = await plain.sessions_of(connection)
    assert len(sessions) == SESSIONS
    expected = {name: plain.session_figures(session) for name, session in sessions.items()}
    wrong = {
        name: (column, told[name][column], wanted)
        for name, columns in expected.items()
        for column, wanted in columns.items()
        if told[name][column] != wanted
    }
    assert wrong == {}
    assert told.keys() == expected.keys()


@pytest.mark.parametrize("seed", [4, 5])
async def test_the_rows_of_each_figure_equal_a_plain_count(database_url: str, seed: int) -> None:
    async with await filled(database_url, seed) as connection:
        await write_session_figures(connection)
        counted = await figures(connection)
        filtered = await filtered_figures(connection)
        expected = plain.figures(await plain.sessions_of(connection))
    assert sorted(counted) == sorted(expected)
    assert sorted(filtered) == sorted(expected)


async def test_the_made_up_sessions_show_everything(database_url: str) -> None:
    """Else the tests above would be true of nothing."""
    async with await filled(database_url, 6) as connection:
        await write_session_figures(connection)
        counted = await figures(connection)
        told = list((await session_figures(connection)).values())
    assert {row.metric_type for row in counted} == {
        *("sessions", "status", "conversions", "bounces", "interactions", "selections"),
        *("page_views", "funnel", "drop_off", "price", "prices", "path_nodes", "path_links"),
        *("orders", "abandoned_for", "returned_to", "tracking", "clock_skew", "devices"),
        "options",
    }
    assert {row.value_text for row in counted if row.metric_type == "tracking"} == {
        *("sessions", "expected", "received", "late", "over", "duplicates", "price_mismatches")
    }
    assert {row.value_text for row in counted if row.metric_type == "funnel"} == {
        *("started", "nest", "gebaeudehuelle", "innenverkleidung", "fussboden"),
        *("completed", "order_attempt", "converted"),
    }
    assert len({row["furthest_step"] for row in told}) == 8


async def test_counting_again_changes_no_row(database_url: str) -> None:
    async with await filled(database_url, 7) as connection:
        assert await write_session_figures(connection) == SESSIONS
        assert await write_session_figures(connection) == 0
