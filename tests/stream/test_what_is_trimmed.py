"""Trimming and depth: nothing anybody still has to store goes; everything else does."""

import random
from typing import Any, ClassVar

import pytest
from redis.asyncio import Redis

from nesthaus.stream.backlog import Backlog, StreamDepth
from nesthaus.stream.reader import StreamEntry, StreamReader
from tests.stream.looking import in_stream

KEY = "nest:{0}"


@pytest.fixture
async def readers(redis: Redis) -> tuple[StreamReader, StreamReader]:
    one, other = (StreamReader(redis, 1, consumer=name) for name in ("one", "other"))
    await one.ensure_groups()
    return one, other


async def add(redis: Redis, *numbers: int) -> None:
    for number in numbers:
        await redis.xadd(KEY, {"e": b"%d" % number})


async def left(redis: Redis) -> set[int]:
    return {int(payload) for payload in await in_stream(redis)}


async def test_a_stalled_consumer_holds_what_it_has_and_all_that_came_later(
    redis: Redis, readers: tuple[StreamReader, StreamReader]
) -> None:
    busy, stalled = readers
    await add(redis, *range(10))
    await busy.acknowledge(await busy.read(3, 1))
    waiting = await stalled.read(2, 1)
    await busy.acknowledge(await busy.read(3, 1))
    assert await busy.trim() == 3
    assert await left(redis) == {3, 4, 5, 6, 7, 8, 9}
    await stalled.acknowledge(waiting)
    assert await busy.trim() == 5
    assert await left(redis) == {8, 9}
    await busy.acknowledge(await busy.read(10, 1))
    assert await busy.trim() == 2
    assert await left(redis) == set()


async def test_what_nobody_has_read_stays(
    redis: Redis, readers: tuple[StreamReader, StreamReader]
) -> None:
    await add(redis, 1, 2)
    assert await readers[0].trim() == 0
    assert await left(redis) == {1, 2}


async def test_another_group_is_waited_for(
    redis: Redis, readers: tuple[StreamReader, StreamReader]
) -> None:
    reader, _ = readers
    await redis.xgroup_create(KEY, "copies", id="0")
    await add(redis, 1, 2)
    await reader.acknowledge(await reader.read(10, 1))
    assert await reader.trim() == 0
    assert await left(redis) == {1, 2}


async def test_without_its_group_a_stream_is_not_touched(redis: Redis) -> None:
    await redis.xgroup_create(KEY, "copies", id="$", mkstream=True)
    await add(redis, 1)
    copies: Any = await redis.xreadgroup("copies", "c", {KEY: ">"})
    await redis.xack(KEY, "copies", copies[0][1][0][0])
    assert await StreamReader(redis, 1, consumer="one").trim() == 0
    assert await left(redis) == {1}


class DeliversWhileAsked(Redis):
    """A worker reads the next entry right after the question `moment` of a trim."""

    moment: ClassVar[str] = ""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        execute: Any = super().execute_command  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        answer = await execute(*args, **options)
        if args[0] == self.moment:
            await execute(
                "XREADGROUP", "GROUP", "persist", "quick", "COUNT", 1, "STREAMS", KEY, ">"
            )
        return answer


@pytest.mark.parametrize("moment", ["XINFO GROUPS", "XPENDING"])
async def test_what_is_delivered_while_a_trim_is_under_way_stays(
    redis_url: str,
    redis: Redis,
    readers: tuple[StreamReader, StreamReader],
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    await add(redis, *range(10))
    await readers[0].acknowledge(await readers[0].read(3, 1))
    monkeypatch.setattr(DeliversWhileAsked, "moment", moment)
    async with DeliversWhileAsked.from_url(redis_url, protocol=2) as busy:  # pyright: ignore[reportUnknownMemberType]
        assert await StreamReader(busy, 1, consumer="trimmer").trim() == 3
    assert await left(redis) == {3, 4, 5, 6, 7, 8, 9}


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_happens_nothing_unacknowledged_is_trimmed(
    redis: Redis, readers: tuple[StreamReader, StreamReader], seed: int
) -> None:
    dice = random.Random(seed)
    held: list[StreamEntry] = []
    added = 0
    done: set[int] = set()
    for _ in range(150):
        match dice.choice(["add", "read", "acknowledge", "claim", "trim"]):
            case "add":
                await add(redis, added, added + 1)
                added += 2
            case "read":
                held += await dice.choice(readers).read(dice.randint(1, 4), 0)
            case "acknowledge":
                dice.shuffle(held)
                count = dice.randint(0, len(held))
                await dice.choice(readers).acknowledge(held[:count])
                done |= {int(entry.payload) for entry in held[:count]}
                held = held[count:]
            case "claim":
                await dice.choice(readers).claim_stale(0, 3)
            case _:
                await dice.choice(readers).trim()
        assert set(range(added)) - done <= await left(redis)


async def test_the_depth_counts_what_nobody_has_acknowledged(
    redis: Redis, readers: tuple[StreamReader, StreamReader]
) -> None:
    reader, backlog = readers[0], Backlog(redis, 1)
    groups: Any = await redis.xinfo_groups(KEY)
    if "lag" not in groups[0]:
        pytest.skip("before Redis 7 the depth is an upper bound, see below")
    assert await backlog.depth() == StreamDepth(0, 0)
    await add(redis, *range(10))
    assert (await backlog.depth()).entries == 10
    read = await reader.read(6, 1)
    assert (await backlog.depth()).entries == 10
    await reader.acknowledge(read[1:])
    assert (await backlog.depth()).entries == 5
    await reader.acknowledge(read)
    assert (await backlog.depth()).entries == 4
    await reader.acknowledge(await reader.read(10, 1))
    assert await backlog.depth() == StreamDepth(0, 0)


@pytest.mark.parametrize("read", [False, True])
async def test_the_age_is_that_of_the_oldest_whether_somebody_has_it_or_not(
    redis: Redis, readers: tuple[StreamReader, StreamReader], read: bool
) -> None:
    seconds, _ = await redis.time()  # pyright: ignore[reportUnknownMemberType]
    await redis.xadd(KEY, {"e": b"old"}, id=f"{(seconds - 60) * 1_000}-0")
    await redis.xadd(KEY, {"e": b"new"})
    if read:
        await readers[0].read(1, 1)
    assert 59_000 <= (await Backlog(redis, 1).depth()).oldest_age_ms <= 80_000


async def test_without_the_group_everything_waits(redis: Redis) -> None:
    await add(redis, 1, 2, 3)
    assert (await Backlog(redis, 1).depth()).entries == 3


class WithoutLag(Redis):
    """Redis 6.2 does not say how far a group is behind."""

    async def xinfo_groups(self, name: str) -> list[dict[str, Any]]:  # pyright: ignore[reportIncompatibleMethodOverride]
        rows = await super().xinfo_groups(name)
        return [{key: row[key] for key in row if key != "lag"} for row in rows]


async def test_the_depth_on_redis_6_2_is_never_too_small(
    redis_url: str, redis: Redis, readers: tuple[StreamReader, StreamReader]
) -> None:
    reader, _ = readers
    async with WithoutLag.from_url(redis_url, protocol=2) as older:  # pyright: ignore[reportUnknownMemberType]
        looking = Backlog(older, 1)
        await add(redis, *range(10))
        assert (await looking.depth()).entries == 10
        read = await reader.read(6, 1)
        await reader.acknowledge(read[:3])
        assert (await looking.depth()).entries == 10
        await reader.trim()
        assert (await looking.depth()).entries == 7
        await reader.read(10, 1)
        assert (await looking.depth()).entries == 7
