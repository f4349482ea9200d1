"""Accounts, logins and tokens in a real database, and an application behind the gate."""

from collections.abc import AsyncIterator, Callable
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from redis.asyncio import Redis

from nesthaus.access.login_routes import login_router
from nesthaus.access.parts import Access, access_over
from nesthaus.access.rights import AdminGate
from nesthaus.access.routes import access_router
from nesthaus.access.tokens import Tokens
from nesthaus.db.pool import Pool
from nesthaus.responses import answer_problems
from nesthaus.stream.connection import connect
from tests.clocks import SettableClock

Browser = Callable[..., AsyncClient]


@pytest.fixture
async def tokens(db: Pool, clock: SettableClock) -> AsyncIterator[Tokens]:
    tokens = Tokens(db, clock)
    yield tokens
    await tokens.close()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    redis = connect(redis_url, 0)
    yield redis
    await redis.aclose()


@pytest.fixture
async def access(db: Pool, redis: Redis, clock: SettableClock) -> AsyncIterator[Access]:
    access = access_over(db, redis, clock)
    yield access
    await access.close()


@pytest.fixture
async def browser(access: Access) -> AsyncIterator[Browser]:
    """A client with cookies of its own: `browser("https://nest.example", address="10.0.0.1")`."""
    app = FastAPI()
    answer_problems(app)
    app.include_router(login_router(access, ZoneInfo("Europe/Vienna")))
    app.include_router(access_router(access))
    app.add_middleware(AdminGate, tokens=access.tokens, logins=access.logins)
    opened: list[AsyncClient] = []

    def browser(url: str = "http://nest.example", address: str = "203.0.113.7") -> AsyncClient:
        transport = ASGITransport(app, client=(address, 5000))
        opened.append(AsyncClient(transport=transport, base_url=url))
        return opened[-1]

    yield browser
    for each in opened:
        await each.aclose()
