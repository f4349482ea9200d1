"""What the tracker costs a page's main thread per event, beside a listener that does nothing.

Run as `.venv/bin/python -m benchmarks.tracker`. Chromium itself says how long the main thread had
tasks (`Performance.getMetrics`, TaskDuration): from the click over keeping the event on the device
and sending it to the server's answer. Each click is a task of its own; 500 of them.
"""

import os
import shutil
import statistics
import sys

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.shop import Shop, everything_is_sent, open_shop
from tests.stack import Stack

EVENTS = 500
ROUNDS = 5
TARGET_MS = 0.2
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


def click_ms(page: Page, *, until_sent: bool) -> float:
    session = page.context.new_cdp_session(page)
    # Of the thread's own time, so that other programs do not count.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def task_ms() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return 1000 * next(each["value"] for each in metrics if each["name"] == "TaskDuration")

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


def main() -> None:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        sys.exit("the tracker's benchmark needs Chromium")
    stack = Stack()
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    try:
        stack.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=arguments)
            print(f"ms of main thread per event, median of {ROUNDS} × {EVENTS}; target {TARGET_MS}")
            for measure in (empty, tracked, unreachable):
                rounds: list[float] = []
                for _ in range(ROUNDS):
                    context = fresh(browser)
                    with open_shop(stack, context) as shop:
                        rounds.append(measure(shop))
                    context.close()
                print(f"{measure.__name__:12} {statistics.median(rounds):.3f}")
            browser.close()
    finally:
        stack.close()


if __name__ == "__main__":
    main()
