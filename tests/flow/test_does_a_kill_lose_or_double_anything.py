"""Is every event that got a 2xx stored exactly once, whatever is killed meanwhile?

The short form: `nesthaus up` under traffic, each of its processes killed once with SIGKILL. The
long one, with every kind of fault: `python -m benchmarks.crashes`.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from nesthaus.domain.identifiers import Uuid7Source
from tests.stack import Stack
from tests.victims import process_of
from tests.waiting import wait_for

SENDERS = 4
BATCH = 10
RECOVERED_WITHIN_S = 20.0
VICTIMS = ("work", "serve", "valkey-server", "schedule", "postgres", "work", "serve")


@pytest.fixture
def stack() -> Iterator[Stack]:
    stack = Stack()
    try:
        stack.start()
        yield stack
    finally:
        stack.close()


class Sender(threading.Thread):
    """Sends batches as a tracker does: again, with the same ids, until it is told 2xx."""

    def __init__(self, stack: Stack, number: int) -> None:
        super().__init__(name=f"sender {number}", daemon=True)
        self.url = stack.url
        self.session_ids = [f"visitor-{number}-{each}" for each in range(5)]
        self.accepted: dict[UUID, str] = {}
        self.done = threading.Event()
        self.failure: str | None = None

    def run(self) -> None:
        ids = Uuid7Source()
        turn = 0
        with httpx.Client(base_url=self.url, timeout=5) as client:
            while not self.done.is_set() and self.failure is None:
                session_id = self.session_ids[turn % len(self.session_ids)]
                turn += 1
                made = [ids.make(datetime.now(UTC)) for _ in range(BATCH)]
                self._deliver(client, session_id, made)

    def _deliver(self, client: httpx.Client, session_id: str, made: list[UUID]) -> None:
        events = [{"type": "click", "category": "nest", "eventId": str(each)} for each in made]
        body = {"sessionId": session_id, "events": events}
        deadline = time.monotonic() + RECOVERED_WITHIN_S
        while time.monotonic() < deadline:
            try:
                answer = client.post("/api/sessions/track-batch", json=body)
            except httpx.TransportError:
                continue
            if answer.status_code == 202 and answer.json()["accepted"] == BATCH:
                self.accepted.update(dict.fromkeys(made, session_id))
                return
            if answer.status_code not in {429, 503}:
                self.failure = f"{answer.status_code} {answer.text}"
                return
        self.failure = f"nothing was taken for {RECOVERED_WITHIN_S} s"


def kill(up: int, victim: str) -> None:
    process = wait_for(lambda: process_of(up, victim), RECOVERED_WITHIN_S, f"{victim} runs")
    process.kill()


def test_each_process_is_killed_once_under_traffic(stack: Stack) -> None:
    senders = [Sender(stack, number) for number in range(SENDERS)]
    for sender in senders:
        sender.start()

    for victim in VICTIMS:
        before = sum(len(sender.accepted) for sender in senders)
        kill(stack.process_id, victim)
        # At least this much is taken after each kill before the next.
        wait_for(
            lambda before=before: sum(len(each.accepted) for each in senders) > before + 400,
            RECOVERED_WITHIN_S,
            f"traffic goes on after {victim} was killed",
        )
    for sender in senders:
        sender.done.set()
    for sender in senders:
        sender.join(RECOVERED_WITHIN_S)

    assert [sender.failure for sender in senders] == [None] * SENDERS
    accepted: dict[UUID, str] = {}
    for sender in senders:
        accepted |= sender.accepted
    url = database_of(stack)
    wait_for(
        lambda: len(interactions(url)) >= len(accepted),
        RECOVERED_WITHIN_S,
        f"all {len(accepted)} events are stored",
    )
    stored = interactions(url)
    # A batch that was taken, but whose answer got lost with its process, was sent again: once.
    assert dict(stored) == accepted
    assert len(stored) == len(accepted)
    assert counters(url) == Counter(accepted.values())
    assert dead_letters(url) == 0


def database_of(stack: Stack) -> str:
    document: dict[str, Any] = json.loads((stack.data / "run.json").read_text())
    return document["database_url"]


def interactions(url: str) -> list[tuple[UUID, str]]:
    try:
        with psycopg.connect(url) as connection:
            return connection.execute("select id, session_id from interaction_events").fetchall()
    except psycopg.OperationalError:
        return []


def counters(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        cursor = connection.execute("select session_id, total_interactions from user_sessions")
        return dict(cursor.fetchall())


def dead_letters(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("select count(*) from dead_letters").fetchone()
    assert row is not None
    return row[0]
