"""Does a pool outlive its server, and are its connections what each role needs?"""

import asyncio
import logging
from collections.abc import Callable

import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import QueryCanceled, ReadOnlySqlTransaction
from psycopg_pool import PoolTimeout

from nesthaus.db.pool import Pool, open_pool
from tests.servers import PostgresServer, Server, Workshop
from tests.waiting import eventually


async def answer(pool: Pool, query: str = "select 1") -> object:
    async with pool.connection() as connection:
        row = await (await connection.execute(query.encode())).fetchone()
    return None if row is None else row[0]


async def test_a_pool_is_in_utc_and_says_who_it_is(database_url: str) -> None:
    async with await open_pool(database_url, 2, 20, application_name="nesthaus-work") as pool:
        assert await answer(pool, "show timezone") == "UTC"
        assert await answer(pool, "show application_name") == "nesthaus-work"
        assert await answer(pool, "show default_transaction_read_only") == "off"


async def test_a_pool_for_reports_cannot_write(database_url: str) -> None:
    pool = await open_pool(database_url, 2, 20, read_only=True, application_name="nesthaus-report")
    async with pool:
        with pytest.raises(ReadOnlySqlTransaction):
            await answer(pool, "delete from orders")


async def test_a_statement_that_takes_too_long_is_stopped(database_url: str) -> None:
    pool = await open_pool(
        database_url, 2, 20, statement_timeout_ms=50, application_name="nesthaus-report"
    )
    async with pool:
        with pytest.raises(QueryCanceled):
            await answer(pool, "select pg_sleep(20)")
        assert await answer(pool) == 1


async def test_options_in_the_address_are_kept(database_url: str) -> None:
    url = f"{database_url}&options=-c%20work_mem%3D7MB&connect_timeout=9"
    async with await open_pool(url, 1, 20, application_name="nesthaus") as pool:
        assert await answer(pool, "show work_mem") == "7MB"
        assert await answer(pool, "show timezone") == "UTC"
        assert conninfo_to_dict(str(pool.conninfo))["connect_timeout"] == "9"


async def test_dead_connections_are_never_handed_out(
    workshop: Workshop, start_server: Callable[[Server], None]
) -> None:
    server = PostgresServer(workshop, 18)
    start_server(server)
    async with await open_pool(server.url(), 3, 20, application_name="nesthaus") as pool:
        async with pool.connection(), pool.connection(), pool.connection():
            assert pool.get_stats()["pool_size"] == 3
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        assert [await answer(pool) for _ in range(6)] == [1] * 6


async def test_a_server_that_comes_late_is_found_and_its_absence_told_once(
    workshop: Workshop,
    start_server: Callable[[Server], None],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also after the pool has given up its first round of attempts."""
    monkeypatch.setattr("nesthaus.db.pool._ATTEMPTS_S", 0.5)
    server = PostgresServer(workshop, 18)
    with caplog.at_level(logging.WARNING):
        async with await open_pool(server.url(), 3, 0.05, application_name="nesthaus-late") as pool:
            while pool.get_stats().get("connections_errors", 0) < 4:
                with pytest.raises(PoolTimeout):
                    await answer(pool)
            start_server(server)
            await eventually(lambda: pool.get_stats()["pool_available"] > 0)
            assert await answer(pool) == 1
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert lines[0].startswith("nesthaus-late: PostgreSQL is away: ")
    assert "\n" not in lines[0]
    assert lines[1] == "nesthaus-late: PostgreSQL is back"
