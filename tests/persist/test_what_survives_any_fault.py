"""Whatever is sent, in any order, and whatever fails meanwhile: what was accepted is stored once.

A sequence of calls and faults, drawn by hypothesis, goes through the real stream, workers and
tables; the model is a plain count of what was sent. Where both differ, the shortest sequence that
makes them differ is told.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from itertools import count
from typing import cast

import psycopg
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from msgspec import structs
from psycopg import AsyncConnection
from redis.asyncio import Redis

from nesthaus.db.pool import Connection, Pool
from nesthaus.domain.events import Delivery
from nesthaus.persist.announcer import Announcer
from nesthaus.persist.trial import Trial
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.reader import StreamEntry, StreamReader
from nesthaus.stream.worker_states import WorkerState
from tests.persist.comparing import (
    EMPTY,
    RULES,
    copies_of,
    expect_plain_count,
    rows,
    store_all,
    stored_copies,
)
from tests.persist.drawn import NOW, address_at, traffics
from tests.persist.plain_count import Timed
from tests.persist.traffic import abandoned, call, clicked, converted, opened
from tests.persist.workers import HURRY, append, pending

GARBAGE = b"\x01 no delivery"


class Fault(Enum):
    """What happens the next time a worker stores something, or acknowledges it."""

    AWAY = "the database cannot be reached"
    BEFORE_COMMIT = "the connection breaks before the commit"
    AFTER_COMMIT = "the connection breaks before the worker hears of its commit"
    INTERNAL_ERROR = "the database fails, and would not have to"
    UNACKNOWLEDGED = "the stream does not take the acknowledgement"


@dataclass(frozen=True, slots=True)
class Send:
    """One of the traffic's calls; for its number of calls see `traffics`."""

    number: int


@dataclass(frozen=True, slots=True)
class SendGarbage:
    pass


@dataclass(frozen=True, slots=True)
class Read:
    """Takes entries in hand, and then stalls."""

    worker: int
    entries: int


@dataclass(frozen=True, slots=True)
class Store:
    """What is in hand, or what is new."""

    worker: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Die:
    """At once; another comes in its place."""

    worker: int


@dataclass(frozen=True, slots=True)
class TakeOver:
    """What others have in hand, also if they are only slow."""

    worker: int
    faults: tuple[Fault, ...]


Step = Send | SendGarbage | Read | Store | Die | TakeOver

worker_numbers = st.integers(0, 1)
some_faults = st.lists(st.sampled_from(Fault), max_size=3).map(tuple)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(Send, st.integers(0, 30)),
    st.builds(Send, st.integers(0, 30)),
    st.just(SendGarbage()),
    st.builds(Read, worker_numbers, st.integers(1, 5)),
    st.builds(Store, worker_numbers, some_faults),
    st.builds(Die, worker_numbers),
    st.builds(TakeOver, worker_numbers, some_faults),
)


