"""Does the right alert arrive, at a webhook and by mail, once, and end, whatever is broken?

The whole program on servers of its own, with two schedulers that all the time look side by side.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from redis import Redis

from tests.alerts.receivers import Receiver, addresses, mailbox, parts_of, webhook
from tests.servers import PostgresServer, ValkeyServer, Workshop
from tests.stack import Stack
from tests.waiting import wait_for

WITHIN_S = 25.0
ALERTS = "/api/admin/alerts"
AT_ONCE = {"windowS": 1, "minCount": 0, "holdS": 0}


class Watched:
    """The program, who runs it, and who is told."""

    def __init__(self, workshop: Workshop, hook: Receiver, mail: Receiver) -> None:
        self.hook, self.mail = hook, mail
        self.postgres = PostgresServer(workshop, 18)
        self.valkey = ValkeyServer(workshop, {"appendonly": "yes"})
        self.postgres.start()
        self.valkey.start()
        settings = {
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": self.valkey.url(),
            "NESTHAUS_ALERT_URLS": addresses(hook, mail),
            "NESTHAUS_ALERT_EVERY_S": "1",
            "NESTHAUS_PUBLIC_URL": "https://tracking.shop.example/",
            "NESTHAUS_REDIS_RETRIES": "0",
        }
        self.stack = Stack(settings)
        self.stack.start()
        self._other = subprocess.Popen(
            [sys.executable, "-m", "nesthaus", "schedule", "--data", str(self.stack.data)],
            stderr=subprocess.DEVNULL,
            env=self.stack.environment,
        )
        token = self.stack.run("token", "create", "--name", "boss", "--role", "admin").strip()
        headers = {"authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=self.stack.url, headers=headers, timeout=30)

    def put(self, rule: str, **wanted: Any) -> None:
        assert self.http.put(f"{ALERTS}/{rule}", json=wanted).status_code == 200

    def rule(self, name: str) -> dict[str, Any]:
        items = self.http.get(ALERTS).json()["items"]
        return next(item for item in items if item["id"] == name)

    def arrives(self, rule: str, *told: str) -> None:
        """At both, and this is all that ever came of the rule."""
        for receiver in (self.hook, self.mail):
            wait_for(
                lambda receiver=receiver: len(receiver.told(rule)) >= len(told),
                WITHIN_S,
                lambda: f"{rule}: {self.hook.texts} {self.mail.texts}",
            )
            assert receiver.told(rule) == list(told)

    def close(self) -> None:
        self._other.send_signal(signal.SIGINT)
        self._other.wait(20)
        self.http.close()
        self.stack.close()
        self.valkey.stop()
        self.postgres.stop()


@pytest.fixture(scope="module")
def watched(workshop: Workshop) -> Iterator[Watched]:
    with webhook() as hook, mailbox() as mail:
        watched = Watched(workshop, hook, mail)
        yield watched
        watched.close()


def processes_of(server: PostgresServer) -> list[psutil.Process]:
    """The server and all it started: a paused machine answers nobody."""
    first = psutil.Process(server.pid)
    return [first, *first.children(recursive=True)]


def test_a_figure_over_its_threshold_is_told_in_plain_words(watched: Watched) -> None:
    watched.put("disk", threshold=0, **AT_ONCE)
    watched.arrives("disk", "ALERT")
    watched.put("disk", threshold=100)
    watched.arrives("disk", "ALERT", "OVER")
    parts = parts_of(watched.hook.texts[0])
    assert parts["ALERT"] == "The disk of the data directory is nearly full"
    assert parts["Figure"].startswith("share of the disk in use ")
    assert parts["Threshold"] == "above 0 %, over 1 s, for 0 s"
    assert parts["Since"].endswith(" Europe/Vienna")
    assert parts["Dashboard"] == "https://tracking.shop.example/admin/operations"
    assert watched.hook.titles[0] == watched.mail.titles[0]
    assert parts_of(watched.mail.texts[0]) == parts

    def told() -> list[dict[str, Any]]:
        """Both changes; they are handed to the database once they were sent."""
        events: list[dict[str, Any]] = watched.rule("disk")["history"]
        return events if len(events) == 2 and all(each["notifiedAt"] for each in events) else []

    history = wait_for(told, WITHIN_S, "it is not noted that the notices were sent")
    assert [(event["state"], event["waits"]) for event in history] == [
        ("quiet", False),
        ("firing", False),
    ]


def test_a_test_tells_of_each_channel_whether_it_went(watched: Watched) -> None:
    watched.mail.refuses = True
    answer = watched.http.post(f"{ALERTS}/queue_age/test").json()
    watched.mail.refuses = False
    hook, mail = answer["deliveries"]
    assert (hook["sent"], hook["error"]) == (True, None)
    assert hook["channel"].startswith("json://127.0.0.1")
    assert (mail["sent"], bool(mail["error"])) == (False, True)
    assert parts_of(watched.hook.texts[-1])["Notice"] == answer["notice"]
    assert watched.hook.told("queue_age") == ["TEST"]


def test_valkey_is_killed_and_comes_back(watched: Watched) -> None:
    watched.put("stream", **AT_ONCE)
    watched.put("spool", **AT_ONCE)
    watched.valkey.kill()
    watched.arrives("stream", "ALERT")
    made = watched.http.post("/api/sessions/create", json={"sessionId": "anna"})
    assert made.status_code == 201
    watched.arrives("spool", "ALERT")
    watched.valkey.start()
    watched.arrives("stream", "ALERT", "OVER")
    watched.arrives("spool", "ALERT", "OVER")


def test_postgresql_is_paused_and_goes_on(watched: Watched) -> None:
    watched.put("database", threshold=2_500, **AT_ONCE)
    wait_for(lambda: kept_hold_s(watched) == 0, WITHIN_S, "the rule is not known")
    paused = processes_of(watched.postgres)
    for process in paused:
        process.suspend()
    try:
        watched.arrives("database", "ALERT")
    finally:
        for process in paused:
            process.resume()
    watched.arrives("database", "ALERT", "OVER")
    wait_for(
        lambda: [event["state"] for event in watched.rule("database")["history"]],
        WITHIN_S,
        "the database was not told",
    )
    wait_for(
        lambda: len(watched.rule("database")["history"]) == 2, WITHIN_S, "it does not know the end"
    )
    assert all(event["notifiedAt"] for event in watched.rule("database")["history"])


def kept_hold_s(watched: Watched) -> int | None:
    """What the rule says beside the stream, where it is known without the database."""
    with Redis.from_url(watched.valkey.url()) as redis:  # pyright: ignore[reportUnknownMemberType]
        raw: Any = redis.get("nest:{alerts}:database")
    return None if raw is None else json.loads(raw)["rule"]["holdS"]


def test_a_worker_holds_because_nothing_can_be_stored(watched: Watched) -> None:
    watched.put("worker_holding", **AT_ONCE)
    with psycopg.connect(watched.postgres.url(), autocommit=True) as connection:
        connection.execute(
            "alter table user_sessions add constraint wrong check (session_id !~ 'berta') not valid"
        )
        for number in range(25):
            body = {"sessionId": f"berta{number}"}
            assert watched.http.post("/api/sessions/create", json=body).status_code == 201
        try:
            watched.arrives("worker_holding", "ALERT")
        finally:
            connection.execute("alter table user_sessions drop constraint wrong")
    watched.arrives("worker_holding", "ALERT", "OVER")


def test_nothing_is_lost_where_schedulers_die_before_anything_could_be_sent(
    watched: Watched,
) -> None:
    watched.hook.refuses = True
    tries = watched.hook.tries
    watched.put("disk", threshold=0)
    wait_for(lambda: watched.hook.tries > tries, WITHIN_S, "nothing was tried")
    for process in psutil.process_iter(["cmdline"]):
        command: list[str] = process.info["cmdline"] or []
        if "schedule" in command and str(watched.stack.data) in command:
            os.kill(process.pid, signal.SIGKILL)
    watched.hook.refuses = False
    watched.arrives("disk", "ALERT", "OVER", "ALERT")
    watched.put("disk", threshold=100)
    watched.arrives("disk", "ALERT", "OVER", "ALERT", "OVER")


def test_each_notice_came_once_at_each_of_both(watched: Watched) -> None:
    for receiver in (watched.hook, watched.mail):
        assert len(set(receiver.notices())) == len(receiver.notices())
    told = [notice for notice in watched.hook.notices() if notice in watched.mail.notices()]
    assert len(told) == len(watched.mail.notices()) == len(watched.hook.notices()) - 1
