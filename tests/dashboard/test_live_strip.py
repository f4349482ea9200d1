"""Does the strip on the overview tell what happens right now?"""

from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.dashboard.overview import ANALYTICS, Json, Seen
from tests.dashboard.written import UNKNOWN
from tests.stack import Stack

REAL_TIME = "**/api/admin/analytics/real-time**"
_LIVE = ("active", "response", "errors", "cache", "events", "waiting")
# Not known for a program.
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _cells(page: Page) -> dict[str, Locator]:
    cells = page.get_by_role("region", name="Right now").locator("dl > div")
    expect(cells).to_have_count(len(_LIVE))
    return {name: cells.nth(place) for place, name in enumerate(_LIVE)}


def test_the_live_strip_moves_while_events_come_in(page: Page, stack: Stack) -> None:
    Seen(page, stack)
    cells = _cells(page)
    active = cells["active"].locator("dd")
    expect(active).not_to_contain_text(UNKNOWN)
    before = int(active.inner_text().split()[0])
    places = [cell.bounding_box() for cell in cells.values()]

    for _ in range(3):
        event = {"type": "selection", "category": "nest", "value": "nest160"}
        httpx.post(
            f"{stack.url}/api/sessions/track",
            json={"sessionId": f"live-{uuid4()}", "event": event},
            headers={"User-Agent": _BROWSER},
        ).raise_for_status()

    expect(active).to_contain_text(str(before + 3), timeout=15_000)
    expect(cells["events"].locator("dd")).not_to_have_text("0.0")
    assert [cell.bounding_box() for cell in cells.values()] == places
    # Who listens is told once a minute at most.
    expect(page.get_by_role("region", name="Right now").get_by_role("status")).to_have_text("")


LIMITS: Json = {
    "fewestSessions": 10,
    "responseWarningMs": 200,
    "responseBadMs": 1000,
    "errorRateBad": 0.01,
    "cacheHitRateWarning": 0.8,
}


@pytest.mark.parametrize(
    ("figures", "states"),
    [
        ((11, 199.0, 0.0099, 0.81), ("good", "good", "good", "good")),
        ((10, 200.0, 0.01, 0.8), ("warning", "warning", "bad", "warning")),
        ((0, 1000.0, 1.0, 0.0), ("warning", "bad", "bad", "warning")),
        ((0, None, None, None), ("warning", "not measured", "not measured", "not measured")),
    ],
)
def test_a_live_figure_is_good_warning_or_bad_by_its_limits(
    page: Page,
    stack: Stack,
    figures: tuple[int, float | None, float | None, float | None],
    states: tuple[str, str, str, str],
) -> None:
    names = ("activeSessions", "avgResponseTime", "errorRate", "cacheHitRate")

    def answer(route: Route) -> None:
        told = stack.get(ANALYTICS + "real-time")
        assert told["limits"] == LIMITS
        route.fulfill(json=told | dict(zip(names, figures, strict=True)))

    page.route(REAL_TIME, answer)
    Seen(page, stack)
    cells = _cells(page)
    for name, state in zip(_LIVE, states, strict=False):
        expect(cells[name].locator("dd")).to_contain_text(state)


def test_without_contact_the_last_values_stay(page: Page, stack: Stack) -> None:
    Seen(page, stack)
    strip = page.get_by_role("region", name="Right now")
    expect(strip).to_contain_text("Now")
    active = _cells(page)["active"].locator("dd")
    expect(active).not_to_contain_text(UNKNOWN)
    page.route(REAL_TIME, lambda route: route.abort())
    expect(strip).to_contain_text("No contact", timeout=30_000)
    expect(active).not_to_contain_text(UNKNOWN)
    page.unroute(REAL_TIME)
    expect(strip).not_to_contain_text("No contact", timeout=30_000)
