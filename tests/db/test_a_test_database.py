"""Does every test get a database and a stream of its own?"""

import pytest
from psycopg_pool import AsyncConnectionPool

from tests.servers import ValkeyServer


@pytest.mark.parametrize("turn", [1, 2])
async def test_what_one_test_stores_another_does_not_see(
    db: AsyncConnectionPool, redis_url: str, valkey_server: ValkeyServer, turn: int
) -> None:
    async with db.connection() as connection:
        await connection.execute(
            "insert into refusals (id, date, reason, count)"
            " values (gen_random_uuid(), '2026-06-15', 'stale', 1)"
        )
        cursor = await connection.execute("select count(*) from refusals")
        assert await cursor.fetchone() == (1,)
    assert valkey_server.ask("INCR turns") == ":1"
