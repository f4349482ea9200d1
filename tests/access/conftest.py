"""Tokens in a real database, and an app behind the gate."""

from collections.abc import AsyncIterator

import pytest

from nesthaus.access.tokens import Tokens
from nesthaus.db.pool import Pool
from tests.clocks import SettableClock


@pytest.fixture
async def tokens(db: Pool, clock: SettableClock) -> AsyncIterator[Tokens]:
    tokens = Tokens(db, clock)
    yield tokens
    await tokens.close()
