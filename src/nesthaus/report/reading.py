"""One look at the tables: whatever a report asks, it sees them as of one moment."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from nesthaus.db.pool import Connection, Pool


@asynccontextmanager
async def reading(pool: Pool) -> AsyncGenerator[Connection]:
    async with pool.connection() as connection, connection.transaction():
        await connection.execute("set transaction isolation level repeatable read, read only")
        yield connection
