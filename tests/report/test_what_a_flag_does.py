"""Do the two sides of a flag tell the sessions that have it from those that do not?"""

from typing import Any

import pytest
from msgspec.structs import replace

from nesthaus.aggregate.marked import count_marked
from nesthaus.db.pool import Pool
from nesthaus.domain.events import Delivery, Interaction
from nesthaus.persist.store import store
from nesthaus.report.filters import FilterQuery
from nesthaus.report.flag_effect import FlagEffect, flag_effect
from nesthaus.report.questions import question_of
from tests.persist.conftest import RULES
from tests.persist.measured import BOT, measured
from tests.persist.traffic import at, call, clicked, opened
from tests.prices import CATALOGUE

HOUR = 3_600
NOW = at(2 * HOUR)


async def nobody() -> None:
    """Is told that figures have changed."""


def begun(
    session_id: str, seconds: float, flags: dict[str, bool] | None, **device: Any
) -> Delivery:
    return call(session_id, replace(opened(seconds, **device), flags=flags))


def sent(seconds: float, sequence: int) -> Interaction:
    return replace(clicked(seconds, sequence), page="p", sequence=sequence)


def calls(session_id: str, seconds: float, *values: float, failed: int = 0) -> list[Delivery]:
    times = [
        measured(seconds, value, session_id, number=n, name="client_api_time")
        for n, value in enumerate(values)
    ]
    errors = [
        measured(seconds, 1, session_id, number=100 + n, name="client_api_error", unit="count")
        for n in range(failed)
    ]
    return [call(session_id, *times, *errors)]


async def told(db: Pool, reports: Pool, *deliveries: Delivery, **query: Any) -> FlagEffect:
    async with db.connection() as connection:
        await store(connection, deliveries, NOW, RULES)
    await count_marked(db, CATALOGUE, lambda: NOW, nobody)
    return await flag_effect(reports, question_of(FilterQuery(**query), NOW, CATALOGUE), "hover")


async def test_each_session_is_on_the_side_it_was_told(db: Pool, reports: Pool) -> None:
    effect = await told(
        db,
        reports,
        begun("a", 0, {"hover": True, "scroll": False}),
        begun("b", 0, {"hover": False, "scroll": True}),
        begun("c", 0, {"hover": False}),
        begun("told of another", 0, {"scroll": True}),
        begun("told of none", 0, None),
        call("without a beginning", clicked(0)),
    )
    assert (effect.having.sessions, effect.without.sessions) == (1, 2)


async def test_the_first_word_stands_whatever_comes_first(db: Pool, reports: Pool) -> None:
    """A page loaded later in the session may be told otherwise."""
    effect = await told(
        db, reports, begun("a", 60, {"hover": False}), begun("a", 0, {"hover": True})
    )
    assert (effect.having.sessions, effect.without.sessions) == (1, 0)


async def test_loss_is_that_of_sessions_that_have_been_quiet_for_an_hour(
    db: Pool, reports: Pool
) -> None:
    effect = await told(
        db,
        reports,
        begun("a", 0, {"hover": True}),
        call("a", sent(1, 1), sent(2, 2), sent(5, 5)),
        begun("b", 0, {"hover": False}),
        call("b", sent(1, 1), sent(2, 2)),
        begun("lively", 0, {"hover": False}),
        call("lively", sent(1, 1), sent(HOUR + 60, 9)),
    )
    assert (effect.having.expected, effect.having.received) == (5, 3)
    assert effect.having.loss_rate == pytest.approx(0.4)
    assert (effect.without.sessions, effect.without.expected, effect.without.received) == (2, 2, 2)
    assert effect.without.loss_rate == 0


async def test_calls_of_the_pages_are_told_with_their_times_and_errors(
    db: Pool, reports: Pool
) -> None:
    effect = await told(
        db,
        reports,
        begun("a", 0, {"hover": True}),
        *calls("a", 10, 100, 200, 300, 400, failed=1),
        begun("b", 0, {"hover": False}),
        *calls("b", 20, 50),
        *calls("of nobody", 30, 9_000, failed=5),
    )
    having = effect.having
    assert (having.response_time.count, having.errors, having.error_rate) == (4, 1, 0.25)
    assert (having.response_time.average, having.response_time.max) == (250, 400)
    assert having.response_time.p50 == pytest.approx(200, rel=0.01)
    assert (effect.without.response_time.average, effect.without.error_rate) == (50, 0)


async def test_filters_choose_the_sessions(db: Pool, reports: Pool) -> None:
    effect = await told(
        db,
        reports,
        begun("a", 0, {"hover": True}, device_type="mobile"),
        begun("b", 0, {"hover": True}, device_type="desktop"),
        begun("bot", 0, {"hover": True}, device_type="mobile", user_agent=BOT),
        device_type="mobile",
    )
    assert (effect.having.sessions, effect.without.sessions) == (1, 0)


async def test_a_period_without_sessions_tells_nothing(db: Pool, reports: Pool) -> None:
    day = {"since": "2026-06-01", "until": "2026-06-02"}
    effect = await told(db, reports, begun("a", 0, {"hover": True}), **day)
    for side in (effect.having, effect.without):
        assert (side.sessions, side.loss_rate, side.error_rate) == (0, None, None)
        assert side.response_time.count == 0
    assert effect.as_of == NOW
