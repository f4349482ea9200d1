"""How the entries of one read are cut, and what no reader can follow."""

from datetime import timedelta

import msgspec

from nesthaus.db.pool import Pool
from nesthaus.domain.events import Metric
from nesthaus.persist.attempts import MOST_BYTES, Good, attempt
from nesthaus.persist.dead_letters import Buried, Reason, readable
from nesthaus.stream.envelope import VERSION, encode
from nesthaus.stream.reader import StreamEntry
from tests.persist.conftest import RULES
from tests.persist.traffic import at, call, identifier

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
