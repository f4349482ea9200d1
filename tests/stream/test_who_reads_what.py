"""Reading as consumers of a group: each entry once, none forgotten, whatever dies or is deleted."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from nesthaus.stream.backlog import Backlog, StreamDepth
from nesthaus.stream.connection import StreamAway, connect
from nesthaus.stream.reader import StreamEntry, StreamReader
from tests.stream.conftest import OpenStream
from tests.waiting import eventually

SOON_MS = 20_000


def payloads(entries: list[StreamEntry]) -> list[bytes]:
    return [entry.payload for entry in entries]


async def empty(redis: Redis) -> None:
    await redis.flushall()  # pyright: ignore[reportUnknownMemberType]


@pytest.fixture
async def reader_of(redis: Redis) -> Callable[..., StreamReader]:
    def make(consumer: str = "worker", shards: int = 1) -> StreamReader:
        return StreamReader(redis, shards, consumer=consumer)

    await make(shards=3).ensure_groups()
    return make


async def test_two_consumers_get_each_entry_once(
    redis: Redis, open_stream: OpenStream, reader_of: Callable[..., StreamReader]
) -> None:
    stream, one, other = open_stream(redis), reader_of("one"), reader_of("other")
    await asyncio.gather(*(stream.append("s", b"%d" % number) for number in range(10)))
    first = await one.read(6, SOON_MS)
    second = await other.read(6, SOON_MS)
    assert payloads(first + second) == [b"%d" % number for number in range(10)]
    assert await one.read(6, 1) == []


async def test_entries_from_before_the_first_reader_are_read(
    redis: Redis, open_stream: OpenStream
) -> None:
    await open_stream(redis).append("s", b"early")
    reader = StreamReader(redis, 1, consumer="late")
    await reader.ensure_groups()
    await reader.ensure_groups()
    assert payloads(await reader.read(10, SOON_MS)) == [b"early"]


@pytest.mark.parametrize("shards", [1, 3])
async def test_a_waiting_reader_gets_what_comes_to_any_shard(
    redis: Redis, open_stream: OpenStream, reader_of: Callable[..., StreamReader], shards: int
) -> None:
    stream, reader = open_stream(redis, shards), reader_of(shards=shards)
    waiting = asyncio.create_task(reader.read(30, SOON_MS))

    async def blocks() -> bool:
        clients: Any = await redis.info("clients")  # pyright: ignore[reportUnknownMemberType]
        return clients["blocked_clients"] == shards

    await eventually(blocks)
    await stream.append("s", b"x")
    assert payloads(await waiting) == [b"x"]


async def test_a_reader_waits_longer_than_a_connection_may_be_silent(
    reader_of: Callable[..., StreamReader],
) -> None:
    """The connection's own time-out is two seconds."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await reader_of().read(10, 2_300) == []
    assert loop.time() - began >= 2.2


async def test_what_is_acknowledged_is_done_and_the_rest_is_not(
    redis: Redis, open_stream: OpenStream, reader_of: Callable[..., StreamReader]
) -> None:
    stream, reader = open_stream(redis, shards=3), reader_of(shards=3)
    await asyncio.gather(*(stream.append(f"s{n}", b"%d" % n) for n in range(30)))
    entries: list[StreamEntry] = []
    while len(entries) < 30:
        entries += await reader.read(30, SOON_MS)
    await reader.acknowledge(entries[:20])
    left = await reader.claim_stale(0, 100)
    assert sorted(payloads(left)) == sorted(payloads(entries[20:]))


async def test_what_a_dead_consumer_had_read_is_taken_over_after_a_while(
    redis: Redis, open_stream: OpenStream, reader_of: Callable[..., StreamReader]
) -> None:
    stream, dead, alive = open_stream(redis), reader_of("dead"), reader_of("alive")
    await asyncio.gather(*(stream.append("s", b"%03d" % number) for number in range(250)))
    read = await dead.read(250, SOON_MS)
    assert await alive.claim_stale(60_000, 1_000) == []

    first = await alive.claim_stale(0, 230)
    assert payloads(first) == payloads(read)[:230]
    await alive.acknowledge(first)
    assert payloads(await alive.claim_stale(0, 1_000)) == payloads(read)[230:]


async def test_an_entry_of_another_shape_is_read_as_empty(
    redis: Redis, reader_of: Callable[..., StreamReader]
) -> None:
    """The envelope refuses it, and so it ends among the dead letters."""
    await redis.xadd("nest:{0}", {"somebody": "else"})
    assert payloads(await reader_of().read(10, SOON_MS)) == [b""]


