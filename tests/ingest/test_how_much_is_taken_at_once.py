"""How many calls may be under way, and what of their bodies is held meanwhile?"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from nesthaus.domain.events import RefusalCount
from nesthaus.domain.refusals import Refusal
from nesthaus.ingest.load import Load
from tests.ingest.conftest import Api
from tests.waiting import eventually

CLICK = {"sessionId": "s", "event": {"type": "click", "category": "nest"}}
TRACK = "/api/sessions/track"
SAID = b'{"sessionId":"s","event":{"type":"click","category":"nest"}}'


class Slow:
    """A body of which nothing but a beginning comes, until it is told to end."""

    def __init__(self, beginning: bytes, rest: bytes = b"") -> None:
        self._beginning = beginning
        self._rest = rest
        self.may_end = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._beginning
        await self.may_end.wait()
        yield self._rest


def begun(api: Api, body: Slow) -> asyncio.Task[httpx.Response]:
    headers = {"Content-Type": "application/json"}
    return asyncio.create_task(api.client.post(TRACK, content=body, headers=headers))


class TestTwoCallsAtOnce:
    @pytest.fixture
    def load(self) -> Load:
        return Load(most_calls=2)

    @pytest.fixture
    def settings(self, load: Load) -> dict[str, Any]:
        return {"load": load}

    async def test_the_third_is_refused_at_once_and_the_two_are_stored(
        self, api: Api, load: Load
    ) -> None:
        bodies = [Slow(SAID[:20], SAID[20:]) for _ in range(2)]
        calls = [begun(api, body) for body in bodies]
        await eventually(lambda: load.calls == 2)

        refused = await api.post(TRACK, CLICK)

        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "5"
        assert refused.headers["access-control-allow-origin"] == "*"
        for body in bodies:
            body.may_end.set()
        assert [(await call).status_code for call in calls] == [202, 202]
        assert (await api.post(TRACK, CLICK)).status_code == 202
        assert len(await api.facts()) == 3
        assert (load.calls, load.bytes) == (0, 0)
        await api.refusals.flush()
        counts = [fact for fact in await api.facts() if isinstance(fact, RefusalCount)]
        assert [(fact.reason, fact.count) for fact in counts] == [(Refusal.OVERLOADED, 1)]

    async def test_who_hangs_up_takes_up_nothing_more(self, api: Api, load: Load) -> None:
        call = begun(api, Slow(SAID[:20]))
        await eventually(lambda: load.calls == 1)

        call.cancel()
        await asyncio.wait({call})

        assert (load.calls, load.bytes) == (0, 0)


class TestAKilobyteAtOnce:
    @pytest.fixture
    def load(self) -> Load:
        return Load(most_bytes=1_000)

    @pytest.fixture
    def settings(self, load: Load) -> dict[str, Any]:
        return {"load": load}

    async def test_bodies_half_sent_count(self, api: Api, load: Load) -> None:
        half = Slow(b" " * 980, SAID[:10])
        call = begun(api, half)
        await eventually(lambda: load.bytes == 980)

        assert (await api.post(TRACK, CLICK)).status_code == 503

        half.may_end.set()
        assert (await call).status_code == 400
        assert (await api.post(TRACK, CLICK)).status_code == 202
        assert load.bytes == 0

    async def test_what_is_refused_for_its_form_takes_up_nothing_more(
        self, api: Api, load: Load
    ) -> None:
        for body in ("{", "[]", '{"sessionId":1}'):
            answer = await api.client.post(
                TRACK, content=body, headers={"Content-Type": "text/plain"}
            )
            assert answer.status_code == 400

        assert (load.calls, load.bytes) == (0, 0)
