"""How the entries of one read are cut, and what no reader can follow."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import msgspec
import pytest
from msgspec import structs

from nesthaus.db.pool import Pool, open_pool
from nesthaus.domain.events import Metric
from nesthaus.persist.attempts import MOST_BYTES, Good, attempt
from nesthaus.persist.dead_letters import Buried, Reason, readable
from nesthaus.persist.failures import NotNow
from nesthaus.stream.envelope import VERSION, decode, encode
from nesthaus.stream.reader import StreamEntry
from tests.persist.conftest import RULES, Look
from tests.persist.traffic import at, call, clicked, identifier

DEEPER_THAN_PYTHON = 100_000


def entry_of(number: int, payload: bytes) -> StreamEntry:
    return StreamEntry(0, f"{number}-0", payload)


def measured(number: int, size: int) -> bytes:
    now = at(number)
    data: dict[str, object] = {"text": "x" * size}
    metric = Metric(id=identifier(now), at=now, name="lcp", value=1.0, additional_data=data)
    return encode(call(None, metric))


async def verdicts_of(db: Pool, *payloads: bytes) -> list[Good | Buried]:
    entries = [entry_of(number, payload) for number, payload in enumerate(payloads)]
    now = at(0) + timedelta(minutes=1)
    return [verdict async for verdict in attempt(db, entries, now, RULES)]


async def test_many_large_entries_are_stored_in_several_transactions(db: Pool) -> None:
    third = MOST_BYTES // 3
    payloads = [measured(number, third) for number in range(5)]
    verdicts = await verdicts_of(db, *payloads, measured(5, 10))
    sizes = [len(verdict.entries) for verdict in verdicts if isinstance(verdict, Good)]
    assert sizes == [2, 2, 2]


async def test_an_entry_over_the_bound_goes_alone(db: Pool) -> None:
    verdicts = await verdicts_of(
        db, measured(0, 10), measured(1, MOST_BYTES + 1), measured(2, 10), measured(3, 10)
    )
    sizes = [len(verdict.entries) for verdict in verdicts if isinstance(verdict, Good)]
    assert sizes == [1, 1, 2]


async def test_an_entry_nested_too_deep_for_python_is_poison_and_no_end_of_the_worker(
    db: Pool,
) -> None:
    nested = b"\x81\xa1a" * DEEPER_THAN_PYTHON + b"\x01"
    plain = msgspec.msgpack.encode(msgspec.to_builtins(call(None, received_at=at(0))))
    assert plain[0] & 0xF0 == 0x80, "a map with few keys: one more can be put in front"
    deep = VERSION + bytes([plain[0] + 1]) + b"\xa4more" + nested + plain[1:]
    good, bad, other = await verdicts_of(db, measured(0, 10), deep, measured(1, 10))
    assert isinstance(good, Good)
    assert isinstance(other, Good)
    assert isinstance(bad, Buried)
    assert bad.reason is Reason.UNREADABLE
    assert "more" in readable(deep)


def much(sessions: int, *others: bytes) -> list[bytes]:
    """More than one transaction takes where another can be beside it: 160 KiB."""
    agent = "x" * (160 * 1024 // sessions)
    calls = (structs.replace(call(f"s{n}", clicked(n)), user_agent=agent) for n in range(sessions))
    return [*map(encode, calls), *others]


async def put_into(verdicts: list[Good | Buried], tried: AsyncGenerator[Good | Buried]) -> None:
    async for verdict in tried:
        verdicts.append(verdict)  # noqa: PERF401 - also what comes before an exception


def sessions_of(verdict: Good) -> set[str | None]:
    return {decode(entry.payload).session_id for entry in verdict.entries}


async def test_much_is_stored_in_two_transactions_that_have_no_session_in_common(
    db: Pool, look: Look
) -> None:
    payloads = much(40, *(encode(call(f"s{n}", clicked(100 + n))) for n in range(40)))
    one, other = await verdicts_of(db, *payloads)
    assert isinstance(one, Good)
    assert isinstance(other, Good)
    assert sessions_of(one) | sessions_of(other) == {f"s{n}" for n in range(40)}
    assert sessions_of(one) & sessions_of(other) == set()
    assert await look("select count(*) as events from interaction_events") == [{"events": 80}]


async def test_a_bad_entry_among_much_is_found_and_all_others_are_stored(
    db: Pool, look: Look
) -> None:
    bad = encode(call("bert", structs.replace(clicked(50), quantity=2**40)))
    verdicts = await verdicts_of(db, *much(40, bad))
    (letter,) = [each for each in verdicts if isinstance(each, Buried)]
    assert (letter.entry.id, letter.reason) == ("40-0", Reason.UNSTORABLE)
    assert await look("select count(*) as events from interaction_events") == [{"events": 40}]


async def test_where_one_of_two_transactions_has_to_wait_the_other_is_stored(
    db: Pool, look: Look
) -> None:
    await verdicts_of(db, encode(call("s0", clicked(100))))
    pool = await open_pool(str(db.conninfo), 2, 5, lock_timeout_ms=50, application_name="impatient")
    verdicts: list[Good | Buried] = []
    entries = [entry_of(number, payload) for number, payload in enumerate(much(40))]
    async with pool, db.connection() as other:
        await other.execute("select * from user_sessions where session_id = 's0' for update")
        tried = attempt(pool, entries, at(60), RULES)
        with pytest.raises(NotNow, match="lock timeout"):
            await put_into(verdicts, tried)
        await other.rollback()
    (good,) = [each for each in verdicts if isinstance(each, Good)]
    assert "s0" not in sessions_of(good)
    stored = await look("select distinct session_id from interaction_events")
    assert {row["session_id"] for row in stored} == sessions_of(good) | {"s0"}
