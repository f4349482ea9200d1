"""Do the README's pictures show pages as they are? `make pictures` takes them anew."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.stack import Stack

ROOT = Path(__file__).parents[2]
PICTURES = ("overview", "journey", "configurations-dark", "phone", "demo")
MOST_BYTES = 250_000
HALF_WAY_STEPS = 10


@pytest.fixture
def taken(tmp_path: Path) -> Path:
    """Where pictures go: into the README's only where `make pictures` says so."""
    wanted = os.environ.get("NESTHAUS_PICTURES")
    return Path(wanted) if wanted else tmp_path


def take(page: Page, folder: Path, name: str) -> None:
    """Once nothing on it loads or moves any more."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.evaluate("document.fonts.ready.then(() => null)")
    picture = page.screenshot(path=folder / f"{name}.png", animations="disabled")
    assert 10_000 < len(picture) < MOST_BYTES


def test_the_overview(page: Page, taken: Path) -> None:
    page.goto("/admin/overview")
    expect(page.get_by_role("heading", level=1)).to_have_text("How is the configurator doing?")
    expect(page.get_by_role("main").get_by_role("img").first).to_be_visible()
    take(page, taken, "overview")


def test_a_journey_half_way(page: Page, stack: Stack, taken: Path) -> None:
    converted = stack.get("/api/admin/sessions", status="converted", limit="50")["items"]
    longest = max(converted, key=lambda session: session["totalInteractions"])
    page.goto(f"/admin/sessions/{longest['sessionId']}")
    slider = page.get_by_role("slider")
    slider.press("Home")
    for _ in range(HALF_WAY_STEPS):
        slider.press("ArrowRight")
    take(page, taken, "journey")


def test_configurations_in_the_dark(page: Page, taken: Path) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/admin/configurations")
    expect(page.get_by_role("main").get_by_role("img").first).to_be_visible()
    take(page, taken, "configurations-dark")


def test_the_funnel_on_a_phone(page: Page, taken: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/admin/funnel")
    expect(page.get_by_role("heading", name="Steps to an order")).to_be_visible()
    take(page, taken, "phone")


def test_the_demo(page: Page, taken: Path) -> None:
    page.goto("/demo")
    expect(page.get_by_role("img").first).to_be_visible()
    take(page, taken, "demo")


def test_the_readme_shows_each_of_them() -> None:
    shown = re.findall(r"docs/images/([\w-]+)\.png", (ROOT / "README.md").read_text("utf-8"))
    assert sorted(shown) == sorted(PICTURES)
    for name in PICTURES:
        assert (ROOT / "docs/images" / f"{name}.png").stat().st_size < MOST_BYTES
