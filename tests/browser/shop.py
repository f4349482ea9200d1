"""Somebody else's page with the tracker on it."""

from playwright.sync_api import BrowserContext, Page, Route

from tests.browser.stack import Stack, eventually

SEEN_WITHIN_S = 15.0


class Shop:
    """Pages at another origin than the tracker's: `localhost` is not `127.0.0.1`."""

    def __init__(self, stack: Stack, context: BrowserContext) -> None:
        self.stack = stack
        self.context = context
        self.url = f"http://localhost:{stack.port}/shop"
        self.tag = ""
        self.body = "<h1>Shop</h1>"
        context.route(f"{self.url}**", self._serve)

    def open(self, attributes: str = "", body: str = "<h1>Shop</h1>", path: str = "") -> Page:
        """A new tab; `attributes` are those of the script tag."""
        self.tag = f'<script src="{self.stack.url}/tracker.js" {attributes}></script>'
        self.body = body
        page = self.context.new_page()
        page.goto(self.url + path)
        return page

    def values(self, session_id: str, count: int, kind: str = "selection") -> list[str]:
        """The values of the first `count` interactions of that type, once so many are stored."""

        def look() -> list[str] | None:
            rows = self.stack.interactions(session_id)
            values = [row["selectionValue"] for row in rows if row["eventType"] == kind]
            return values if len(values) >= count else None

        return eventually(look, SEEN_WITHIN_S, f"{count} of type {kind} in {session_id}")

    def _serve(self, route: Route) -> None:
        html = f"<!doctype html><meta charset=utf-8><title>Shop</title>{self.tag}{self.body}"
        route.fulfill(body=html, content_type="text/html")


def session_of(page: Page) -> str:
    """The id the tracker has given this visitor."""
    return page.evaluate("nest.sessionId()")


def kept_on_device(page: Page) -> list[str]:
    return page.evaluate("Object.keys(localStorage).sort()")
