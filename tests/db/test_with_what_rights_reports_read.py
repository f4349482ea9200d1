"""Could a report write, or read what only logins need, even if it tried?"""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege

from nesthaus.db.migrate import upgrade
from nesthaus.db.pool import Pool, open_pool
from tests.servers import PostgresServer, Server, Workshop

SECRET = {"accounts", "logins", "api_tokens", "tombstone_keys"}


@asynccontextmanager
async def reports(url: str, *, read_only: bool = True) -> AsyncGenerator[Pool]:
    pool = await open_pool(url, 1, 20, read_only=read_only, application_name="nesthaus report")
    async with pool:
        yield pool


async def may(pool: Pool, statement: str) -> bool:
    try:
        async with pool.connection() as connection:
            # As somebody would who wants to get round the promise not to write.
            await connection.execute("set transaction read write")
            await connection.execute(statement.encode())
    except InsufficientPrivilege:
        return False
    return True


async def tables(pool: Pool) -> set[str]:
    query = "select tablename from pg_tables where schemaname = 'public'"
    async with pool.connection() as connection:
        rows = await (await connection.execute(query)).fetchall()
    return {str(name) for (name,) in rows}


async def test_it_reads_every_table_but_those_of_logins_and_writes_none(database_url: str) -> None:
    async with reports(database_url) as pool:
        every = await tables(pool)
        readable = {table for table in every if await may(pool, f"select from {table}")}
        writable = {
            table
            for table in every
            if await may(pool, f"delete from {table}") or await may(pool, f"truncate {table}")
        }

        assert len(every) > 30
        assert every - readable == SECRET
        assert writable == set()
        assert not await may(pool, "create table x (y int)")
        assert not await may(pool, "create role x")


async def test_who_may_write_keeps_the_rights_of_the_account(database_url: str) -> None:
    async with reports(database_url, read_only=False) as pool:
        assert await may(pool, "delete from orders")
        assert await may(pool, "select from accounts")


async def test_nobody_can_log_in_as_the_reader(database_url: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(make_conninfo(database_url, user="nesthaus_report"))


async def test_before_the_tables_are_there_it_reads_with_the_rights_of_the_account(
    empty_database: Callable[[int], str],
) -> None:
    async with reports(empty_database(18)) as pool:
        assert await may(pool, "select 1")


@pytest.fixture
def owned(workshop: Workshop, start_server: Callable[[Server], None]) -> str:
    """A database of a server of its own, whose owner may make no roles."""
    server = PostgresServer(workshop, 16)
    start_server(server)
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("create role shop login")
        connection.execute("create database shop owner shop")
    return make_conninfo(server.url("shop"), user="shop")


async def test_without_the_right_to_make_roles_it_migrates_and_reads_all_the_same(
    owned: str,
) -> None:
    upgrade(owned)

    async with reports(owned) as pool:
        assert await may(pool, "select from user_sessions")
        assert await may(pool, "select from accounts")


async def test_a_role_that_an_administrator_made_is_used(owned: str) -> None:
    with psycopg.connect(make_conninfo(owned, user="postgres"), autocommit=True) as connection:
        connection.execute("create role nesthaus_report nologin")
        connection.execute("grant nesthaus_report to shop")

    upgrade(owned)

    async with reports(owned) as pool:
        assert await may(pool, "select from user_sessions")
        assert not await may(pool, "select from accounts")
        assert not await may(pool, "delete from orders")
