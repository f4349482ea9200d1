"""Group commit: who is told that an entry is in the stream, and who is not."""

import asyncio
import os
import re
import signal
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis, SSLConnection

from nesthaus.stream.connection import StreamAway, StreamFull, connect, shard_key, shard_of
from tests.clocks import SettableClock
from tests.servers import Server, ValkeyServer, Workshop
from tests.stream.conftest import OpenStream
from tests.stream.looking import appends, in_shard, in_stream
from tests.waiting import eventually

Start = Callable[[Server], None]


async def test_what_waits_together_is_written_once_each(
    redis: Redis, open_stream: OpenStream
) -> None:
    stream = open_stream(redis)
    payloads = [b"entry %d" % number for number in range(2_500)]
    await asyncio.gather(*(stream.append("s", payload) for payload in payloads))
    stored = await in_stream(redis)
    assert stored.total() == 2_500
    assert set(stored) == set(payloads)


async def test_a_thousand_appends_of_one_turn_are_few_round_trips(
    redis: Redis, open_stream: OpenStream
) -> None:
    stream = open_stream(redis)
    await stream.append("s", b"opens the connection")
    before = await reads_of(redis)
    await asyncio.gather(*(stream.append("s", b"x") for _ in range(1_000)))
    assert await reads_of(redis) - before < 20


async def reads_of(redis: Redis) -> int:
    """How often the server has read from a socket."""
    stats: Any = await redis.info("stats")  # pyright: ignore[reportUnknownMemberType]
    return stats["total_reads_processed"]


async def test_everything_of_a_session_goes_to_one_shard(
    redis: Redis, open_stream: OpenStream
) -> None:
    stream = open_stream(redis, shards=3)
    await asyncio.gather(*(stream.append(f"s{n % 9}", b"s%d" % (n % 9)) for n in range(90)))
    shards = [await in_shard(redis, shard) for shard in range(3)]
    assert sum(len(sessions) for sessions in shards) == 9
    assert sum(shards, Counter[bytes]()) == {b"s%d" % n: 10 for n in range(9)}


def test_every_key_of_a_shard_carries_its_tag() -> None:
    assert shard_key(3) == "nest:{3}"


def test_what_belongs_to_no_session_is_spread_over_the_shards() -> None:
    assert {shard_of(None, b"metric %d" % n, 4) for n in range(50)} == {0, 1, 2, 3}


async def test_a_caller_who_gives_up_leaves_the_others_alone(
    redis: Redis, open_stream: OpenStream
) -> None:
    stream = open_stream(redis)
    calls = [asyncio.create_task(stream.append("s", b"%d" % number)) for number in range(10)]
    await asyncio.sleep(0)
    for call in calls[::2]:
        call.cancel()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert outcomes[1::2] == [None] * 5
    stored = await in_stream(redis)
    assert {b"%d" % number for number in range(1, 10, 2)} <= set(stored)


async def test_what_waits_at_the_end_is_written(redis: Redis, open_stream: OpenStream) -> None:
    stream = open_stream(redis)
    calls = [asyncio.create_task(stream.append("s", b"%d" % number)) for number in range(100)]
    await asyncio.sleep(0)
    await stream.close()
    assert await asyncio.gather(*calls) == [None] * 100
    assert (await in_stream(redis)).total() == 100
    with pytest.raises(StreamAway, match="closed"):
        await stream.append("s", b"too late")


async def test_a_server_that_closed_an_idle_connection_is_not_away(
    redis: Redis, open_stream: OpenStream
) -> None:
    stream = open_stream(redis)
    await stream.append("s", b"before")
    await redis.execute_command("CLIENT", "KILL", "TYPE", "normal")  # pyright: ignore[reportUnknownMemberType]
    await stream.append("s", b"after")
    assert await in_stream(redis) == {b"before": 1, b"after": 1}


@pytest.mark.parametrize(
    "answer",
    [
        ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0", "maxmemory"),
        ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE", "read only"),
        ("ACL SETUSER default -xadd", "ACL SETUSER default +xadd", "perm"),
    ],
    ids=["OOM", "READONLY", "NOPERM"],
)
async def test_a_server_that_answers_but_does_not_write_is_away(
    redis: Redis,
    open_stream: OpenStream,
    clock: SettableClock,
    answer: tuple[str, str, str],
) -> None:
    breaks, mends, says = answer
    stream = open_stream(redis)
    await stream.append("s", b"before")
    assert stream.away_since is None
    await redis.execute_command(*breaks.split())  # pyright: ignore[reportUnknownMemberType]
    try:
        with pytest.raises(StreamAway, match=says):
            await stream.append("s", b"refused")
    finally:
        await redis.execute_command(*mends.split())  # pyright: ignore[reportUnknownMemberType]
    assert stream.away_since == clock.now
    await eventually(lambda: appends(lambda: stream.append("s", b"after"), StreamAway))
    assert stream.away_since is None
    assert await in_stream(redis) == {b"before": 1, b"after": 1}


