"""Somebody else's page with the tracker on it."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from playwright.sync_api import BrowserContext, Page, Request, Route

from tests.stack import Stack
from tests.waiting import wait_for

SEEN_WITHIN_S = 15.0


class Shop:
    """A small site of its own. A page that Playwright answers itself would not do: Chromium lets
    only pages from this machine call servers on this machine."""

    def __init__(self, stack: Stack, context: BrowserContext, port: int) -> None:
        self.stack = stack
        self.context = context
        self.url = f"http://localhost:{port}/shop"
        self.html = ""

    def open(self, attributes: str = "", body: str = "<h1>Shop</h1>", query: str = "") -> Page:
        """A new tab; `attributes` are those of the script tag."""
        script = f'<script src="{self.stack.url}/tracker.js" {attributes}></script>'
        icon = '<link rel="icon" href="data:,">'
        self.html = f"<!doctype html><meta charset=utf-8>{icon}<title>Shop</title>{script}{body}"
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
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(shop.html.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- likewise
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        shop = Shop(stack, context, server.server_port)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield shop
        server.shutdown()
        thread.join()


def session_of(page: Page) -> str:
    """The id the tracker has given this visitor."""
    return page.evaluate("nest.sessionId()")


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


def event_ids(request: Request) -> list[str]:
    """Those of a call of track-batch."""
    body: dict[str, Any] = json.loads(request.post_data or "{}")
    return [event["eventId"] for event in body["events"]]
