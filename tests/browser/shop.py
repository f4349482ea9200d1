"""Somebody else's page with the tracker on it."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Frame, Page, Request, Response, Route

from nesthaus.pages import WEB
from tests.stack import Stack
from tests.waiting import wait_for

SEEN_WITHIN_S = 15.0


PROXIED = "/behind/"
TAKEN = 202


@dataclass(frozen=True)
class File:
    """What the shop answers at a path of its own."""

    body: bytes = b""
    media_type: str = "text/html"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])


def tracker_file(name: str) -> File:
    return File((WEB / name).read_bytes(), "text/javascript")


class Shop:
    """A small site of its own. A page that Playwright answers itself would not do: Chromium lets
    only pages from this machine call servers on this machine."""

    def __init__(self, stack: Stack, context: BrowserContext, port: int) -> None:
        self.stack = stack
        self.context = context
        self.origin = f"http://localhost:{port}"
        self.url = f"{self.origin}/shop"
        self.html = ""
        self.headers: dict[str, str] = {}
        self.files: dict[str, File] = {}

    def open(self, attributes: str = "", body: str = "<h1>Shop</h1>", query: str = "") -> Page:
        """A new tab; `attributes` are those of the script tag."""
        script = f'<script src="{self.stack.url}/tracker.js" {attributes}></script>'
        return self.show(f"{script}{body}", query)

    def show(self, html: str, query: str = "") -> Page:
        """A new tab with this page and nothing added to it."""
        icon = '<link rel="icon" href="data:,">'
        self.html = f"<!doctype html><meta charset=utf-8>{icon}<title>Shop</title>{html}"
        page = self.context.new_page()
        page.goto(self.url + query)
        return page

    def values(self, session_id: str, count: int, kind: str = "selection") -> list[str]:
        """The values of all interactions of that type, once `count` or more are stored."""

        def look() -> list[str] | None:
            self.context.cookies()  # routes of a test answer only while Playwright is called
            rows = self.stack.interactions(session_id)
            values = [row["selectionValue"] for row in rows if row["eventType"] == kind]
            return values if len(values) >= count else None

        return wait_for(look, SEEN_WITHIN_S, f"{count} of type {kind} in {session_id}")


@contextmanager
def open_shop(stack: Stack, context: BrowserContext) -> Generator[Shop]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the base class's name for it
            page = File(shop.html.encode(), headers=shop.headers)
            self._answer(shop.files.get(self.path.partition("?")[0], page))

        def do_POST(self) -> None:  # likewise
            """What is below PROXIED is nesthaus behind a proxy."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            address = f"{stack.url}/{self.path.removeprefix(PROXIED)}"
            kept = {"Content-Type": self.headers["Content-Type"]}
            answer = httpx.post(address, content=body, headers=kept)
            self._answer(File(answer.content, "application/json", answer.status_code))

        def _answer(self, file: File) -> None:
            self.send_response(file.status)
            self.send_header("Content-Type", file.media_type)
            for name, value in file.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(file.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- likewise
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        shop = Shop(stack, context, server.server_port)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield shop
        server.shutdown()
        thread.join()


def session_of(page: Page | Frame) -> str:
    """The id the tracker has given this visitor."""
    return page.evaluate("nest.sessionId()")


def body_of(request: Request) -> dict[str, Any]:
    return json.loads(request.post_data or "{}")


def kept_on_device(page: Page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).sort()")


class HeldBack:
    """Calls of a page to an address, kept waiting until they are let go."""

    def __init__(self, page: Page, address: str) -> None:
        self.calls: list[Route] = []
        self._hold = True
        page.route(address, self._take)

    def let_go(self) -> None:
        self._hold = False
        for call in self.calls:
            call.continue_()

    def _take(self, route: Route) -> None:
        if self._hold:
            self.calls.append(route)
        else:
            route.continue_()


def everything_is_sent(page: Page) -> None:
    wait_for(lambda: kept_on_device(page) == ["nest:session"], SEEN_WITHIN_S, "nothing unsent")


class Measured:
    """What the pages of a shop measure, once the server has taken it."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._requests: list[Request] = []
        context.on("response", self._note)

    def _note(self, response: Response) -> None:
        if response.url.endswith("/api/performance/track") and response.status == TAKEN:
            self._requests.append(response.request)

    def metrics(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for request in self._requests:
            found.extend(body_of(request)["metrics"])
        return found

    def wait(self, *names: str) -> list[dict[str, Any]]:
        """All metrics of these names, once each of them has come."""

        def look() -> list[dict[str, Any]] | None:
            self._context.cookies()  # events are heard only while Playwright is called
            found = [metric for metric in self.metrics() if metric["metricName"] in names]
            return found if {metric["metricName"] for metric in found} == set(names) else None

        return wait_for(look, SEEN_WITHIN_S, f"{names} measured, not only {self.metrics()}")


def event_ids(request: Request) -> list[str]:
    """Those of a call of track-batch."""
    return [event["eventId"] for event in body_of(request)["events"]]
