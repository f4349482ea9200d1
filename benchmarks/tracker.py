"""What the tracker costs a page's main thread per event, beside a listener that does nothing.

Run as `.venv/bin/python -m benchmarks.tracker`. Chromium itself says how long the main thread had
tasks (`Performance.getMetrics`, TaskDuration): from the click over keeping the event on the device
and sending it to the server's answer. Each click is a task of its own; 500 of them.
"""

import gzip
import statistics
import sys
from collections.abc import Callable
from typing import cast

import msgspec
import pytest
from benchmarks.table import Figure
from msgspec import Struct
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from nesthaus.pages import WEB
from tests.browser.shop import Shop, everything_is_sent, open_shop
from tests.chromium import find_chromium, launch
from tests.stack import Stack

EVENTS = 500
ROUNDS = 5
TARGET_MS = 0.2
MOST_BYTES = 4 * 1024
BUTTON = '<button data-nest-type="selection" data-nest-category="size" data-nest-value="large">'
EMPTY = f"<script>document.addEventListener('click', () => {{}}, true)</script>{BUTTON}"
# One task per click, and none of them throttled.
CLICK = """(count) => new Promise((done) => {
  const button = document.querySelector('button'), { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    button.click();
    if (--count) port2.postMessage(0); else done();
  };
  port2.postMessage(0);
})"""


class _Metric(Struct):
    name: str
    value: float


class _Metrics(Struct):
    metrics: list[_Metric]


def _ask(session: CDPSession, method: str, values: dict[str, object] | None = None) -> object:
    # A dictionary of nothing known.
    return cast("object", session.send(method, values))  # pyright: ignore[reportUnknownMemberType]


def click_ms(page: Page, *, until_sent: bool) -> float:
    session = page.context.new_cdp_session(page)
    # Of the thread's own time, so that other programs do not count.
    _ask(session, "Performance.enable", {"timeDomain": "threadTicks"})

    def task_ms() -> float:
        metrics = msgspec.convert(_ask(session, "Performance.getMetrics"), _Metrics).metrics
        return 1000 * next(each.value for each in metrics if each.name == "TaskDuration")

    before = task_ms()
    page.evaluate(CLICK, EVENTS)
    if until_sent:
        # Looked at seldom, because looking is work of the same thread.
        page.wait_for_function("Object.keys(localStorage).length === 1", polling=500)
    return (task_ms() - before) / EVENTS


def empty(shop: Shop) -> float:
    return click_ms(shop.show(EMPTY), until_sent=False)


def tracked(shop: Shop) -> float:
    page = shop.open(body=BUTTON)
    everything_is_sent(page)
    return click_ms(page, until_sent=True)


def unreachable(shop: Shop) -> float:
    """500 events are held already, and the server does not answer."""
    page = shop.open(body=BUTTON)
    everything_is_sent(page)
    page.route("**/api/sessions/**", lambda route: route.abort())
    page.evaluate(CLICK, EVENTS)
    return click_ms(page, until_sent=False)


def fresh(browser: Browser) -> BrowserContext:
    context = browser.new_context()
    context.set_default_timeout(30_000)
    return context


def measured() -> dict[str, float]:
    """Milliseconds of main thread per event; median of rounds."""
    stack = Stack()
    try:
        stack.start()
        with sync_playwright() as playwright:
            browser = launch(playwright.chromium, find_chromium())
            found = {each.__name__: rounds(browser, stack, each) for each in KINDS}
            browser.close()
    finally:
        stack.close()
    return found


KINDS = (empty, tracked, unreachable)


def rounds(browser: Browser, stack: Stack, measure: Callable[[Shop], float]) -> float:
    found: list[float] = []
    for _ in range(ROUNDS):
        context = fresh(browser)
        with open_shop(stack, context) as shop:
            found.append(measure(shop))
        context.close()
    return statistics.median(found)


def figures() -> list[Figure]:
    size = len(gzip.compress((WEB / "tracker.js").read_bytes(), 9))
    found = [Figure("size of the tracker, gzipped", size, "bytes", MOST_BYTES, at_most=True)]
    try:
        taken = measured()
    except pytest.skip.Exception as without:
        print(without, file=sys.stderr)
        return found
    return [
        *found,
        Figure(
            "main thread per event of the tracker",
            taken["tracked"],
            "ms",
            TARGET_MS,
            at_most=True,
            beside="ms, a listener that does nothing",
            limit=taken["empty"],
            shown_only=True,
        ),
    ]


def main() -> None:
    print(f"ms of main thread per event, median of {ROUNDS} × {EVENTS}; target {TARGET_MS}")
    for name, taken_ms in measured().items():
        print(f"{name:12} {taken_ms:.3f}")


if __name__ == "__main__":
    main()
