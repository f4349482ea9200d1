"""Senders that behave as the tracker does: again, with the same ids, until they are told 2xx."""

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count

import httpx

from nesthaus.domain.identifiers import Uuid7Source

SENDERS = 3
BATCH = 6
PAUSE_S = 0.04
# A session comes again after at least 60 pauses: more within a second would make it a bot.
SESSIONS_AT_ONCE = 60
CALLS_OF_A_SESSION = 8
OPTIONS = ("nest80", "nest100", "nest120")
# Bots are in no total; this is a browser, so that figures can be compared.
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
_number = count(1)


class Traffic:
    """`accepted`: of each session its events' ids with the option each chose ('': a click)."""

    def __init__(self, url: str) -> None:
        self.accepted: dict[str, dict[str, str]] = {}
        self.refusals: list[str] = []
        self.calls = 0
        self._url = url
        self._unconfirmed: set[str] = set()
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._senders: list[threading.Thread] = []

    def start(self) -> None:
        self._done.clear()
        self._senders = [threading.Thread(target=self._send, daemon=True) for _ in range(SENDERS)]
        for sender in self._senders:
            sender.start()

    def stop(self) -> None:
        """Afterwards every call made was taken: what is under way is sent until it is."""
        self._done.set()
        for sender in self._senders:
            sender.join()

    def accepted_ids(self) -> set[str]:
        """Those accepted since `confirm` was called last."""
        with self._lock:
            return set(self._unconfirmed)

    def confirm(self) -> None:
        """What was accepted until now need not be asked for again, except at a comparison."""
        with self._lock:
            self._unconfirmed.clear()

    def _send(self) -> None:
        ids = Uuid7Source()
        with httpx.Client(base_url=self._url, headers={"User-Agent": BROWSER}, timeout=5) as client:
            while not self._done.is_set():
                sessions = [f"crash-{next(_number)}" for _ in range(SESSIONS_AT_ONCE)]
                for session_id in sessions * CALLS_OF_A_SESSION:
                    self._deliver(client, session_id, ids)
                    if self._done.wait(PAUSE_S):
                        break

    def _deliver(self, client: httpx.Client, session_id: str, ids: Uuid7Source) -> None:
        made = {
            str(ids.make(datetime.now(UTC))): "" if n % 2 else OPTIONS[n // 2 % len(OPTIONS)]
            for n in range(BATCH)
        }
        body = {"sessionId": session_id, "events": [_event(*each) for each in made.items()]}
        while not self._is_taken(client, body):
            time.sleep(PAUSE_S)
        with self._lock:
            self.calls += 1
            self._unconfirmed |= made.keys()
            self.accepted.setdefault(session_id, {}).update(made)

    def _is_taken(self, client: httpx.Client, body: Mapping[str, object]) -> bool:
        try:
            answer = client.post("/api/sessions/track-batch", json=body)
        except httpx.TransportError:
            return False
        if answer.status_code == 202 and answer.json()["accepted"] == BATCH:
            return True
        if answer.status_code not in {429, 503}:
            self.refusals.append(f"a good call got {answer.status_code} {answer.text}")
            self._done.set()
            return True
        return False


def _event(event_id: str, option: str) -> dict[str, str]:
    if not option:
        return {"type": "click", "category": "nest", "eventId": event_id}
    return {"type": "selection", "category": "nest", "value": option, "eventId": event_id}
