"""One look at the tables: whatever a report asks, it sees them as of one moment."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements

_SQL = load_statements("nesthaus.report", "reading.sql")


@asynccontextmanager
async def reading(pool: Pool) -> AsyncGenerator[Connection]:
    async with pool.connection() as connection, connection.transaction():
        await connection.execute(_SQL["see_one_moment"])
        await connection.execute(_SQL["plan_anew"])
        yield connection
