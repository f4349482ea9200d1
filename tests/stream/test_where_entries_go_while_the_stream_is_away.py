"""The stream, else the spool, else nobody; and from the spool back to the stream."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from nesthaus.stream.connection import connect, shard_of
from nesthaus.stream.durable import DurableLog, Overloaded
from nesthaus.stream.spool import Spool
from nesthaus.stream.spool_file import encode_record
from tests.servers import Server, ValkeyServer, Workshop
from tests.stream.conftest import OpenStream
from tests.stream.looking import appends, in_shard, in_spool, in_stream
from tests.waiting import eventually

Start = Callable[[Server], None]
ON_DISK = {"appendonly": "yes", "appendfsync": "always"}


class WithoutATask(DurableLog):
    """Appends as a connection does that has no task to wait in."""

    async def append(self, session_id: str | None, payload: bytes) -> None:
        became: asyncio.Future[Exception | None] = asyncio.Future()
        self.begin(session_id, payload, became.set_result)
        if error := await became:
            raise error


@pytest.fixture(params=[DurableLog, WithoutATask])
def log_type(request: pytest.FixtureRequest) -> type[DurableLog]:
    return request.param


class Place:
    """A log on one client and one spool directory."""

    def __init__(self, redis: Redis, log: DurableLog, spool: Path, closing: AsyncExitStack) -> None:
        self.redis = redis
        self.log = log
        self.spool = spool
        self._closing = closing

    def run(self) -> None:
        task = asyncio.create_task(self.log.run())

        async def end() -> None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

        self._closing.push_async_callback(end)

    async def emptied(self) -> bool:
        return not list(self.spool.glob("*.spool"))

    async def refuse_writes(self) -> None:
        await self.redis.execute_command("CONFIG", "SET", "maxmemory", "1")  # pyright: ignore[reportUnknownMemberType]

    async def take_writes(self) -> None:
        await self.redis.execute_command("CONFIG", "SET", "maxmemory", "0")  # pyright: ignore[reportUnknownMemberType]


@pytest.fixture
async def place(
    redis: Redis,
    open_stream: OpenStream,
    tmp_path: Path,
    closing: AsyncExitStack,
    log_type: type[DurableLog],
) -> Place:
    log = log_type(open_stream(redis), Spool(tmp_path), adopt_every_s=0.05)
    closing.push_async_callback(log.close)
    place = Place(redis, log, tmp_path, closing)
    closing.push_async_callback(place.take_writes)
    return place


async def test_while_the_stream_is_there_nothing_is_spooled(place: Place) -> None:
    await place.log.append("s", b"x")
    assert await in_stream(place.redis) == {b"x": 1}
    assert list(place.spool.iterdir()) == []


async def test_while_the_stream_is_away_entries_are_spooled_and_moved_later(place: Place) -> None:
    place.run()
    await place.refuse_writes()
    payloads = [b"%d" % number for number in range(1_200)]
    await asyncio.gather(*(place.log.append("s", payload) for payload in payloads))
    assert in_spool(place.spool) == dict.fromkeys(payloads, 1)
    await place.take_writes()
    await eventually(place.emptied)
    assert await in_stream(place.redis) == dict.fromkeys(payloads, 1)


async def test_it_is_said_once_when_the_spool_is_used_and_once_when_it_is_over(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    await place.refuse_writes()
    for _ in range(5):
        await place.log.append("s", b"x")
    await place.take_writes()

    async def back() -> bool:
        await place.log.append("s", b"y")
        return (await in_stream(place.redis))[b"y"] > 2

    await eventually(back)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert said[0].startswith("Entries go to the spool on disk: the stream does not take entries")
    assert said[1] == "The stream takes entries again"


async def test_a_long_outage_leaves_two_files_and_not_one_per_attempt(place: Place) -> None:
    place.run()
    await place.refuse_writes()
    await place.log.append("s", b"1")

    async def rotated() -> bool:
        await place.log.append("s", b"2")
        return len(list(place.spool.glob("*.spool"))) == 2

    await eventually(rotated)

    async def went_on() -> bool:
        """Long enough for further attempts, which come after at most a second."""
        await place.log.append("s", b"3")
        assert len(list(place.spool.glob("*.spool"))) == 2
        return in_spool(place.spool)[b"3"] >= 100

    await eventually(went_on)


async def test_a_full_stream_refuses_at_once_and_the_spool_waits(
    redis: Redis,
    open_stream: OpenStream,
    tmp_path: Path,
    closing: AsyncExitStack,
    log_type: type[DurableLog],
) -> None:
    (tmp_path / "left.spool").write_bytes(encode_record("s", b"spooled"))
    log = log_type(open_stream(redis, max_entries=1), Spool(tmp_path), adopt_every_s=0.05)
    closing.push_async_callback(log.close)
    await log.append("s", b"fills it")
    place = Place(redis, log, tmp_path, closing)
    place.run()
    with pytest.raises(Overloaded, match="holds 1 of 1 entries"):
        await log.append("s", b"refused")
    assert in_spool(tmp_path) == {b"spooled": 1}
    await redis.delete("nest:{0}")
    await eventually(place.emptied)
    assert await in_stream(redis) == {b"spooled": 1}


async def test_with_neither_stream_nor_spool_nothing_is_taken(
    redis: Redis, open_stream: OpenStream, closing: AsyncExitStack, log_type: type[DurableLog]
) -> None:
    log = log_type(open_stream(redis), Spool(None))
    closing.push_async_callback(log.close)
    await redis.set("nest:{0}", "somebody put a text here")
    with pytest.raises(Overloaded, match=r"does not take entries.*; there is no spool"):
        await log.append("s", b"x")


async def test_a_log_that_is_closed_takes_nothing(
    redis: Redis, open_stream: OpenStream, tmp_path: Path, log_type: type[DurableLog]
) -> None:
    log = log_type(open_stream(redis), Spool(tmp_path))
    await log.close()
    with pytest.raises(Overloaded, match="stopping"):
        await log.append("s", b"x")


async def test_what_a_dead_process_spooled_is_adopted_and_its_torn_end_ignored(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    good = [encode_record("s", b"%d" % number) for number in range(1_200)]
    (place.spool / "left.spool").write_bytes(b"".join(good) + encode_record("s", b"torn")[:-1])
    place.run()
    await eventually(place.emptied)
    assert await in_stream(place.redis) == {b"%d" % number: 1 for number in range(1_200)}
    assert list(place.spool.iterdir()) == []
    messages = [record.getMessage() for record in caplog.records]
    assert any("18 bytes of an unfinished write" in message for message in messages)


async def test_a_damaged_file_gives_what_is_good_and_is_kept(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    bad = encode_record("s", b"bad").replace(b"bad", b"BAD")
    content = encode_record("s", b"1") + bad + encode_record("s", b"2")
    (place.spool / "left.spool").write_bytes(content)
    place.run()
    await eventually(place.emptied)
    assert await in_stream(place.redis) == {b"1": 1, b"2": 1}
    assert (place.spool / "left.damaged").read_bytes() == content
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert f"{len(bad)} bytes of a spool file are damaged" in caplog.text


async def test_what_was_moved_in_an_attempt_is_not_moved_again_in_the_next(
    redis: Redis, open_stream: OpenStream, tmp_path: Path, closing: AsyncExitStack
) -> None:
    """Of two shards one refuses at first; `s1` is the first session and lies on the other."""
    assert shard_of("s1", b"", 2) == 0
    sessions = [f"s{number}" for number in range(1, 41)]
    records = [encode_record(session, session.encode()) for session in sessions]
    (tmp_path / "left.spool").write_bytes(b"".join(records))
    await redis.set("nest:{1}", "somebody put a text here")
    log = DurableLog(open_stream(redis, shards=2), Spool(tmp_path), adopt_every_s=0.05)
    closing.push_async_callback(log.close)
    place = Place(redis, log, tmp_path, closing)
    place.run()
    of_the_other = {s.encode(): 1 for s in sessions if shard_of(s, b"", 2) == 0}
    assert 0 < len(of_the_other) < 40

    async def moved_half() -> bool:
        return await in_shard(redis, 0) == of_the_other

    await eventually(moved_half)
    await redis.delete("nest:{1}")
    await eventually(place.emptied)
    assert await in_stream(redis, 2) == {session.encode(): 1 for session in sessions}


async def test_at_the_end_what_waits_is_taken_and_later_calls_are_refused(place: Place) -> None:
    await place.refuse_writes()
    calls = [asyncio.create_task(place.log.append("s", b"%d" % n)) for n in range(50)]
    await asyncio.sleep(0)
    await place.log.close()
    assert await asyncio.gather(*calls) == [None] * 50
    assert in_spool(place.spool) == {b"%d" % n: 1 for n in range(50)}
    with pytest.raises(Overloaded, match="stopping"):
        await place.log.append("s", b"too late")


async def test_at_the_end_a_server_that_hangs_is_not_waited_for(
    workshop: Workshop,
    start_server: Start,
    open_stream: OpenStream,
    tmp_path: Path,
    closing: AsyncExitStack,
) -> None:
    server = ValkeyServer(workshop)
    start_server(server)
    redis = connect(server.url(), retries=0)
    closing.push_async_callback(redis.aclose)
    log = DurableLog(open_stream(redis, timeout_s=60), Spool(tmp_path))
    await log.append("s", b"before")
    os.kill(server.pid, signal.SIGSTOP)
    closing.callback(os.kill, server.pid, signal.SIGCONT)
    calls = [asyncio.create_task(log.append("s", b"%d" % n)) for n in range(50)]
    await asyncio.sleep(0)
    await log.close()
    assert await asyncio.gather(*calls) == [None] * 50
    assert in_spool(tmp_path) == {b"%d" % n: 1 for n in range(50)}


async def test_a_server_killed_while_it_takes_entries_loses_none_that_was_acknowledged(
    workshop: Workshop,
    start_server: Start,
    open_stream: OpenStream,
    tmp_path: Path,
    closing: AsyncExitStack,
) -> None:
    server = ValkeyServer(workshop, ON_DISK)
    start_server(server)
    redis = connect(server.url(), retries=0)
    closing.push_async_callback(redis.aclose)
    log = DurableLog(open_stream(redis), Spool(tmp_path), adopt_every_s=0.05)
    closing.push_async_callback(log.close)
    acknowledged: set[bytes] = set()

    async def visitor(name: int) -> None:
        for number in range(40):
            payload = b"%d of %d" % (number, name)
            if await appends(lambda p=payload: log.append("s", p), Overloaded):
                acknowledged.add(payload)
            if len(acknowledged) == 1_000:
                server.kill()

    await asyncio.gather(*(visitor(name) for name in range(50)))
    assert len(acknowledged) == 2_000

    server.start()
    stored, spooled = await in_stream(redis), in_spool(tmp_path)
    assert acknowledged <= set(stored) | set(spooled)
    assert stored
    assert spooled

    place = Place(redis, log, tmp_path, closing)
    place.run()
    await eventually(place.emptied)
    assert set(await in_stream(redis)) == acknowledged
