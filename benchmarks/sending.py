"""Many connections that send tracking calls, and what they were answered."""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

_number = count(1)


@dataclass(slots=True)
class Answers:
    """`waits_s` by status; a connection that broke counts as status 0."""

    waits_s: dict[int, list[float]] = field(default_factory=dict[int, list[float]])
    without_retry_after: int = 0
    events: int = 0

    def note(self, status: int, wait_s: float, *, told_when: bool, events: int) -> None:
        self.waits_s.setdefault(status, []).append(wait_s)
        if status in {429, 503} and not told_when:
            self.without_retry_after += 1
        if status == 202:
            self.events += events

    @property
    def counts(self) -> Counter[int]:
        return Counter({status: len(waits) for status, waits in self.waits_s.items()})

    def percentile_ms(self, status: int, share: float) -> float:
        waits = sorted(self.waits_s.get(status, [0.0]))
        return 1_000 * waits[min(len(waits) - 1, int(share * len(waits)))]


def call_of(host: str, events: int = 1) -> bytes:
    """A click, or a batch of them; eight calls are one session."""
    number = next(_number)
    click = {"type": "click", "category": "nest"}
    session = {"sessionId": f"load-{number // 8}"}
    path, rest = "track", {"event": click}
    if events > 1:
        path, rest = "track-batch", {"events": [click] * events}
    body = json.dumps(session | rest)
    return (
        f"POST /api/sessions/{path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def send(
    port: int,
    connections: int,
    *,
    for_s: float,
    calls_per_s: float | None = None,
    events: int = 1,
) -> Answers:
    """Each connection sends its next call when it has the answer to the one before; with
    `calls_per_s` all of them together no more than that."""
    answers = Answers()
    until = time.monotonic() + for_s
    pause_s = None if calls_per_s is None else connections / calls_per_s
    async with asyncio.TaskGroup() as tasks:
        for number in range(connections):
            begin_s = 0.0 if pause_s is None else pause_s * number / connections
            pace = _Pace(until, begin_s, pause_s)
            tasks.create_task(_keep_sending(port, answers, pace, events))
    return answers


@dataclass(frozen=True, slots=True)
class _Pace:
    """Begins after `begin_s`; a call each `pause_s`, or as soon as the one before is answered."""

    until: float
    begin_s: float
    pause_s: float | None


async def _keep_sending(port: int, answers: Answers, pace: _Pace, events: int) -> None:
    await asyncio.sleep(pace.begin_s)
    stream = None
    while time.monotonic() < pace.until:
        started = time.monotonic()
        try:
            stream = stream or await asyncio.open_connection("127.0.0.1", port)
            status, told_when = await _ask(*stream, call_of("127.0.0.1", events))
        except (OSError, asyncio.IncompleteReadError):
            status, told_when, stream = 0, False, None
        took_s = time.monotonic() - started
        answers.note(status, took_s, told_when=told_when, events=events)
        if pace.pause_s is not None:
            await asyncio.sleep(max(0.0, pace.pause_s - took_s))
    if stream is not None:
        stream[1].close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: bytes
) -> tuple[int, bool]:
    writer.write(call)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r")[0])
    await reader.readexactly(length)
    return int(head[9:12]), b"retry-after:" in head
