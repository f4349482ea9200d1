"""Looked at, sent again, or dropped."""

import json
from uuid import uuid4

from nesthaus.db.pool import Pool
from nesthaus.persist import dead_letters
from nesthaus.persist.dead_letters import Buried, DeadLetter, Reason, readable
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.envelope import encode
from nesthaus.stream.reader import StreamEntry
from tests.persist.traffic import at, call, clicked

CLICK = encode(call("anna", clicked(1)))


async def bury(db: Pool, *numbers: int, payload: bytes = CLICK) -> None:
    letters = [
        Buried(StreamEntry(3, f"{number}-0", payload), "anna", Reason.UNSTORABLE, "why")
        for number in numbers
    ]
    async with db.connection() as connection:
        await dead_letters.bury(connection, letters, at(letters[0].entry.shard))


async def all_of(db: Pool) -> list[DeadLetter]:
    async with db.connection() as connection:
        return await dead_letters.latest(connection, 100)


class Stream:
    """Takes what is sent, until it has taken `most`."""

    def __init__(self, most: int = 100) -> None:
        self.taken: list[tuple[str | None, bytes]] = []
        self._most = most

    async def append(self, session_id: str | None, payload: bytes) -> None:
        if len(self.taken) == self._most:
            raise StreamAway("the stream does not answer")
        self.taken.append((session_id, payload))


async def test_an_entry_that_is_buried_twice_is_one_letter(db: Pool) -> None:
    await bury(db, 1, 2)
    await bury(db, 1)
    first, second = await all_of(db)
    assert first.id != second.id
    assert (first.session_id, first.reason, first.detail) == ("anna", "unstorable", "why")
    assert bytes(first.payload) == CLICK


async def test_a_letter_that_is_sent_again_is_gone_and_is_not_sent_twice(db: Pool) -> None:
    await bury(db, 1, 2)
    letter, other = await all_of(db)
    stream = Stream()
    assert await dead_letters.replay(db, [letter.id, uuid4()], stream.append) == [letter.id]
    assert await dead_letters.replay(db, [letter.id], stream.append) == []
    assert stream.taken == [("anna", CLICK)]
    assert await all_of(db) == [other]


async def test_all_letters_are_sent_where_none_is_named(db: Pool) -> None:
    await bury(db, 1, 2, 3)
    stream = Stream()
    assert len(await dead_letters.replay(db, None, stream.append)) == 3
    assert len(stream.taken) == 3
    assert await all_of(db) == []


async def test_a_letter_the_stream_does_not_take_stays(db: Pool) -> None:
    await bury(db, 1, 2, 3)
    stream = Stream(most=1)
    try:
        await dead_letters.replay(db, None, stream.append)
    except StreamAway:
        assert len(await all_of(db)) == 2
    else:
        raise AssertionError("nobody said that the stream is away")


async def test_dropping_says_which_letters_there_were(db: Pool) -> None:
    await bury(db, 1)
    (letter,) = await all_of(db)
    async with db.connection() as connection:
        assert await dead_letters.drop(connection, [letter.id, uuid4()]) == [letter.id]
        assert await dead_letters.find(connection, letter.id) is None


def test_a_delivery_is_shown_as_json() -> None:
    shown = json.loads(readable(CLICK))
    assert shown["session_id"] == "anna"
    assert shown["events"][0]["kind"] == "interaction"
    assert shown["events"][0]["at"] == "2026-06-15T12:00:01Z"


def test_what_is_no_delivery_is_shown_as_well_as_can_be() -> None:
    assert readable(b"\x01\x81\xa1a\x01") == '{\n  "a": 1\n}'
    assert json.loads(readable(b"\xffno delivery\n")) == "\\xffno delivery\n"
