"""The tracking routes on a real stream, called over HTTP; what they stored is read back."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nesthaus.access.actors import Role
from nesthaus.access.rate_limits import RateLimit, new_table
from nesthaus.domain.events import Delivery, Event
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.ingest.admission import Admission
from nesthaus.ingest.facts import Facts
from nesthaus.ingest.load import Load
from nesthaus.ingest.prices import Prices
from nesthaus.ingest.receipts import ReceiptTimes
from nesthaus.ingest.refusal_counts import RefusalCounts
from nesthaus.ingest.routes import Endpoint, Storing, in_front, tracking_routes
from nesthaus.ingest.tracking import Tracking
from nesthaus.responses.whole import Headers, send_whole
from nesthaus.stream import envelope
from nesthaus.stream.connection import connect
from nesthaus.stream.durable import DurableLog
from nesthaus.stream.event_stream import EventStream
from nesthaus.stream.spool import Spool
from tests.clocks import SettableClock
from tests.prices import CATALOGUE


@dataclass
class Api:
    client: httpx.AsyncClient
    redis: Redis
    durable: DurableLog
    refusals: RefusalCounts
    roles: dict[str, Role] = field(default_factory=dict[str, Role])

    async def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(path, json=body, headers=named)

    async def deliveries(self) -> list[Delivery]:
        entries: Any = await self.redis.xrange("nest:{0}")
        return [envelope.decode(fields[b"e"]) for _, fields in entries]

    async def facts(self) -> list[Event]:
        return [event for delivery in await self.deliveries() for event in delivery.events]


@pytest.fixture
def settings() -> dict[str, Any]:
    """Overridden by a test module that wants other settings."""
    return {}


def nobody(_: Delivery) -> None:
    """Hears of what was accepted."""


def directly(routes: Mapping[str, Endpoint], app: ASGIApp) -> ASGIApp:
    """As a connection answers calls whose body is there: without a task."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = routes.get(scope["path"])
        message = None
        if endpoint is not None and endpoint.is_direct and scope["method"] == "POST":
            message = await receive()
        if endpoint is None or message is None:
            await app(scope, receive, send)
            return
        if message.get("more_body"):
            messages = [message]

            async def from_the_first() -> Message:
                return messages.pop() if messages else await receive()

            await app(scope, from_the_first, send)
            return
        answer: asyncio.Future[tuple[int, tuple[Headers, Headers], bytes]] = asyncio.Future()

        def respond(status: int, headers: tuple[Headers, Headers], body: bytes) -> None:
            answer.set_result((status, headers, body))

        endpoint.begin(scope, message["body"], respond)
        await send_whole(scope, send, *await answer)

    return call


@pytest.fixture(params=["asgi", "direct"])
async def api(
    request: pytest.FixtureRequest,
    redis_url: str,
    tmp_path: Path,
    clock: SettableClock,
    settings: dict[str, Any],
) -> AsyncIterator[Api]:
    """Both ways a call may be answered."""
    redis = connect(redis_url, 0)
    stream = EventStream(redis, 1, settings.get("max_entries", 1_000_000), clock=clock)
    durable = DurableLog(stream, Spool(tmp_path / "spool"))
    ids = Uuid7Source()
    refusals = RefusalCounts(durable.append, ids, clock)
    roles: dict[str, Role] = {}

    async def role_of(token: str) -> Role | None:
        return roles.get(token)

    tracking = Tracking(
        Facts(CATALOGUE, ids),
        refusals,
        role_of,
        settings.get("consent_default", "all"),
        idle_after_s=1_800,
        flags_of=lambda session_id: settings.get("flags", {}).get(session_id, {}),
    )
    limit = RateLimit(settings.get("rate_limit", 0), new_table())
    admission = Admission(
        ReceiptTimes(clock),
        limit,
        limit_loopback=False,
        load=settings.get("load", Load()),
        own=tuple(ip_network(each) for each in settings.get("own", ())),
        keeps_addresses=settings.get("keeps_addresses", True),
    )
    routes = tracking_routes(
        tracking,
        Prices(CATALOGUE, clock),
        Storing(admission, durable, settings.get("accepted", nobody)),
        refusals,
        settings.get("allowed_origins", ("*",)),
    )
    app = in_front(routes, Starlette())
    if request.param == "direct":
        app = directly(routes, app)
    address = settings.get("address", "203.0.113.77")
    transport = httpx.ASGITransport(app, client=(address, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        yield Api(client, redis, durable, refusals, roles)
    await durable.close()
    await redis.aclose()
