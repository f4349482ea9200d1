"""Who alerts are sent to: a real webhook and a real mail server on this machine."""

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller

from tests.stack import free_port

Told = tuple[str, str]
"""A rule, and ALERT, OVER or TEST."""


def parts_of(text: str) -> dict[str, str]:
    """The lines of a notice, by what stands before the colon."""
    lines = (line.partition(": ") for line in text.strip().splitlines())
    return {name.strip(): rest.strip() for name, _, rest in lines}


def told_by(text: str) -> Told:
    kind = re.match(r"\s*(ALERT|OVER|TEST):", text)
    assert kind is not None, text
    return parts_of(text)["Rule"], kind[1]


@dataclass
class Receiver:
    """`texts` of what it took, in order. While `refuses` it takes nothing."""

    port: int = 0
    texts: list[str] = field(default_factory=list[str])
    titles: list[str] = field(default_factory=list[str])
    refuses: bool = False
    tries: int = 0

    def told(self, rule: str) -> list[str]:
        """What was told of a rule, in order."""
        return [kind for each, kind in map(told_by, self.texts) if each == rule]

    def notices(self) -> list[str]:
        return [parts_of(text)["Notice"] for text in self.texts]


@contextmanager
def webhook() -> Generator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.tries += 1
            body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not receiver.refuses:
                receiver.titles.append(body["title"])
                receiver.texts.append(body["message"])
            self.send_response(503 if receiver.refuses else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def mailbox() -> Generator[Receiver]:
    receiver = Receiver(port=free_port())

    class Handler:
        async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
            receiver.tries += 1
            if receiver.refuses:
                return "451 not now"
            message = message_from_bytes(envelope.content, policy=policy.default)
            plain = message.get_body(("plain",))
            assert plain is not None
            receiver.titles.append(str(message["Subject"]))
            receiver.texts.append(plain.get_content())
            return "250 OK"

    controller = Controller(Handler(), hostname="127.0.0.1", port=receiver.port)
    controller.start()
    yield receiver
    controller.stop()


def addresses(hook: Receiver, mail: Receiver) -> str:
    mail_to = f"mailto://127.0.0.1:{mail.port}?from=nesthaus@shop.example&to=ops@shop.example"
    return f"http://127.0.0.1:{hook.port}/hook {mail_to}&mode=insecure"
