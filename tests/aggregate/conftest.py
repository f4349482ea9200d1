"""Traffic to store, a count of what is marked, and a look at the figures."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from nesthaus.aggregate.marked import Counted, count_marked
from nesthaus.db.pool import Pool
from nesthaus.domain.pricing import Catalogue
from nesthaus.persist.idle import close_idle_sessions
from tests.aggregate.looking import rows_of
from tests.persist.conftest import RULES, keep, look
from tests.persist.traffic import at
from tests.prices import CATALOGUE

__all__ = ["Count", "Figures", "keep", "look"]

Count = Callable[..., Awaitable[Counted]]
Figures = Callable[[str], Awaitable[dict[tuple[Any, ...], tuple[Any, ...]]]]


async def nobody() -> None:
    """Is told that figures have changed."""


@pytest.fixture
def count(db: Pool) -> Count:
    """Closes idle sessions and counts what is marked, `now` seconds after noon (default: a day)."""

    async def count(now: float = 86_400, catalogue: Catalogue = CATALOGUE) -> Counted:
        await close_idle_sessions(db, at(now), RULES)
        return await count_marked(db, catalogue, lambda: at(now), nobody)

    return count


@pytest.fixture
def figures(db: Pool) -> Figures:
    """What is stored in a table of figures: the numbers by the key."""

    async def figures(table: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        return await rows_of(db, table)

    return figures
