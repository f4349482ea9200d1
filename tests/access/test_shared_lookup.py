"""May many who show the same right at once share one look into the database?"""

import asyncio

import pytest

from nesthaus.access.shared_lookup import SharedLookup


class Database:
    """Answers when it is told to, with what holds when a look begins."""

    def __init__(self) -> None:
        self.valid = True
        self.looks = 0
        self.may_answer = asyncio.Event()

    async def look(self, key: str) -> bool:
        self.looks += 1
        seen = self.valid
        await self.may_answer.wait()
        if key == "broken":
            raise ConnectionError
        return seen


async def begun(count: int, lookup: SharedLookup[bool], key: str) -> "list[asyncio.Task[bool]]":
    tasks = [asyncio.create_task(lookup.of(key)) for _ in range(count)]
    for _ in range(5):  # turns of the event loop until all of them wait
        await asyncio.sleep(0)
    return tasks


async def test_a_thousand_at_once_need_one_look() -> None:
    database = Database()
    waiting = await begun(1_000, SharedLookup(database.look), "a")
    database.may_answer.set()
    assert await asyncio.gather(*waiting) == [True] * 1_000
    assert database.looks == 1


async def test_who_comes_after_a_revocation_does_not_share_a_look_from_before_it() -> None:
    database = Database()
    lookup = SharedLookup(database.look)
    early = await begun(1, lookup, "a")
    database.valid = False
    late = await begun(3, lookup, "a")
    database.may_answer.set()
    assert await asyncio.gather(*early) == [True]
    assert await asyncio.gather(*late) == [False, False, False]
    assert database.looks == 2


async def test_different_keys_do_not_wait_for_each_other() -> None:
    database = Database()
    lookup = SharedLookup(database.look)
    waiting = await begun(1, lookup, "a") + await begun(1, lookup, "b")
    assert database.looks == 2
    database.may_answer.set()
    await asyncio.gather(*waiting)
    assert await lookup.of("a") is True
    assert database.looks == 3


async def test_an_error_is_everybodys_and_the_next_look_is_a_new_one() -> None:
    database = Database()
    lookup = SharedLookup(database.look)
    waiting = await begun(3, lookup, "broken")
    database.may_answer.set()
    for each in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(each, ConnectionError)
    with pytest.raises(ConnectionError):
        await lookup.of("broken")
    assert database.looks == 2


async def test_one_who_hangs_up_does_not_end_it_for_the_others() -> None:
    database = Database()
    first, second = await begun(2, SharedLookup(database.look), "a")
    first.cancel()
    database.may_answer.set()
    assert await second is True
    assert first.cancelled()
