"""A real Chromium against the whole program."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, sync_playwright

from nesthaus.pages import WEB
from tests.browser.shop import Shop, open_shop
from tests.stack import Stack

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    found = next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if found is None:
        pytest.skip(f"browser tests need Chromium; none of {', '.join(_CHROMIUMS)} is on the PATH")
    if not (WEB / "tracker.js").is_file():
        pytest.fail("the pages are not built; `make install` builds them")
    return found


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


def launch(chromium: BrowserType, path: str, without: Sequence[str] = ()) -> Browser:
    """`without` some of the arguments Playwright gives it."""
    arguments = [*_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return chromium.launch(executable_path=path, args=arguments, ignore_default_args=list(without))


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
