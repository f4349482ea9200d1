"""A real Chromium, the system's own."""

import os
import shutil
from collections.abc import Sequence

import pytest
from playwright.sync_api import Browser, BrowserType

from nesthaus.pages import WEB

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str:
    """Its path; without one, tests are skipped."""
    found = next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if found is None:
        pytest.skip(f"browser tests need Chromium; none of {', '.join(_CHROMIUMS)} is on the PATH")
    if not (WEB / "tracker.js").is_file():
        pytest.fail("the pages are not built; `make install` builds them")
    return found


def launch(chromium: BrowserType, path: str, without: Sequence[str] = ()) -> Browser:
    """`without` some of the arguments Playwright gives it."""
    arguments = [*_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return chromium.launch(executable_path=path, args=arguments, ignore_default_args=list(without))
