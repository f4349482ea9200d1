"""The dashboard in a real Chromium, over the whole program with seeded visitors."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from tests.alerts.receivers import Receiver, webhook
from tests.chromium import find_chromium, launch
from tests.dashboard.people import ADMIN, VIEWER, Person
from tests.stack import Stack

SESSIONS = 600
DAYS = 35


@pytest.fixture(scope="package")
def hook() -> Iterator[Receiver]:
    """Whom alerts are sent to."""
    with webhook() as receiver:
        yield receiver


@pytest.fixture(scope="package")
def stack(hook: Receiver) -> Iterator[Stack]:
    find_chromium()
    stack = Stack(
        {
            "NESTHAUS_ADMIN_PASSWORD": ADMIN.password,
            "NESTHAUS_AGGREGATE_EVERY_S": "1",
            "NESTHAUS_ALERT_EVERY_S": "1",
            "NESTHAUS_ALERT_URLS": f"http://127.0.0.1:{hook.port}/hook",
        }
    )
    try:
        stack.start()
        stack.run("seed", "--sessions", str(SESSIONS), "--days", str(DAYS))
        stack.run("user", "create", VIEWER.name, "--role", "viewer", told=f"{VIEWER.password}\n")
        stack.authorise()
        # A page and what the API says to a test must not be of before and after a count.
        stack.await_figures()
        yield stack
    finally:
        stack.close()


# Not of the session: while Playwright runs, its event loop is in the way of asynchronous tests.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium, path)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def admin_state(stack: Stack, chromium: Browser) -> StorageState:
    return logged_in(stack, chromium, ADMIN)


@pytest.fixture(scope="package")
def viewer_state(stack: Stack, chromium: Browser) -> StorageState:
    return logged_in(stack, chromium, VIEWER)


def logged_in(stack: Stack, chromium: Browser, person: Person) -> StorageState:
    """By the real form, once: passwords are made to be slow."""
    context = chromium.new_context(base_url=stack.url, locale="en-GB")
    page = context.new_page()
    page.goto("/admin/operations")
    person.log_in(page)
    page.get_by_role("navigation", name="Main").wait_for()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def context(stack: Stack, chromium: Browser, admin_state: StorageState) -> Iterator[BrowserContext]:
    """An admin's browser, in English."""
    yield from _context(chromium, stack, admin_state)


@pytest.fixture
def viewer_context(
    stack: Stack, chromium: Browser, viewer_state: StorageState
) -> Iterator[BrowserContext]:
    yield from _context(chromium, stack, viewer_state)


@pytest.fixture
def new_context(stack: Stack, chromium: Browser) -> Iterator[BrowserContext]:
    """Of somebody who was never here."""
    yield from _context(chromium, stack, None)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def viewer_page(viewer_context: BrowserContext) -> Page:
    return viewer_context.new_page()


def _context(
    chromium: Browser, stack: Stack, state: StorageState | None
) -> Iterator[BrowserContext]:
    """At its end nothing may have been complained of in the console."""
    context = chromium.new_context(
        base_url=stack.url,
        storage_state=state,
        viewport={"width": 1280, "height": 900},
        locale="en-GB",
        accept_downloads=True,
    )
    context.set_default_timeout(10_000)
    complaints: list[str] = []
    context.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    # A test that makes the server refuse something expects the browser to say so.
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
