"""What becomes of an export whose client goes away, whose query fails, or that is very long?"""

import asyncio
import socket
import tracemalloc
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from nesthaus.db.pool import Pool
from nesthaus.domain.pricing import Catalogue
from nesthaus.report import export_routes
from nesthaus.report.exports import EXPORTS, exported
from nesthaus.report.filters import FilterQuery
from nesthaus.report.formats import Format
from nesthaus.report.questions import Question, question_of
from nesthaus.report.streamed import Streamed
from nesthaus.responses import Problem, answer_problems
from tests.report.rows import insert, session
from tests.waiting import eventually

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
INTERACTIONS = next(export for export in EXPORTS if export.name == "interactions")
APPLICATION = "nesthaus-test-reports"


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncGenerator[httpx.AsyncClient]:
    """A real server, because what a client sees of a broken answer is its doing."""
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        task = asyncio.create_task(server.serve([listening]))
        await eventually(lambda: server.started)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            yield client
        server.should_exit = True
        await task


def app_with(answer: Callable[[Request], Awaitable[Response]]) -> Starlette:
    app = Starlette(routes=[Route("/file", answer)])
    answer_problems(app)
    return app


def file_of(pool: Pool, asked: Question, catalogue: Catalogue) -> Starlette:
    async def answer(_: Request) -> Response:
        parts = exported(pool, INTERACTIONS, Format.CSV, asked, catalogue)
        return Streamed(parts, "text/csv", {})

    return app_with(answer)


@pytest.fixture
def asked(catalogue: Catalogue) -> Question:
    return question_of(FilterQuery.model_validate({}), NOON, catalogue)


async def many_interactions(db: Pool, count: int) -> None:
    await insert(db, "user_sessions", session("s1", NOON))
    async with db.connection() as connection:
        await connection.execute(
            "insert into interaction_events (id, session_id, timestamp, received_at, event_type,"
            " element_id) select gen_random_uuid(), 's1', %(noon)s::timestamptz + n * interval"
            " '1 second', %(noon)s, 'click', repeat('x', 100) from generate_series(1, %(count)s) n",
            {"noon": NOON, "count": count},
        )


async def is_idle(db: Pool) -> bool:
    """Whether no export is on its way in the database."""
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select count(*) from pg_stat_activity"
            " where application_name = %s and state <> 'idle' and datname = current_database()",
            [APPLICATION],
        )
        return await cursor.fetchone() == (0,)


async def is_busy(db: Pool) -> bool:
    return not await is_idle(db)


async def test_a_client_that_goes_away_while_rows_come_ends_the_query(
    db: Pool, reports: Pool, asked: Question, catalogue: Catalogue
) -> None:
    # More than the sockets between them hold.
    await many_interactions(db, 150_000)
    async with serving(file_of(reports, asked, catalogue)) as client:
        async with client.stream("GET", "/file") as response:
            parts = response.aiter_raw()  # kept: one that is forgotten closes the connection
            await anext(parts)
            assert await is_busy(db)
        await eventually(lambda: is_idle(db))
        # The connection is as good as before.
        assert (await client.get("/file")).text.count("\r\n") == 150_001


async def test_a_client_that_goes_away_before_the_first_row_ends_the_query(
    db: Pool, reports: Pool, asked: Question, catalogue: Catalogue
) -> None:
    async with (
        serving(file_of(reports, asked, catalogue)) as client,
        db.connection() as blocking,
        blocking.transaction(),
    ):
        await blocking.execute("lock table user_sessions in access exclusive mode")
        waiting = asyncio.create_task(client.get("/file"))
        await eventually(lambda: is_busy(db))
        waiting.cancel()
        await eventually(lambda: is_idle(db))


async def test_what_fails_in_the_middle_is_no_complete_answer() -> None:
    async def parts() -> AsyncGenerator[bytes]:
        yield b'{"items":[{}'
        raise RuntimeError("the database went away")

    async def answer(_: Request) -> Response:
        return Streamed(parts(), "application/json", {})

    async with serving(app_with(answer)) as client:
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
            await client.get("/file")


async def test_what_fails_before_the_first_part_is_told_as_a_problem() -> None:
    async def parts() -> AsyncGenerator[bytes]:
        raise Problem(503, "The database cannot be reached.")
        yield b""

    async def answer(_: Request) -> Response:
        return Streamed(parts(), "application/json", {})

    async with serving(app_with(answer)) as client:
        response = await client.get("/file")
    assert response.status_code == 503
    assert response.json()["error"] == "The database cannot be reached."


async def test_a_client_that_takes_nothing_is_given_up() -> None:
    is_closed = asyncio.Event()

    async def parts() -> AsyncGenerator[bytes]:
        try:
            while True:
                yield b"x" * 1_000_000
        finally:
            is_closed.set()

    async def answer(_: Request) -> Response:
        return Streamed(parts(), "text/csv", {}, taken_within_s=0.2)

    async with serving(app_with(answer)) as client, client.stream("GET", "/file") as response:
        assert response.status_code == 200
        async with asyncio.timeout(20):
            await is_closed.wait()


async def test_an_export_that_finds_no_turn_is_told_to_come_again(
    reports: Pool, asked: Question, catalogue: Catalogue
) -> None:
    """The pool has two connections, so one export runs at a time."""
    turns = export_routes.Turns(reports, wait_s=0.05)
    running = turns.exported(INTERACTIONS, Format.NDJSON, asked, catalogue)
    async with aclosing(turns.exported(INTERACTIONS, Format.CSV, asked, catalogue)) as first:
        assert (await anext(first)).startswith(b"\xef\xbb\xbf")
        with pytest.raises(Problem) as caught:
            await anext(running)
    assert caught.value.status == 503
    assert caught.value.headers == {"Retry-After": "30"}
    after = turns.exported(INTERACTIONS, Format.NDJSON, asked, catalogue)
    assert [part async for part in after] == []


@pytest.mark.parametrize("kind", [Format.CSV, Format.JSON])
async def test_memory_does_not_grow_with_the_rows(
    db: Pool, reports: Pool, asked: Question, catalogue: Catalogue, kind: Format
) -> None:
    await many_interactions(db, 40_000)
    size = 0
    tracemalloc.start()
    try:
        async for part in exported(reports, INTERACTIONS, kind, asked, catalogue):
            size += len(part)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 8_000_000
    assert peak < 2_000_000
