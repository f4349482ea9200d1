"""Senders that deliver as trackers do, and count what an outsider would see of a deployment."""

import threading
import time
from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import psycopg

from nesthaus.domain.identifiers import Uuid7Source
from tests.waiting import wait_for

BATCH = 10
TAKEN_WITHIN_S = 20.0
# Between a sender's batches: what is looked for is lost at the joints, not under full load.
PAUSE_S = 0.01
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Sender(threading.Thread):
    """Sends batches, each again with the same ids until it is told 2xx; `failures` tells each try
    that was not taken."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__(name=f"sender {number}", daemon=True)
        self._url = url
        self._session_ids = [f"visitor-{number}-{each}" for each in range(5)]
        self._done = threading.Event()
        self.accepted: dict[UUID, str] = {}
        self.failures: list[str] = []

    def run(self) -> None:
        ids = Uuid7Source()
        turn = 0
        # As patient as a browser: a request may wait for the next process.
        options: dict[str, Any] = {"timeout": TAKEN_WITHIN_S, "headers": {"user-agent": FIREFOX}}
        with httpx.Client(base_url=self._url, **options) as client:
            while not self._done.wait(PAUSE_S):
                session_id = self._session_ids[turn % len(self._session_ids)]
                turn += 1
                made = [ids.make(datetime.now(UTC)) for _ in range(BATCH)]
                if not self._deliver(client, session_id, made):
                    return

    def _deliver(self, client: httpx.Client, session_id: str, made: list[UUID]) -> bool:
        events = [{"type": "click", "category": "nest", "eventId": str(each)} for each in made]
        body = {"sessionId": session_id, "events": events}
        deadline = time.monotonic() + TAKEN_WITHIN_S
        while time.monotonic() < deadline:
            try:
                answer = client.post("/api/sessions/track-batch", json=body)
            except httpx.TransportError as error:
                self.failures.append(repr(error))
                continue
            if answer.status_code == 202 and answer.json()["accepted"] == BATCH:
                self.accepted.update(dict.fromkeys(made, session_id))
                return True
            self.failures.append(f"{answer.status_code} {answer.text}")
        return False

    def end(self) -> None:
        self._done.set()


class Traffic:
    """Several senders side by side."""

    def __init__(self, url: str, senders: int) -> None:
        self._senders = [Sender(url, number) for number in range(senders)]

    def goes_on(self, events: int = 400) -> None:
        """Returns when so many more events have been taken."""
        before = self._taken()
        wait_for(lambda: self._taken() >= before + events, TAKEN_WITHIN_S, self._story)

    @property
    def accepted(self) -> dict[UUID, str]:
        """Of all senders, until now."""
        together: dict[UUID, str] = {}
        for sender in self._senders:
            together |= sender.accepted.copy()
        return together

    @property
    def failures(self) -> list[str]:
        return [failure for sender in self._senders for failure in sender.failures]

    def _taken(self) -> int:
        return sum(len(sender.accepted) for sender in self._senders)

    def _story(self) -> str:
        return f"traffic does not go on: {self.failures[-5:]}"

    def start(self) -> None:
        for sender in self._senders:
            sender.start()

    def end(self) -> None:
        for sender in self._senders:
            sender.end()
        for sender in self._senders:
            sender.join(TAKEN_WITHIN_S)


@contextmanager
def traffic(url: str, senders: int = 3) -> Generator[Traffic]:
    """Sent while the block runs."""
    flowing = Traffic(url, senders)
    flowing.start()
    try:
        yield flowing
    finally:
        flowing.end()


def interactions(database_url: str, sessions_like: str = "visitor-%") -> list[tuple[UUID, str]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "select id, session_id from interaction_events where session_id like %s",
            [sessions_like],
        ).fetchall()


def assert_stored_once(
    database_url: str, accepted: dict[UUID, str], sessions_like: str = "visitor-%"
) -> None:
    """Waits until a worker has stored all of it; then event by event."""
    assert accepted
    wait_for(
        lambda: len(interactions(database_url, sessions_like)) >= len(accepted),
        TAKEN_WITHIN_S,
        lambda: f"{len(interactions(database_url, sessions_like))} of {len(accepted)} are stored",
    )
    stored = interactions(database_url, sessions_like)
    assert dict(stored) == accepted
    assert len(stored) == len(accepted)
    assert counters(database_url, accepted.values()) == Counter(accepted.values())
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select count(*) from dead_letters").fetchone() == (0,)


def counters(database_url: str, session_ids: Iterable[str]) -> dict[str, int]:
    """`total_interactions` of these sessions."""
    with psycopg.connect(database_url) as connection:
        cursor = connection.execute(
            "select session_id, total_interactions from user_sessions where session_id = any(%s)",
            [sorted(set(session_ids))],
        )
        return dict(cursor.fetchall())
