"""An id that is accepted again is a duplicate: one row per copy after the first, never one more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from nesthaus.domain.events import Delivery, Event
from nesthaus.persist.store import store
from tests.persist.comparing import copies_of, stored_copies
from tests.persist.conftest import RULES, Keep, Look
from tests.persist.traffic import abandoned, at, call, clicked, converted, opened, saved

NOTED = "select session_id, received_at, copy from duplicate_events order by 1, 2, 3"
MARKS = "select count(*) as marks from recount_marks"
HOUR = 3_600


def received(seconds: float, *facts: Event, session: str = "anna") -> Delivery:
    return call(session, *facts, received_at=at(seconds))


def noted(*times: float) -> list[dict[str, object]]:
    return [{"session_id": "anna", "received_at": at(each), "copy": 0} for each in times]


async def test_what_came_once_is_no_duplicate(keep: Keep, look: Look) -> None:
    await keep(received(5, opened(0)), received(5, clicked(1), saved(2)), received(6, abandoned(3)))
    assert await look(NOTED) == []


async def test_each_copy_after_the_first_is_one(keep: Keep, look: Look) -> None:
    await keep(received(5, clicked(1), saved(2), abandoned(3)))
    await keep(received(6, clicked(1)), received(7, saved(2)))
    await keep(received(8, abandoned(3)), received(9, clicked(1)))
    assert await look(NOTED) == noted(6, 7, 8, 9)


async def test_copies_in_one_batch_are_counted_too(keep: Keep, look: Look) -> None:
    await keep(*(received(second, clicked(1)) for second in (5, 6, 7)))
    assert await look(NOTED) == noted(6, 7)


async def test_copies_in_one_call_are_counted_too(keep: Keep, look: Look) -> None:
    await keep(received(5, clicked(1), clicked(2), clicked(1), clicked(1)))
    assert [row["copy"] for row in await look(NOTED)] == [1, 2]


async def test_a_call_that_is_read_again_from_the_stream_is_none(keep: Keep, look: Look) -> None:
    """As after a worker's death between commit and acknowledgement."""
    once = received(5, clicked(1), clicked(1), saved(2), abandoned(3))
    again = received(6, clicked(1))
    await keep(once, once)
    await keep(again, once)
    before = await look("select * from user_sessions"), await look(MARKS)
    await keep(once, again)
    await keep(once)
    assert [row["copy"] for row in await look(NOTED)] == [1, 0]
    assert (await look("select * from user_sessions"), await look(MARKS)) == before


async def test_two_calls_within_a_millisecond_are_two(keep: Keep, look: Look) -> None:
    moments = [at(5) + timedelta(microseconds=number) for number in range(3)]
    await keep(*(call("anna", clicked(1), received_at=moment) for moment in moments))
    assert [row["received_at"] for row in await look(NOTED)] == moments[1:]


async def test_a_finalisation_with_its_configuration_is_one_event(keep: Keep, look: Look) -> None:
    """Both bear the id of the call."""
    await keep(received(5, saved(3), converted(3)))
    await keep(received(6, saved(3), converted(3)))
    await keep(received(7, converted(3)))
    assert await look(NOTED) == noted(6, 7)


async def test_a_duplicate_asks_for_a_new_count_and_changes_nothing_else(
    keep: Keep, look: Look
) -> None:
    await keep(received(5, opened(0)), received(5, clicked(1), clicked(40)), received(6, saved(2)))
    (before,) = await look("select * from user_sessions")
    await keep(received(HOUR, clicked(1)), now=60)
    (after,) = await look("select * from user_sessions")
    assert after == before
    assert await look(MARKS) == [{"marks": 2}]
    assert await look("select distinct hour from recount_marks") == [{"hour": at(0)}]


async def test_entries_and_metrics_have_no_duplicates(keep: Keep, look: Look) -> None:
    await keep(received(5, opened(0)))
    await keep(received(6, opened(0)))
    assert await look(NOTED) == []


async def test_what_is_erased_takes_its_duplicates_along(keep: Keep, look: Look) -> None:
    await keep(received(5, clicked(1)), received(6, clicked(1)))
    assert await look("delete from user_sessions returning session_id") == [{"session_id": "anna"}]
    assert await look(NOTED) == []


# Kinds that share no number: but where a finalisation brings its snapshot, no two of one id.
seconds = st.integers(0, 2)
pieces: st.SearchStrategy[tuple[Event, ...]] = st.one_of(
    st.tuples(st.builds(clicked, seconds, st.integers(1, 2))),
    st.tuples(st.builds(saved, seconds, st.just(11))),
    st.tuples(st.builds(abandoned, seconds, st.just(21))),
    st.tuples(st.builds(converted, seconds, st.just(31))),
    st.sampled_from([(saved(second, 31), converted(second, 31)) for second in range(3)]),
)


@dataclass(frozen=True, slots=True)
class Traffic:
    """`calls` were accepted, each once; `read` is what the stream gave of them."""

    calls: Sequence[Delivery]
    read: Sequence[Sequence[Delivery]]


@st.composite
def traffics(draw: st.DrawFn) -> Traffic:
    calls: list[Delivery] = []
    for number in range(draw(st.integers(1, 8))):
        facts: list[Event] = []
        for piece in draw(st.lists(pieces, min_size=1, max_size=4)):
            facts += piece
        # No two calls are received at the same time.
        moment = at(10) + timedelta(microseconds=number)
        calls.append(call(draw(st.sampled_from(["anna", "ben"])), *facts, received_at=moment))
    again = draw(st.lists(st.sampled_from(calls), max_size=4))
    order = draw(st.permutations([*calls, *again]))
    cuts = draw(st.lists(st.integers(1, 4), min_size=len(order), max_size=len(order)))
    ends = [end for end in accumulate(cuts) if end < len(order)]
    return Traffic(calls, [order[a:b] for a, b in pairwise([0, *ends, len(order)])])


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(traffic=traffics())
async def test_duplicates_are_acceptances_less_distinct_ids_however_they_are_read(
    database_url: str, traffic: Traffic
) -> None:
    async with await AsyncConnection.connect(database_url) as connection:
        await connection.execute(b"truncate user_sessions, orders, recount_marks cascade")
        for batch in traffic.read:
            await store(connection, batch, at(60), RULES)
        assert await stored_copies(connection) == copies_of(traffic.calls)
        await connection.rollback()


def test_the_plain_count_sees_copies() -> None:
    first, second = received(5, clicked(1), clicked(1)), received(6, saved(3), converted(3))
    assert copies_of([first, second, second]) == {"anna": 2}