async def test_a_server_that_cannot_save_is_away(
    workshop: Workshop, start_server: Start, closing: AsyncExitStack, open_stream: OpenStream
) -> None:
    """MISCONF: the last snapshot failed, here because its folder is gone."""
    gone = workshop.new_folder("gone")
    server = ValkeyServer(workshop, {"dir": str(gone)})
    start_server(server)
    assert server.ask('CONFIG SET save "3600 1"') == "+OK"
    redis = connect(server.url(), retries=0)
    closing.push_async_callback(redis.aclose)
    stream = open_stream(redis)
    gone.rmdir()
    assert server.ask("BGSAVE").startswith("+")

    async def refuses() -> bool:
        return not await appends(lambda: stream.append("s", b"x"), StreamAway)

    await eventually(refuses)
    with pytest.raises(StreamAway, match="MISCONF"):
        await stream.append("s", b"x")
    assert server.ask('CONFIG SET save ""') == "+OK"
    await eventually(lambda: appends(lambda: stream.append("s", b"x"), StreamAway))


async def test_only_those_whose_entry_failed_are_told_so(
    redis: Redis, open_stream: OpenStream
) -> None:
    stream = open_stream(redis, shards=2)
    await redis.set(shard_key(0), "somebody put a text here")
    sessions = [f"s{number}" for number in range(40)]
    calls = (stream.append(session, session.encode()) for session in sessions)
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    told = {s.encode() for s, outcome in zip(sessions, outcomes, strict=True) if outcome is None}
    assert told == set(await in_shard(redis, 1))
    assert told == {s.encode() for s in sessions if shard_of(s, b"", 2) == 1}
    assert 0 < len(told) < 40


async def test_while_the_server_hangs_nobody_but_the_first_waits_for_it(
    workshop: Workshop, start_server: Start, closing: AsyncExitStack, open_stream: OpenStream
) -> None:
    server = ValkeyServer(workshop)
    start_server(server)
    redis = connect(server.url(), retries=0)
    closing.push_async_callback(redis.aclose)
    stream = open_stream(redis, timeout_s=0.3)
    await stream.append("s", b"before")
    os.kill(server.pid, signal.SIGSTOP)
    try:
        with pytest.raises(StreamAway, match="no answer in time"):
            await stream.append("s", b"waits")
        # One may be due to try whether the server is back; whoever comes meanwhile is refused.
        assert sum(waits(stream.append("s", b"does not wait")) for _ in range(1_000)) <= 1
    finally:
        os.kill(server.pid, signal.SIGCONT)
    await eventually(lambda: appends(lambda: stream.append("s", b"after"), StreamAway))


def waits(call: Coroutine[Any, Any, None]) -> bool:
    """Whether it has no answer yet when it first lets others go on."""
    try:
        call.send(None)
    except StreamAway:
        return False
    call.close()
    return True


async def test_a_server_that_is_not_there_is_away(
    tmp_path: Path, closing: AsyncExitStack, open_stream: OpenStream
) -> None:
    redis = connect(f"unix://{tmp_path}/nobody", retries=3)
    closing.push_async_callback(redis.aclose)
    stream = open_stream(redis)
    with pytest.raises(StreamAway, match="does not take entries"):
        await stream.append("s", b"x")


async def test_a_full_stream_refuses_until_it_is_shorter(
    redis: Redis, open_stream: OpenStream
) -> None:
    stream = open_stream(redis, shards=2, max_entries=10)
    for session in range(10):
        await stream.append(f"s{session}", b"x")
    assert not await appends(lambda: stream.append("s", b"refused"), StreamFull)
    assert (await in_stream(redis, 2)).total() == 10
    await redis.delete(shard_key(0))
    await eventually(lambda: appends(lambda: stream.append("s", b"after"), StreamFull))
    assert (await in_stream(redis, 2))[b"refused"] == 0


async def test_a_full_stream_names_its_limit(redis: Redis, open_stream: OpenStream) -> None:
    stream = open_stream(redis, max_entries=1)
    await stream.append("s", b"fits")
    with pytest.raises(StreamFull, match=re.escape("holds 1 of 1 entries")):
        await stream.append("s", b"does not")


@pytest.mark.parametrize("scheme", ["redis", "valkey", "rediss", "valkeys"])
def test_redis_and_valkey_addresses_mean_the_same(scheme: str) -> None:
    pool = connect(f"{scheme}://:secret@stream.example:6380/2", retries=3).connection_pool
    given = {key: pool.connection_kwargs[key] for key in ("host", "port", "db", "password")}
    assert given == {"host": "stream.example", "port": 6380, "db": 2, "password": "secret"}
    assert issubclass(pool.connection_class, SSLConnection) == (scheme in {"rediss", "valkeys"})


def test_another_address_is_refused() -> None:
    with pytest.raises(ValueError, match="redis://"):
        connect("http://stream.example", retries=3)
