"""How long until a page of the dashboard shows its figures, for who opens it first?

    .venv/bin/python -m benchmarks.dashboard

Starts the program with seeded visitors, logs in, and opens every page in Chromium, each time with
an empty cache. Prints, per page, the median and the longest time from the navigation's start until
the sentence under the question stands and nothing on the page is still loading; beside it the same
browser's time for an answer of a few bytes from the same server. Milliseconds; the limit is 1,000.
"""

import argparse
from collections.abc import Generator
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import Browser, StorageState, sync_playwright

from tests.chromium import find_chromium, launch
from tests.dashboard.people import ADMIN
from tests.stack import Stack

LIMIT_MS = 1_000
PAGES = ("overview", "sessions", "configurations", "funnel", "performance", "operations")
SESSIONS = 2_000
# Looked at with each change of the page, so that no time between two looks is counted.
_NOTES_WHEN_SHOWN = """
new MutationObserver(() => {
    const told = document.querySelector("main h1 + p, main h1 ~ p");
    const isShown = told?.textContent && !document.querySelector("main [aria-busy=true]");
    if (!isShown) window.shownAt = undefined;
    else window.shownAt ??= performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
"""
_SHOWN_AT = "() => window.shownAt ?? null"
_LOADED_AT = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"
_SETTLED_MS = 500


@contextmanager
def program() -> Generator[Stack]:
    stack = Stack({"NESTHAUS_ADMIN_PASSWORD": ADMIN.password})
    try:
        stack.start()
        stack.run("seed", "--sessions", str(SESSIONS))
        yield stack
    finally:
        stack.close()


def logged_in(browser: Browser, url: str) -> StorageState:
    page = browser.new_context(base_url=url, locale="en-GB").new_page()
    page.goto("/admin/operations")
    ADMIN.log_in(page)
    page.get_by_role("navigation", name="Main").wait_for()
    return page.context.storage_state()


def shown_ms(browser: Browser, url: str, state: StorageState, name: str) -> float:
    """A context of its own has a cache of its own, empty."""
    context = browser.new_context(base_url=url, storage_state=state, locale="en-GB")
    page = context.new_page()
    page.add_init_script(_NOTES_WHEN_SHOWN)
    page.goto(f"/admin/{name}", wait_until="networkidle")
    page.wait_for_timeout(_SETTLED_MS)
    shown = page.evaluate(_SHOWN_AT)
    context.close()
    if shown is None:
        raise AssertionError(f"{name} was not shown")
    return float(shown)


def answered_ms(browser: Browser, url: str) -> float:
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.goto("/healthz", wait_until="load")
    loaded: float = page.evaluate(_LOADED_AT)
    context.close()
    return loaded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with program() as stack, sync_playwright() as playwright:
        browser = launch(playwright.chromium, find_chromium())
        state = logged_in(browser, stack.url)
        shown_ms(browser, stack.url, state, PAGES[0])  # for a warm API
        limit = median(answered_ms(browser, stack.url) for _ in range(rounds))
        print(f"an answer of a few bytes: {limit:.0f} ms")
        print(f"{'page':<16}{'p50 ms':>8}{'longest':>9}{'beside':>9}")
        for name in PAGES:
            times = [shown_ms(browser, stack.url, state, name) for _ in range(rounds)]
            late = " !" if max(times) > LIMIT_MS else ""
            middle = median(times)
            print(f"{name:<16}{middle:>8.0f}{max(times):>9.0f}{middle / limit:>8.0f} x{late}")


if __name__ == "__main__":
    main()
