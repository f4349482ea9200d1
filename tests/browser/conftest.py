"""A real Chromium against the whole program."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.shop import Shop, open_shop
from tests.chromium import find_chromium, launch
from tests.stack import Stack


@pytest.fixture(scope="session")
def chromium_path() -> str:
    return find_chromium()


@pytest.fixture(scope="package")
def stack(chromium_path: str) -> Iterator[Stack]:
    stack = Stack()
    try:
        stack.start()
        stack.authorise()
        yield stack
    finally:
        stack.close()


# Not of the session: while Playwright runs, its event loop is in the way of asynchronous tests.
@pytest.fixture(scope="package")
def chromium(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium, chromium_path)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A visitor who was never here before."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def shop(stack: Stack, context: BrowserContext) -> Iterator[Shop]:
    """A page that is not ours, on another origin."""
    with open_shop(stack, context) as shop:
        yield shop


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
