"""Does the audit fail on a known weakness, and on nothing else?"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from deploy.audit import NotTold, pinned, python_weaknesses

Told = dict[str, Any]
WEAK = {"id": "PYSEC-1", "fixed_in": ["1.1"], "withdrawn": None}


class Index:
    """A package index that tells what a test gives it, and notes what it was asked."""

    def __init__(self) -> None:
        self.told: Told = {}
        self.asked: list[str] = []
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.asked.append(self.path)
                document = index.told.get(self.path)
                self.send_response(404 if document is None else 200)
                self.end_headers()
                self.wfile.write(json.dumps(document).encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base says
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def index() -> Iterator[Index]:
    index = Index()
    thread = threading.Thread(target=index.server.serve_forever)
    thread.start()
    yield index
    index.server.shutdown()
    thread.join()
    index.server.server_close()


@pytest.fixture
def constraints(tmp_path: Path) -> Path:
    path = tmp_path / "constraints.txt"
    path.write_text("# pinned\nsafe==2.0\nweak==1.0\n")
    return path


def test_a_known_weakness_is_told_with_what_mends_it(index: Index, constraints: Path) -> None:
    index.told = {
        "/safe/2.0/json": {"vulnerabilities": [WEAK | {"withdrawn": "2026-01-01"}]},
        "/weak/1.0/json": {"vulnerabilities": [WEAK]},
    }

    assert python_weaknesses(constraints, index.url) == ["weak 1.0: PYSEC-1, mended in 1.1"]


def test_an_index_that_does_not_tell_is_asked_once(index: Index, constraints: Path) -> None:
    silent: list[Told] = [{}, {"/safe/2.0/json": {"info": {}}}]
    for told in silent:
        index.told, index.asked = told, []
        with pytest.raises(NotTold, match="/safe/"):
            python_weaknesses(constraints, index.url)
        assert index.asked == ["/safe/2.0/json"]


def test_every_pinned_package_is_asked_for() -> None:
    text = (Path(__file__).parents[2] / "constraints.txt").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]

    assert len(list(pinned(text))) == len(lines) > 50
