"""Who looks at the dashboard, and what they find there."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Page

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_GRAVE = {"serious", "critical"}


@dataclass(frozen=True)
class Person:
    name: str
    password: str

    def log_in(self, page: Page) -> None:
        page.locator("input[name=email]").fill(self.name)
        page.locator("input[name=password]").fill(self.password)
        page.locator("input[name=password]").press("Enter")


ADMIN = Person("admin", "larch-window-spruce-41")
VIEWER = Person("viewer@example.com", "oak-floor-chimney-73")


def assert_accessible(page: Page) -> None:
    """axe-core (WCAG 2.2 A and AA) finds nothing serious or critical."""
    page.evaluate(_AXE.read_text())
    found = cast(
        "list[dict[str, Any]]",
        page.evaluate("async () => (await axe.run(document)).violations"),
    )
    grave = [
        (each["id"], [node["html"] for node in each["nodes"]][:3], each["help"])
        for each in found
        if each["impact"] in _GRAVE
    ]
    assert grave == [], json.dumps(grave, indent=1)


def assert_not_sideways(page: Page) -> None:
    """Nothing sticks out at the right; only tables scroll, in their own frame."""
    wide, room = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= room