class FailingPool:
    """Of the real one, with faults to come."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.faults: deque[Fault] = deque()

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        fault = self.faults.popleft() if self.faults else None
        if fault is Fault.AWAY:
            raise psycopg.OperationalError(fault.value)
        async with self._pool.connection() as connection:
            yield connection
            if fault is Fault.BEFORE_COMMIT:
                raise psycopg.OperationalError(fault.value)
            if fault is Fault.INTERNAL_ERROR:
                raise psycopg.errors.InternalError_(fault.value)
        if fault is Fault.AFTER_COMMIT:
            raise psycopg.OperationalError(fault.value)


class FailingReader(StreamReader):
    def __init__(self, redis: Redis, consumer: str) -> None:
        super().__init__(redis, shards=1, consumer=consumer)
        self.is_deaf = False

    async def acknowledge(self, entries: Iterable[StreamEntry]) -> None:
        if self.is_deaf:
            raise StreamAway(Fault.UNACKNOWLEDGED.value)
        await super().acknowledge(entries)


async def nobody(_: WorkerState) -> None:
    """Hears what the worker does."""


class OneWorker:
    def __init__(self, redis: Redis, pool: Pool, name: str) -> None:
        self.reader = FailingReader(redis, name)
        self.pool = FailingPool(pool)
        self.trial = Trial(
            self.reader,
            cast("Pool", self.pool),
            clock=lambda: NOW,
            rules=RULES,
            announcer=Announcer(name, lambda: NOW, nobody),
            pace=replace(HURRY, first_pause_s=0.0001, longest_pause_s=0.001),
        )
        self.in_hand: list[StreamEntry] = []

    async def store(self, entries: Iterable[StreamEntry], faults: Sequence[Fault]) -> None:
        self.reader.is_deaf = Fault.UNACKNOWLEDGED in faults
        self.pool.faults.extend(fault for fault in faults if fault is not Fault.UNACKNOWLEDGED)
        await self.trial.settle(entries, asyncio.Event())


class Machine:
    """`sent` and `garbage` are the model: what was accepted."""

    def __init__(self, redis: Redis, pool: Pool, calls: Sequence[Delivery]) -> None:
        self._redis = redis
        self._pool = pool
        self._calls = calls
        self._names = count(1)
        self._workers = [self._new_worker(), self._new_worker()]
        self.sent: list[Delivery] = []
        self.garbage = 0

    def _new_worker(self) -> OneWorker:
        return OneWorker(self._redis, self._pool, f"worker {next(self._names)}")

    async def take(self, step: Step) -> None:
        match step:
            case Send(number):
                await self._send(self._calls[number % len(self._calls)])
            case SendGarbage():
                self.garbage += 1
                await append(self._redis, GARBAGE)
            case Read(worker, entries):
                self._workers[worker].in_hand += await self._workers[worker].reader.read(entries, 0)
            case Store(worker, faults):
                await self._store(self._workers[worker], faults)
            case Die(worker):
                self._workers[worker] = self._new_worker()
            case TakeOver(worker, faults):
                found = await self._workers[worker].reader.claim_stale(0, 1_000)
                await self._workers[worker].store(found, faults)

    async def finish(self) -> None:
        """Nothing fails any more; whoever stalled wakes up, the last one takes over the rest."""
        for worker in self._workers:
            await self._store(worker, ())
        last = self._new_worker()
        while found := await last.reader.claim_stale(0, 1_000) or await last.reader.read(1_000, 0):
            await last.store(found, ())

    async def _send(self, call: Delivery) -> None:
        """No two calls are received at the same time."""
        later = timedelta(microseconds=len(self.sent))
        self.sent.append(structs.replace(call, received_at=call.received_at + later))
        await append(self._redis, self.sent[-1])

    async def _store(self, worker: OneWorker, faults: Sequence[Fault]) -> None:
        in_hand, worker.in_hand = worker.in_hand, []
        await worker.store(in_hand or await worker.reader.read(1_000, 0), faults)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(calls=traffics(), sequence=st.lists(steps, min_size=1, max_size=30))
async def test_what_was_accepted_is_stored_once_whatever_fails(
    redis: Redis, db: Pool, database_url: str, calls: list[Delivery], sequence: list[Step]
) -> None:
    note("\n".join(map(str, [*calls, *sequence])))
    await redis.flushdb()  # pyright: ignore[reportUnknownMemberType] -- its kwargs are untyped
    async with await AsyncConnection.connect(database_url) as connection:
        await connection.execute(EMPTY)
        await connection.execute("truncate dead_letters")
        await connection.commit()
        machine = Machine(redis, db, calls)
        await StreamReader(redis, shards=1, consumer="first").ensure_groups()
        for step in sequence:
            await machine.take(step)
        await machine.finish()
        assert await pending(redis) == 0
        await expect_plain_count(connection, machine.sent)
        assert await stored_copies(connection) == copies_of(machine.sent)
        letters = await rows(connection, "select payload from dead_letters")
        assert [bytes(each["payload"]) for each in letters] == [GARBAGE] * machine.garbage


async def test_a_session_that_eight_workers_make_at_once_is_one(database_url: str) -> None:
    calls = [told("anna", opened(second)) for second in range(8)]
    await expect_race(database_url, calls)


@pytest.mark.parametrize(("abandoned_at", "converted_at"), [(2, 3), (3, 2), (2, 2)])
async def test_how_a_session_ended_does_not_depend_on_who_stores_it_first(
    database_url: str, abandoned_at: int, converted_at: int
) -> None:
    calls = [
        told("anna", clicked(1)),
        told("anna", abandoned(abandoned_at, 2, exit_page="/a")),
        told("anna", converted(converted_at, 3, order_id="order 1")),
        told("anna", clicked(4)),
        told("ben", converted(converted_at, 4, order_id="order 1")),
    ]
    for first in range(len(calls)):
        await expect_race(database_url, [*calls[first:], *calls[:first]])


def told(session: str, fact: Timed) -> Delivery:
    return call(session, fact, address=address_at([fact]))


async def expect_race(database_url: str, calls: Sequence[Delivery]) -> None:
    """Each is stored by a worker of its own, all at once."""
    async with await AsyncConnection.connect(database_url) as connection:
        await connection.execute(EMPTY)
        await connection.commit()
        await asyncio.gather(*(store_all(database_url, [[each]]) for each in calls))
        await expect_plain_count(connection, calls)