async def test_an_emptied_server_is_read_again(
    redis: Redis,
    open_stream: OpenStream,
    reader_of: Callable[..., StreamReader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    stream, reader = open_stream(redis), reader_of()
    await stream.append("s", b"lost")
    await empty(redis)
    assert await reader.claim_stale(0, 10) == []
    await empty(redis)
    assert await Backlog(redis, 1).depth() == StreamDepth(0, 0)
    assert await reader.trim() == 0
    assert await reader.forget_dead_consumers(0) == 0
    await reader.acknowledge([StreamEntry(0, "1-1", b"lost")])
    await stream.append("s", b"new")
    assert payloads(await reader.read(10, SOON_MS)) == [b"new"]
    assert "nest:{0} had lost its group persist" in caplog.text


async def test_a_stream_that_goes_while_we_wait_is_read_again(
    redis: Redis, open_stream: OpenStream, reader_of: Callable[..., StreamReader]
) -> None:
    reader = reader_of()
    waiting = asyncio.create_task(reader.read(10, SOON_MS))
    await redis.delete("nest:{0}")
    await open_stream(redis).append("s", b"new")
    assert payloads(await waiting) == [b"new"]


async def test_entries_deleted_by_somebody_are_passed_over(
    redis: Redis, open_stream: OpenStream, reader_of: Callable[..., StreamReader]
) -> None:
    stream, dead, alive = open_stream(redis), reader_of("dead"), reader_of("alive")
    await asyncio.gather(*(stream.append("s", b"%d" % number) for number in range(4)))
    read = await dead.read(10, SOON_MS)
    await redis.xdel("nest:{0}", read[0].id, read[2].id)
    assert payloads(await alive.claim_stale(0, 10)) == [b"1", b"3"]
    assert (await Backlog(redis, 1).depth()).entries == 2


class Redis62(Redis):
    """Answers XAUTOCLAIM as Redis 6.2 does: nothing in the place of a deleted entry, which stays
    pending.
    """

    async def xautoclaim(  # pyright: ignore[reportIncompatibleMethodOverride] -- only as we call it
        self, name: str, group: str, consumer: str, idle_ms: int, cursor: str, *, count: int
    ) -> list[Any]:
        rows: Any = await self.xpending_range(name, group, cursor.replace("0-0", "-"), "+", count)
        entries: list[Any] = []
        for row in rows:
            identifier = row["message_id"]
            if await self.xrange(name, identifier, identifier):
                entries += await self.xclaim(name, group, consumer, idle_ms, [identifier])
            else:
                entries.append((None, None))
        return [b"0-0", entries]


async def test_entries_deleted_by_somebody_do_not_stay_pending_on_redis_6_2(
    redis_url: str,
    open_stream: OpenStream,
    reader_of: Callable[..., StreamReader],
    closing: AsyncExitStack,
) -> None:
    redis = Redis62.from_url(redis_url, protocol=2)  # pyright: ignore[reportUnknownMemberType]
    closing.push_async_callback(redis.aclose)
    stream = open_stream(redis)
    await asyncio.gather(*(stream.append("s", b"%d" % number) for number in range(4)))
    read = await reader_of("dead").read(10, SOON_MS)
    await redis.xdel("nest:{0}", read[0].id, read[2].id)
    alive = StreamReader(redis, 1, consumer="alive")
    claimed = await alive.claim_stale(0, 10)
    assert payloads(claimed) == [b"1", b"3"]
    pending: Any = await redis.xpending("nest:{0}", "persist")
    assert pending["pending"] == 2
    await alive.acknowledge(claimed)
    assert await alive.trim() == 2


async def test_a_consumer_that_is_long_gone_is_forgotten_unless_something_waits_for_it(
    redis: Redis, open_stream: OpenStream, reader_of: Callable[..., StreamReader]
) -> None:
    stream = open_stream(redis)
    done, stalled, working = (reader_of(name) for name in ("done", "stalled", "working"))
    await stream.append("s", b"1")
    await done.acknowledge(await done.read(10, SOON_MS))
    await stream.append("s", b"2")
    await stalled.read(10, SOON_MS)
    await stream.append("s", b"3")
    await working.acknowledge(await working.read(10, SOON_MS))
    assert await working.forget_dead_consumers() == 0
    assert await working.forget_dead_consumers(idle_ms=0) == 1
    consumers: Any = await redis.xinfo_consumers("nest:{0}", "persist")
    assert {consumer["name"] for consumer in consumers} == {b"stalled", b"working"}


async def test_a_reader_says_that_the_stream_is_away(
    tmp_path: Path, closing: AsyncExitStack
) -> None:
    redis = connect(f"unix://{tmp_path}/nobody", retries=0)
    closing.push_async_callback(redis.aclose)
    reader, backlog = StreamReader(redis, 2, consumer="worker"), Backlog(redis, 2)
    for question in (
        reader.ensure_groups(),
        reader.read(10, 1),
        reader.claim_stale(0, 10),
        reader.acknowledge([StreamEntry(0, "1-1", b"")]),
        reader.trim(),
        backlog.depth(),
        backlog.last_received(),
        backlog.has_finished([(0, 0), (0, 0)]),
        reader.forget_dead_consumers(),
    ):
        with pytest.raises(StreamAway, match="does not answer"):
            await question


async def test_a_shard_that_fails_does_not_hide_what_the_others_deliver(
    redis: Redis, open_stream: OpenStream, reader_of: Callable[..., StreamReader]
) -> None:
    reader = reader_of(shards=3)
    await redis.set("nest:{0}", "somebody put a text here")
    await open_stream(redis, 3).append("s1", b"x")
    assert payloads(await reader.read(30, SOON_MS)) == [b"x"]
    with pytest.raises(StreamAway, match="WRONGTYPE"):
        await reader.read(30, 1)
