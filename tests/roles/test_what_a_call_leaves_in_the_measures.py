"""What is measured of a call: its route, its errors, and the statements of a slow one?"""

import re

import httpx
import pytest
from fastapi import FastAPI, Response
from starlette.types import ASGIApp

from nesthaus.domain.events import Metric
from nesthaus.ingest.routes import in_front
from nesthaus.observe import this_call
from nesthaus.roles.measured import Measured
from nesthaus.stream import envelope
from tests.clocks import SettableClock, measures_by

TRACK = "/api/track"


class Watched:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.measures = measures_by(SettableClock())
        self._payloads: list[bytes] = []
        self._patch = monkeypatch
        whole = Measured(_app(), self._note, self.measures, {TRACK})
        transport = httpx.ASGITransport(whole, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://api")
        self.noted: list[int] = []

    def _note(self, status: int, _duration_ms: float) -> None:
        self.noted.append(status)

    def from_now_on_all_are_slow(self) -> None:
        self._patch.setattr("nesthaus.roles.measured.SLOW_MS", -1.0)

    async def rows(self) -> list[Metric]:
        async def append(_session_id: str | None, payload: bytes) -> None:
            self._payloads.append(payload)

        await self.measures.flush(append, all_of_it=True)
        events = [e for payload in self._payloads for e in envelope.decode(payload).events]
        return [event for event in events if isinstance(event, Metric)]


def _app() -> ASGIApp:
    app = FastAPI()

    @app.get("/api/things/{name}")
    async def thing(name: str) -> Response:
        call = this_call.get()
        statements = None if call is None else call.statements
        if statements is not None:
            statements += [("report/x.one", 5.0), ("report/x.two", 1.0), ("report/x.one", 5.04)]
        return Response(status_code=503 if name == "away" else 200)

    @app.get("/api/broken")
    async def broken() -> Response:
        raise RuntimeError("on purpose")

    return in_front({TRACK: Response(status_code=202)}, app)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


async def test_calls_are_told_apart_by_route_and_never_by_path(app: Watched) -> None:
    for path in ("/api/things/a", "/api/things/b", "/api/track", "/api/nothing", "/api/else"):
        await app.http.get(path)
    await app.http.request("BREW", "/api/nothing")
    rows = {
        tuple((row.additional_data or {}).values()): row.count
        for row in await app.rows()
        if row.name == "api_response_time"
    }
    assert rows == {
        ("/api/things/{name}", "GET", "2xx"): 2,
        ("/api/track", "GET", "2xx"): 1,
        ("none", "GET", "4xx"): 2,
        ("none", "other", "4xx"): 1,
    }


async def test_an_error_is_told_with_its_request_and_counts_once(app: Watched) -> None:
    answer = await app.http.get("/api/things/away", headers={"X-Request-Id": "proxy-7"})
    await app.http.get("/api/broken")
    assert answer.headers["X-Request-Id"] == "proxy-7"
    assert app.noted == [503, 500]
    errors = [row for row in await app.rows() if row.name == "api_error"]
    told = [row for row in errors if row.count == 0]
    assert [(row.additional_data or {})["route"] for row in told] == [
        "/api/things/{name}",
        "/api/broken",
    ]
    assert (told[0].additional_data or {})["requestId"] == "proxy-7"
    assert sum(row.count for row in errors) == 2


async def test_a_slow_call_names_the_statements_that_took_the_longest(app: Watched) -> None:
    app.from_now_on_all_are_slow()
    await app.http.get("/api/things/a")
    (told,) = [row for row in await app.rows() if row.count == 0]
    assert (told.additional_data or {})["statements"] == {"report/x.one": 10.0, "report/x.two": 1.0}


async def test_a_request_id_that_nobody_can_read_is_replaced(app: Watched) -> None:
    for sent in ("", "a b", "x" * 65):
        answer = await app.http.get("/api/things/a", headers={"X-Request-Id": sent})
        assert re.fullmatch(r"[0-9a-f]{8}-\d+", answer.headers["X-Request-Id"])
