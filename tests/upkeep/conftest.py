"""Somebody who is told of alerts."""

from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from nesthaus.stream.connection import connect
from nesthaus.upkeep.alerts.channels import channels_of
from nesthaus.upkeep.alerts.notices import Teller
from nesthaus.upkeep.alerts.words import Surroundings
from tests.alerts.receivers import Receiver, webhook
from tests.prices import CATALOGUE


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with webhook() as receiver:
        yield receiver


@pytest.fixture
def teller(hook: Receiver) -> Teller:
    channels = channels_of(f"json://127.0.0.1:{hook.port}/hook")
    return Teller(channels, Surroundings(CATALOGUE.zone, None))


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    redis = connect(redis_url, 0)
    yield redis
    await redis.aclose()
