"""How often may a wrong password be tried?"""

import asyncio
from typing import Any

from redis.asyncio import Redis

from nesthaus.access.attempts import Attempts
from nesthaus.stream.connection import connect
from tests.clocks import SettableClock

MINUTE = 60


async def allowed(attempts: Attempts, caller: str, name: str, tries: int) -> int:
    waits = [await attempts.take(caller, name) for _ in range(tries)]
    return waits.count(None)


async def test_an_address_has_ten_attempts_in_ten_minutes(
    redis: Redis, clock: SettableClock
) -> None:
    attempts = Attempts(redis, clock)
    assert await allowed(attempts, "10.0.0.1", "ann", 12) == 10
    assert await allowed(attempts, "10.0.0.2", "ann", 1) == 1
    clock.advance(4 * MINUTE)
    assert await attempts.take("10.0.0.1", "ann") == 6 * MINUTE
    clock.advance(6 * MINUTE)
    assert await attempts.take("10.0.0.1", "ann") is None


async def test_several_processes_count_together(redis_url: str, clock: SettableClock) -> None:
    clients = [connect(redis_url, 0) for _ in range(4)]
    processes = [Attempts(client, clock) for client in clients]
    waits = await asyncio.gather(
        *(process.take("10.0.0.1", "ann") for process in processes for _ in range(5))
    )
    assert waits.count(None) == 10
    for client in clients:
        await client.aclose()


async def test_an_account_has_fifty_attempts_an_hour_from_all_addresses_together(
    redis: Redis, clock: SettableClock
) -> None:
    attempts = Attempts(redis, clock)
    allowances = [await allowed(attempts, f"10.0.0.{n}", "Ann ", 10) for n in range(5)]
    assert allowances == [10] * 5
    clock.advance(15 * MINUTE)
    assert await attempts.take("10.0.0.9", "ann") == 45 * MINUTE
    assert await attempts.take("10.0.0.9", "bob") is None


async def test_a_right_password_does_not_count(redis: Redis, clock: SettableClock) -> None:
    attempts = Attempts(redis, clock)
    assert await allowed(attempts, "10.0.0.1", "ann", 9) == 9
    for _ in range(5):
        assert await attempts.take("10.0.0.1", "ann") is None
        await attempts.forgive("10.0.0.1", "ann")
    assert await allowed(attempts, "10.0.0.1", "ann", 2) == 1
    for number in range(50):  # as many as one account has
        assert await attempts.take(f"10.0.1.{number}", "bob") is None
        await attempts.forgive(f"10.0.1.{number}", "bob")
    assert await attempts.take("10.0.2.1", "bob") is None


async def test_nothing_stays_in_valkey_and_no_address_is_kept_there(
    redis: Redis, clock: SettableClock
) -> None:
    attempts = Attempts(redis, clock)
    await attempts.take("203.0.113.7", "ann@example.com")
    await attempts.forgive("203.0.113.7", "ann@example.com")
    keys: list[Any] = await redis.keys("nest:login:*")  # pyright: ignore[reportUnknownMemberType]
    assert len(keys) == 2
    for key in keys:
        assert b"203.0.113.7" not in key
        assert b"ann@" not in key
        assert 0 < await redis.ttl(key) <= 2 * 60 * MINUTE


async def test_while_valkey_is_away_each_process_allows_five_a_minute(
    clock: SettableClock,
) -> None:
    redis = connect("redis://127.0.0.1:1/0", 0)  # port 1 is nobody's
    attempts = Attempts(redis, clock)
    assert await allowed(attempts, "10.0.0.1", "ann", 7) == 5
    assert await allowed(attempts, "10.0.0.2", "ann", 1) == 0
    await attempts.forgive("10.0.0.1", "ann")
    clock.advance(2 * MINUTE)
    assert await attempts.take("10.0.0.1", "ann") is None
    await redis.aclose()
