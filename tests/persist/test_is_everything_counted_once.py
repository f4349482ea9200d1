"""An id names one fact, however often and by whomever it is delivered."""

import asyncio

from nesthaus.db.pool import Pool
from nesthaus.domain.events import Metric, RefusalCount
from nesthaus.persist.store import Stored, store
from tests.persist.conftest import RULES, Keep, Look
from tests.persist.traffic import abandoned, at, call, clicked, identifier, opened, saved

EVERYTHING = (
    call("anna", opened(0)),
    call("anna", clicked(1), clicked(2)),
    call("anna", saved(3)),
    call("anna", abandoned(4)),
)
COUNTS = """
    select
        (select count(*) from session_entries) as entries,
        (select count(*) from interaction_events) as interactions,
        (select count(*) from configuration_snapshots) as snapshots,
        (select count(*) from session_finalisations) as finalisations,
        (select sum(total_interactions) from user_sessions) as total_interactions
"""
ONE_OF_EACH = {
    "entries": 1,
    "interactions": 2,
    "snapshots": 1,
    "finalisations": 1,
    "total_interactions": 2,
}


async def test_an_event_delivered_twice_in_one_batch_is_stored_once(keep: Keep, look: Look) -> None:
    await keep(*EVERYTHING, *EVERYTHING)
    assert await look(COUNTS) == [ONE_OF_EACH]


async def test_an_event_delivered_again_later_is_stored_once(keep: Keep, look: Look) -> None:
    await keep(*EVERYTHING)
    await keep(*EVERYTHING)
    assert await look(COUNTS) == [ONE_OF_EACH]


async def test_an_event_delivered_to_two_workers_at_once_is_stored_once(
    keep: Keep, look: Look
) -> None:
    await asyncio.gather(keep(*EVERYTHING), keep(*reversed(EVERYTHING)), keep(*EVERYTHING))
    assert await look(COUNTS) == [ONE_OF_EACH]


async def test_the_same_click_in_a_batch_of_its_own_and_among_others_is_one(
    keep: Keep, look: Look
) -> None:
    await keep(call("anna", clicked(1)))
    await keep(call("anna", clicked(0), clicked(1), clicked(2)))
    (row,) = await look(COUNTS)
    assert row["interactions"] == 3
    assert row["total_interactions"] == 3


async def test_two_sessions_may_use_the_same_id(keep: Keep, look: Look) -> None:
    await keep(call("anna", clicked(1)), call("ben", clicked(1)))
    (row,) = await look(COUNTS)
    assert row["interactions"] == 2


async def test_a_session_that_got_only_what_it_had_is_not_changed_and_not_marked(
    keep: Keep, look: Look
) -> None:
    await keep(*EVERYTHING, now=60)
    before = await look("select *, updated_at from user_sessions")
    await keep(*EVERYTHING, now=86_400)
    assert await look("select *, updated_at from user_sessions") == before
    assert len(await look("table recount_marks")) == 1


async def test_storing_tells_how_much_of_it_was_new(db: Pool) -> None:
    async with db.connection() as connection:
        await store(connection, [call("anna", clicked(1))], at(60), RULES)
        again = [call("anna", clicked(1), clicked(2)), call("ben", clicked(0.5))]
        assert await store(connection, again, at(60), RULES) == Stored(interactions=3, inserted=2)


async def test_a_metric_and_a_count_of_refusals_are_stored_once_and_open_no_session(
    keep: Keep, look: Look
) -> None:
    metric = Metric(
        id=identifier(at(0)),
        at=at(0),
        name="LCP",
        value=1_840.5,
        unit="ms",
        session_id="anna",
        additional_data={"page": "/konfigurator"},
    )
    # 00:30 of 16 June in Vienna.
    refused = RefusalCount(id=identifier(at(37_800)), at=at(37_800), reason="stale", count=3)
    for _ in range(2):
        await keep(call(None, metric, refused), call(None, metric))
    (stored,) = await look("table performance_metrics")
    assert (stored["metric_name"], stored["value"], stored["unit"]) == ("LCP", 1840.5, "ms")
    assert (stored["session_id"], stored["additional_data"]) == ("anna", {"page": "/konfigurator"})
    (day,) = await look("select date::text, reason, count from refusals")
    assert day == {"date": "2026-06-16", "reason": "stale", "count": 3}
    assert await look("table user_sessions") == []
