"""Tracking calls from many connections at once, and what became of them.

    python -m benchmarks.load '{"port": 8000, "path": "/api/sessions/track", "seconds": 5}'

A process of its own, so that whoever answers does not wait for whoever asks. Each connection sends
its next call when the one before is answered; with `per_second` calls are due at fixed times, and a
call's time runs from when it was due, whether or not a connection was free then. With `calls` that
many are made before the first is sent, so that making them costs those who answer nothing.
"""

import asyncio
import json
import sys
import time
from collections import Counter, deque
from datetime import UTC, datetime, timedelta
from subprocess import PIPE, Popen
from typing import cast

import msgspec
import uvloop
from msgspec import Struct

from nesthaus.domain.identifiers import Uuid7Source

BETWEEN_EVENTS_MS = 100  # of a batch
CATEGORY, ELEMENTS = "nest", ("nest-80", "nest-100", "nest-120", "nest-140", "nest-160")


class Plan(Struct, kw_only=True):
    """`batch` events to a call; 0: one, as `/api/sessions/track` takes it. Calls are of `sessions`
    in turn. With `calls`, `seconds` are the most they may take. With `body` that is what each call
    brings."""

    port: int
    path: str
    seconds: float
    connections: int = 64
    batch: int = 0
    per_second: float | None = None
    prefix: str = "load"
    sessions: int = 2_000
    warm_up_s: float = 0.0
    calls: int | None = None
    body: str = ""


class Outcome(Struct):
    """`statuses` of all answers; times are milliseconds, of the answers after the warm-up, of
    which there were `answers` in `seconds` from `began`, seconds since the epoch."""

    began: float
    answers: int
    seconds: float
    statuses: dict[str, int]
    p50_ms: float
    p99_ms: float
    most_ms: float

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds


def run(plan: Plan) -> Outcome:
    """By a process of its own."""
    return ending(begun(plan))


def begun(plan: Plan) -> "Popen[bytes]":
    text = msgspec.json.encode(plan).decode()
    return Popen([sys.executable, "-m", "benchmarks.load", text], stdout=PIPE)


def ending(process: "Popen[bytes]") -> Outcome:
    told, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the load ended with {process.returncode}")
    return msgspec.json.decode(told, type=Outcome)


class _Bodies:
    """As the tracker writes them, each event with an id and a time of its own."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._ids = Uuid7Source()
        self._calls = 0
        self._ready = deque([self._make() for _ in range(plan.calls or 0)])

    def next(self) -> bytes | None:
        """None where all were sent."""
        if self._plan.calls is None:
            return self._make()
        return self._ready.popleft() if self._ready else None

    def _make(self) -> bytes:
        plan, now = self._plan, datetime.now(UTC)
        session_id = f"{plan.prefix}-{self._calls % plan.sessions:06}-of-22-c"
        self._calls += 1
        told = {"sessionId": session_id, "sentAt": _told(now), "trackerVersion": "0.1.0"}
        if plan.body:
            data = plan.body.encode()
        elif plan.batch:
            events = [self._event(now, nth) for nth in range(plan.batch)]
            data = msgspec.json.encode(told | {"events": events})
        else:
            data = msgspec.json.encode(told | {"event": self._event(now, 0)})
        return (
            b"POST %b HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            b"user-agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0\r\n"
            b"origin: https://nest.example\r\ncontent-length: %d\r\n\r\n%b"
        ) % (plan.path.encode(), len(data), data)

    def _event(self, now: datetime, nth: int) -> dict[str, object]:
        """The last one of a batch is of `now`."""
        before = max(self._plan.batch - 1 - nth, 0)
        at = now - timedelta(milliseconds=BETWEEN_EVENTS_MS * before)
        of_session = (self._calls - 1) // self._plan.sessions * max(self._plan.batch, 1)
        return {
            "eventId": str(self._ids.make(at)),
            "occurredAt": _told(at),
            "type": "selection",
            "category": CATEGORY,
            "elementId": ELEMENTS[(self._calls + nth) % 5],
            "value": ELEMENTS[(self._calls + nth) % 5],
            "timeSpent": 1_500,
            "page": "k3j5h2g7",
            "sequence": of_session + nth + 1,
        }


def _told(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Load:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.bodies = _Bodies(plan)  # before the clock runs
        self.statuses: Counter[str] = Counter()
        self.times_ms: list[float] = []
        self.began = time.time() + plan.warm_up_s
        self.started = time.perf_counter()
        self.counted_from = self.started + plan.warm_up_s
        self.until = self.counted_from + plan.seconds
        self.idle: deque[_Connection] = deque()
        self.late: deque[float] = deque()
        self.under_way = 0
        self.done = asyncio.Event()

    def answered(self, connection: "_Connection", status: str, due: float) -> None:
        now = time.perf_counter()
        self.statuses[status] += 1
        self.under_way -= 1
        if due >= self.counted_from:
            self.times_ms.append((now - due) * 1_000)
        if self.plan.per_second is None and now < self.until:
            self.send(connection, now)
        elif self.late:
            self.send(connection, self.late.popleft())
        else:
            self.idle.append(connection)
        if not self.under_way and (now >= self.until or self.plan.calls is not None):
            self.done.set()

    def send(self, connection: "_Connection", due: float) -> None:
        body = self.bodies.next()
        if body is not None:
            self.under_way += 1
            connection.send(body, due)

    async def pace(self, per_second: float) -> None:
        sent = 0
        while (now := time.perf_counter()) < self.until:
            while sent < (now - self.started) * per_second:
                due = self.started + sent / per_second
                sent += 1
                if self.idle:
                    self.send(self.idle.popleft(), due)
                else:
                    self.late.append(due)
            await asyncio.sleep(0.001)


class _Connection(asyncio.Protocol):
    def __init__(self, load: _Load) -> None:
        self._load = load
        self._got = b""
        self._due = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, due: float) -> None:
        assert self._transport is not None
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) >= length:
            self._got = b""
            self._load.answered(self, head[9:12].decode(), self._due)


async def _measure(plan: Plan) -> Outcome:
    load = _Load(plan)
    loop = asyncio.get_running_loop()
    connections = [
        (await loop.create_connection(lambda: _Connection(load), "127.0.0.1", plan.port))[1]
        for _ in range(plan.connections)
    ]
    if plan.per_second is None:
        for connection in connections:
            load.send(connection, time.perf_counter())
    else:
        load.idle.extend(connections)
        await load.pace(plan.per_second)
    async with asyncio.timeout(plan.warm_up_s + plan.seconds + 60):
        if load.under_way:
            await load.done.wait()
    ended = time.perf_counter()
    if plan.calls is None:
        ended = max(ended, load.until)
    times = sorted(load.times_ms)
    return Outcome(
        began=load.began,
        answers=len(times),
        seconds=ended - load.counted_from,
        statuses=dict(load.statuses),
        p50_ms=times[len(times) // 2],
        p99_ms=times[-(len(times) // 100) - 1],
        most_ms=times[-1],
    )


if __name__ == "__main__":
    outcome = uvloop.run(_measure(msgspec.json.decode(sys.argv[1], type=Plan)))
    print(json.dumps(msgspec.to_builtins(outcome)))
