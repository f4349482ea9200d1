"""A server that speaks Google's token and Drive API as they are documented, and can misbehave."""

import hashlib
import json
import threading
from base64 import urlsafe_b64decode
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

READ_ONLY = "https://www.googleapis.com/auth/drive.readonly"
_number = count()
TYPES = {"jpg": "image/jpeg", "png": "image/png", "mp4": "video/mp4", "webp": "image/webp"}


@dataclass
class RemoteFile:
    id: str
    folder: str
    name: str
    content: bytes
    mime_type: str
    md5: str | None = None
    size: int | None = None

    def told(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "mimeType": self.mime_type,
            "size": str(len(self.content) if self.size is None else self.size),
            "md5Checksum": self.md5 or hashlib.md5(self.content).hexdigest(),
            "modifiedTime": "2026-11-20T08:00:00.000Z",
        }


Answer = tuple[int, dict[str, str], bytes]
Trouble = Callable[[dict[str, str]], Answer | None]
"""Gets the call's parameters; None: answer as usual. A negative status: as usual, but the body
ends after so many bytes."""


def problem(status: int, reason: str, message: str = "no") -> Answer:
    body = {
        "error": {
            "code": status,
            "message": message,
            "errors": [{"domain": "usageLimits", "reason": reason, "message": message}],
        }
    }
    return status, {}, json.dumps(body).encode()


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Google:
    """`troubles` of a kind of call (`token`, `list`, `download`) are met first, one per call."""

    files: dict[str, RemoteFile] = field(default_factory=dict[str, RemoteFile])
    page_size: int = 3
    troubles: dict[str, list[Trouble]] = field(default_factory=dict[str, list[Trouble]])
    always: dict[str, Trouble] = field(default_factory=dict[str, Trouble])
    calls: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    tokens: list[str] = field(default_factory=list[str])
    key: rsa.RSAPrivateKey = field(default_factory=_key)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(
        self, name: str, content: bytes = b"content", folder: str = "folder-one-1", **more: Any
    ) -> str:
        """The id of the new file."""
        file_id = f"file{next(_number):04}"
        mime_type = more.pop("mime_type", TYPES.get(name.rpartition(".")[2], "image/jpeg"))
        self.files[file_id] = RemoteFile(file_id, folder, name, content, mime_type, **more)
        return file_id

    def did(self, kind: str) -> list[str]:
        return [what for called, what in self.calls if called == kind]

    def key_file(self, folder: Path) -> Path:
        pem = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path = folder / "account.json"
        account = {
            "type": "service_account",
            "project_id": "p",
            "private_key_id": "k",
            "private_key": pem.decode(),
            "client_email": "reader@p.iam.gserviceaccount.com",
            "client_id": "1",
            "token_uri": f"{self.url}/token",
        }
        path.write_text(json.dumps(account))
        return path

    def answer(self, kind: str, what: str, told: dict[str, str]) -> Answer:
        self.calls.append((kind, what))
        waiting = self.troubles.get(kind, [])
        trouble = waiting.pop(0) if waiting else self.always.get(kind)
        found = trouble(told) if trouble else None
        if found is not None and found[0] >= 0:
            return found
        usual = {"token": self._token, "list": self._list, "download": self._download}[kind](told)
        if found is None:
            return usual
        return usual[0], usual[1] | {"Drop": str(-found[0])}, usual[2]

    def _token(self, told: dict[str, str]) -> Answer:
        head, claims, signature = told["assertion"].split(".")
        self.key.public_key().verify(
            _unpadded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        assert json.loads(_unpadded(claims))["scope"] == READ_ONLY
        self.tokens.append(f"token-{len(self.tokens)}")
        body = {"access_token": self.tokens[-1], "expires_in": 3599, "token_type": "Bearer"}
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()

    def _is_known(self, told: dict[str, str]) -> bool:
        return bool(self.tokens) and told.get("authorization") == f"Bearer {self.tokens[-1]}"

    def _list(self, told: dict[str, str]) -> Answer:
        if not self._is_known(told):
            return problem(401, "authError")
        folder = told["q"].split("'")[1]
        assert "trashed = false" in told["q"]
        assert told["supportsAllDrives"] == told["includeItemsFromAllDrives"] == "true"
        found = [each.told() for each in self.files.values() if each.folder == folder]
        begin = int(told.get("pageToken", "0"))
        end = begin + self.page_size
        page: dict[str, Any] = {"incompleteSearch": False, "files": found[begin:end]}
        if end < len(found):
            page["nextPageToken"] = str(end)
        return 200, {"Content-Type": "application/json"}, json.dumps(page).encode()

    def _download(self, told: dict[str, str]) -> Answer:
        if not self._is_known(told):
            return problem(401, "authError")
        file = self.files.get(told["id"])
        if file is None or told.get("alt") != "media":
            return problem(404, "notFound", f"File not found: {told['id']}.")
        begin = int(told["range"][6:-1]) if "range" in told else 0
        if begin:
            length = len(file.content)
            content_range = {"Content-Range": f"bytes {begin}-{length - 1}/{length}"}
            return 206, content_range, file.content[begin:]
        return 200, {}, file.content


def cut_after(length: int) -> Trouble:
    """Tells the whole length and breaks off; the next attempt goes on from there."""
    return lambda _: (-length, {}, b"")


def _unpadded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@contextmanager
def google() -> Generator[Google]:
    served = Google()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._send(served.answer("token", "", {k: v[0] for k, v in parse_qs(body).items()}))

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            told: dict[str, Any] = {k: v[0] for k, v in parse_qs(parts.query).items()}
            told |= {name.lower(): value for name, value in self.headers.items()}
            if parts.path == "/drive/v3/files":
                self._send(served.answer("list", told.get("pageToken", ""), told))
            else:
                told["id"] = parts.path.removeprefix("/drive/v3/files/")
                what = told["id"] + (f" {told['range']}" if "range" in told else "")
                self._send(served.answer("download", what, told))

        def _send(self, answer: Answer) -> None:
            status, headers, body = answer
            drop = headers.pop("Drop", None)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if drop is None else body[: int(drop)])
            if drop is not None:
                self.wfile.flush()
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.port = server.server_port
    thread = threading.Thread(
        target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}
    )
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
