"""Is a slow statement logged, and without what it was about?"""

import logging

import pytest

from nesthaus.db.pool import open_pool


async def test_only_the_text_of_a_slow_statement_is_logged(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    pool = await open_pool(database_url, 1, 20, log_over_ms=150, application_name="slow")
    with caplog.at_level(logging.WARNING, logger="nesthaus.db.slow"):
        async with pool.connection() as connection:
            await connection.execute("select 'quick' = %s", ("ann@example.at",))
            await connection.execute("select\n  pg_sleep(%s), %s::text", (0.2, "ann@example.at"))
    await pool.close()

    (line,) = [record.getMessage() for record in caplog.records if "pg_sleep" in record.message]
    assert "select pg_sleep(%s), %s::text" in line
    assert "ann@example.at" not in caplog.text
