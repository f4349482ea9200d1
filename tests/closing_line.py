"""A pytest plugin: ends every run with a plain line that says what passed and what failed."""

from collections.abc import Sized
from typing import Protocol, cast

import pytest


class _Reporter(Protocol):
    stats: dict[str, Sized]

    def write_line(self, line: str) -> None: ...


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    reporter = cast("_Reporter | None", config.pluginmanager.get_plugin("terminalreporter"))
    if reporter is None:
        return
    passed = len(reporter.stats.get("passed", ()))
    # A test that broke in its fixtures, and a file that could not be read, did not pass either.
    failed = len(reporter.stats.get("failed", ())) + len(reporter.stats.get("error", ()))
    reporter.write_line(f"{passed} passed, {failed} failed")
