"""Are sums of several processes one sum, and does `/metrics` say who is away?"""

import re
from collections.abc import AsyncGenerator

import httpx
import pytest
from fastapi import FastAPI, Request
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from nesthaus.db.pool import Pool
from nesthaus.report.prometheus import prometheus_router
from nesthaus.responses import answer_problems
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.connection import connect
from nesthaus.stream.measures import Measures
from nesthaus.stream.reader import StreamReader
from nesthaus.stream.totals import READING_VALID, Totals
from tests.clocks import SettableClock, measures_by

CALL = (("route", "/api/x"), ("method", "GET"), ("status", "2xx"))
TIME = "nesthaus_http_request_duration_seconds"


class Scraped:
    def __init__(self, db: Pool, redis: Redis) -> None:
        self.clock = SettableClock()
        self.redis = redis
        self.knows = True
        app = FastAPI()
        answer_problems(app)
        backlog = Backlog(redis, 1)
        app.include_router(prometheus_router(db, redis, backlog, self.clock, self._may_know))
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api")

    async def _may_know(self, _request: Request) -> bool:
        return self.knows

    def process(self) -> tuple[Measures, Totals]:
        measures = measures_by(self.clock)
        measures.totals = Totals(self.redis, self.clock)
        return measures, measures.totals

    async def get(self) -> httpx.Response:
        return await self._http.get("/metrics")

    async def samples(self) -> dict[str, float]:
        text = (await self.get()).raise_for_status().text
        return {
            " ".join([sample.name, *(value for _, value in sorted(sample.labels.items()))]): (
                sample.value
            )
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
async def redis(redis_url: str) -> AsyncGenerator[Redis]:
    client = connect(redis_url, 0)
    await StreamReader(client, 1, consumer="report").ensure_groups()
    yield client
    await client.aclose()


@pytest.fixture
def scraped(db: Pool, redis: Redis) -> Scraped:
    return Scraped(db, redis)


async def test_calls_of_several_processes_are_one_histogram(scraped: Scraped) -> None:
    for values in ((4.0, 5.0, 700.0), (20_000.0,)):
        measures, totals = scraped.process()
        for value in values:
            measures.note("api_response_time", value, CALL)
        measures.settle()
        await totals.flush()
        await totals.flush()
    samples = await scraped.samples()
    of_call = {name: value for name, value in samples.items() if name.startswith(TIME)}
    assert of_call[f"{TIME}_count GET /api/x 2xx"] == 4
    assert of_call[f"{TIME}_sum GET /api/x 2xx"] == pytest.approx(20.709)
    buckets = {
        float(match[1]): value
        for name, value in of_call.items()
        if (match := re.fullmatch(rf"{TIME}_bucket (\S+) GET /api/x 2xx", name))
    }
    assert buckets[0.005] == 2
    assert buckets[0.5] == 2
    assert buckets[1.0] == buckets[10.0] == 3
    assert buckets[float("inf")] == 4


async def test_what_a_living_process_holds_is_told_and_a_dead_one_forgotten(
    scraped: Scraped,
) -> None:
    measures, totals = scraped.process()
    measures.note("memory_usage", 120.5, (("role", "work"), ("process", "a-1")))
    measures.settle()
    await totals.flush()
    assert (await scraped.samples())["nesthaus_process_memory_bytes a-1 work"] == 120.5e6
    scraped.clock.advance(READING_VALID.total_seconds() + 1)
    assert "nesthaus_process_memory_bytes a-1 work" not in await scraped.samples()


async def test_only_who_may_know_is_told(scraped: Scraped) -> None:
    scraped.knows = False
    answer = await scraped.get()
    assert answer.status_code == 403
    assert "API token" in answer.json()["error"]


async def test_while_nothing_answers_it_says_so(db: Pool) -> None:
    nowhere = Redis(unix_socket_path="/nowhere/at/all.sock")
    samples = await Scraped(db, nowhere).samples()
    assert samples == {
        "nesthaus_stream_up": 0,
        "nesthaus_database_up": 1,
        "nesthaus_dead_letters": 0,
    }
    await nowhere.aclose()
