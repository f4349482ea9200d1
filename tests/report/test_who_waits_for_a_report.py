"""A few reports are made at once; who waits for his turn, and who does not?"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.types import Message, Receive, Scope, Send

from nesthaus.report.turns import in_turn
from tests.waiting import bounded, eventually

OVERVIEW = "/api/admin/analytics/overview"
START: Message = {"type": "http.response.start", "status": 200, "headers": []}
BODY: Message = {"type": "http.response.body", "body": b"told"}


class Reports:
    """Answers when it may; notes who has begun."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()
        self.begun: Counter[str] = Counter()
        self.at_once = self.most_at_once = 0

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.begun[scope["path"]] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if scope["path"] == OVERVIEW:
                await self.may_answer.wait()
        finally:
            self.at_once -= 1
        if scope["query_string"] == b"fails":
            raise ValueError
        await send(START)
        await send(BODY)


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
async def client(reports: Reports) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(in_turn(reports, side_by_side=2), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def statuses(client: AsyncClient, *paths: str) -> Counter[int]:
    answers = await asyncio.gather(*(client.get(path) for path in paths))
    return Counter(answer.status_code for answer in answers)


async def test_only_so_many_reports_are_made_at_once_and_all_are_made(
    reports: Reports, client: AsyncClient
) -> None:
    async with bounded(lambda: str(reports.begun)):
        asked = asyncio.create_task(statuses(client, *[OVERVIEW] * 100))
        await eventually(lambda: reports.begun[OVERVIEW] == 2)
        reports.may_answer.set()
        assert await asked == {200: 100}
    assert reports.most_at_once == 2


@pytest.mark.parametrize(
    "path", ["/api/admin/analytics/real-time", "/api/admin/export/daily.csv", "/healthz"]
)
async def test_whatever_else_is_asked_for_passes_by(
    reports: Reports, client: AsyncClient, path: str
) -> None:
    async with bounded(lambda: str(reports.begun)):
        waiting = asyncio.create_task(statuses(client, *[OVERVIEW] * 10))
        await eventually(lambda: reports.begun[OVERVIEW] == 2)
        assert (await client.get(path)).text == "told"
        assert not waiting.done()
        reports.may_answer.set()
        await waiting


async def test_who_goes_away_and_who_fails_gives_his_turn_back(
    reports: Reports, client: AsyncClient
) -> None:
    async with bounded(lambda: str(reports.begun)):
        gone = [asyncio.create_task(client.get(OVERVIEW)) for _ in range(6)]
        await eventually(lambda: reports.begun[OVERVIEW] == 2)
        for task in gone:
            task.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        reports.may_answer.set()
        failing = [f"{OVERVIEW}?fails"] * 5
        assert await statuses(client, *failing) == {500: 5}
        assert await statuses(client, *[OVERVIEW] * 5) == {200: 5}


async def test_how_slowly_an_answer_is_fetched_is_no_matter_of_the_others(
    reports: Reports,
) -> None:
    fetched, never = asyncio.Event(), asyncio.Event()
    reports.may_answer.set()
    app = in_turn(reports, side_by_side=1)
    scope: Scope = {"type": "http", "path": OVERVIEW, "query_string": b""}

    async def receive() -> Message:
        await never.wait()
        return {"type": "http.disconnect"}

    async def fetch_slowly(_message: Message) -> None:
        fetched.set()
        await never.wait()

    async def fetch(_message: Message) -> None:
        """At once."""

    async def ask_slowly() -> None:
        await app(scope, receive, fetch_slowly)

    slow = asyncio.create_task(ask_slowly())
    async with bounded(lambda: str(reports.begun)):
        await fetched.wait()
        await app(scope, receive, fetch)
    slow.cancel()
    assert reports.begun[OVERVIEW] == 2


async def test_who_has_waited_for_too_long_is_told_to_come_again(reports: Reports) -> None:
    app = in_turn(reports, side_by_side=1, longest_wait_s=0.05)
    async with (
        bounded(lambda: str(reports.begun)),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):
        first = asyncio.create_task(client.get(OVERVIEW))
        await eventually(lambda: reports.begun[OVERVIEW] == 1)
        refused = await client.get(OVERVIEW)
        reports.may_answer.set()
        assert (await first).status_code == 200
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json()["error"] == "Too many reports are asked for at once."
