"""One visitor, 500 interactions, and all that goes wrong between a page and its server; then two
visitors who really lose something, and whether tracking health says how much."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from nesthaus.report.tracking_health import TrackingHealth
from tests.browser.acts import (
    PAGE,
    Visitor,
    count_of,
    health_once_settled,
    page_loads,
    stored_acts,
)
from tests.browser.shop import (
    Shop,
    body_of,
    event_ids,
    everything_is_sent,
    kept_on_device,
    session_of,
)
from tests.browser.trouble import (
    KILLED,
    a_lost_answer,
    a_restart_of_the_server,
    an_order,
    blocked_beacons,
    closed_tabs,
    half_a_minute_offline,
    reloads,
    two_tabs_at_once,
)
from tests.stack import Stack
from tests.waiting import wait_for

WITHIN_S = 60.0
# Longer than the tracker leaves what a killed tab kept to that tab, and than it waits for a server
# that was away as long as a restart takes.
PATIENCE_MS = 60_000

NO_STORAGE = """
Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } });
"""
HIDE = """() => {
  Object.defineProperty(document, 'hidden', { get: () => true });
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
}"""


@pytest.fixture
def stack(chromium_path: str) -> Iterator[Stack]:
    """One for each test: what it stores is what the test did. It counts every second."""
    stack = Stack({"NESTHAUS_AGGREGATE_EVERY_S": "1"})
    try:
        stack.start()
        stack.authorise()
        yield stack
    finally:
        stack.close()


def test_all_of_500_interactions_are_stored_once_whatever_happens(stack: Stack, shop: Shop) -> None:
    """The page's clock is Playwright's. It runs as any clock does, but for the time offline and
    the waiting at the end: these it leaps over, so that the tracker meets 30 s without a network
    and its own long pauses, and this test does not."""
    shop.context.clock.install()
    visitor = Visitor()
    reloads(shop, visitor)
    closed_tabs(shop, visitor)
    tabs = two_tabs_at_once(shop, visitor)
    half_a_minute_offline(shop, visitor, tabs)
    a_restart_of_the_server(shop, visitor, tabs)
    blocked_beacons(shop, visitor)
    lost = a_lost_answer(shop, visitor)
    last = an_order(shop)

    assert visitor.done == 500
    shop.context.clock.fast_forward(PATIENCE_MS)
    # What is kept on the device is the same in all tabs.
    wait_for(lambda: kept_on_device(last) == ["nest:session"], WITHIN_S, "nothing unsent")
    url = stack.database_url
    wait_for(
        lambda: len(stored_acts(url)) >= visitor.done,
        WITHIN_S,
        lambda: f"not stored: {sorted({*visitor.script} - {*stored_acts(url)})}",
    )
    # 99.9 % of 500 is all but half an interaction.
    assert stored_acts(url) == visitor.script
    assert stack.sessions() == [session_of(last)]
    assert count_of(url, "select count(*) from session_finalisations") == 1
    assert count_of(url, "select count(*) from dead_letters") == 0
    for load in page_loads(url):
        assert load.events == load.numbers == load.highest
    tracking_health_finds_nothing_missing(stack, visitor, lost)
    # Nor did anything come a second time since.
    assert stored_acts(url) == visitor.script


def tracking_health_finds_nothing_missing(
    stack: Stack, visitor: Visitor, sent_again: set[str]
) -> None:
    url = stack.database_url
    saves = visitor.done // 5

    def agrees() -> dict[str, Any] | None:
        told = stack.tracking_health()
        again = count_of(url, "select count(*) from duplicate_events")
        is_all = told["duplicates"] == again and told["priceMismatches"] == saves
        return told if is_all else None

    told = wait_for(agrees, WITHIN_S, lambda: f"all is counted, not {stack.tracking_health()}")
    assert told["duplicates"] >= len(sent_again) > 0
    assert (told["sessions"], told["over"], told["refused"]) == (1, 0, {})
    # Of page loads as young as these nobody knows yet what is still on its way.
    assert (told["expected"], told["received"], told["lossRate"]) == (0, 0, None)
    assert missing_once_settled(stack) == 0


def test_what_a_killed_tab_took_with_it_is_named_where_later_events_arrived(
    stack: Stack, shop: Shop
) -> None:
    """Storage is refused, so unsent events lie in the page alone. It is hidden and sends all it
    has, in several calls; the first does not get through, then the system kills the tab. What came
    after the last event that arrived nobody can know of."""
    shop.context.clock.install()
    shop.context.add_init_script(NO_STORAGE + KILLED)
    page = shop.open(body=PAGE)
    session_id = session_of(page)
    visitor = Visitor()
    visitor.probes(page, 20)
    shop.values(session_id, 20, "probe")
    # From here on no timer of the page fires: nothing is sent but by hiding it.
    shop.context.clock.pause_at(datetime.now(UTC) + timedelta(seconds=60))
    calls = FirstCallFails(page)
    visitor.probes(page, 400)
    page.evaluate(HIDE)
    calls.wait()
    lost, unseen, url = len(calls.lost), 10, stack.database_url
    arrived = visitor.done - lost
    wait_for(lambda: len(stored_acts(url)) == arrived, WITHIN_S, f"{arrived} events are stored")
    shop.context.set_offline(True)
    visitor.probes(page, unseen)
    page.close()

    assert lost > 100
    assert missing_once_settled(stack) == lost
    assert len(stored_acts(url)) == visitor.done - lost - unseen


class FirstCallFails:
    """Of the next calls of a page with events: the one with the earliest is aborted."""

    def __init__(self, page: Page) -> None:
        self.lost: list[str] = []
        self._page = page
        self._another_passed = False
        page.route("**/track-batch", self._answer)

    def wait(self) -> None:
        wait_for(self._both_have_come, WITHIN_S, "one call lost and another not")

    def _both_have_come(self) -> bool:
        self._page.title()  # routes answer only while Playwright is called
        return bool(self.lost) and self._another_passed

    def _answer(self, route: Route) -> None:
        first, *_ = body_of(route.request)["events"]
        if first["elementId"] == "n-20":
            self.lost = event_ids(route.request)
            route.abort()
        else:
            route.continue_()
            self._another_passed = True


def test_what_a_page_could_not_hold_while_offline_is_named(stack: Stack, shop: Shop) -> None:
    """A page keeps 2,000 unsent events at most."""
    page = shop.open(body=PAGE)
    everything_is_sent(page)
    visitor = Visitor()
    shop.context.set_offline(True)
    visitor.probes(page, 2_100)
    shop.context.set_offline(False)
    everything_is_sent(page)
    visitor.probes(page, 1)
    everything_is_sent(page)

    url = stack.database_url
    wait_for(
        lambda: any(act.name == f"n-{visitor.done - 1}" for act in stored_acts(url)),
        WITHIN_S,
        "the last event is stored",
    )
    missing = visitor.done - len(stored_acts(url))
    assert 100 <= missing <= 110
    assert missing_once_settled(stack) == missing


def missing_once_settled(stack: Stack) -> int:
    """What tracking health says, once all that is stored is counted."""
    url = stack.database_url

    def settled() -> TrackingHealth | None:
        stored = sum(load.numbers for load in page_loads(url))
        health = health_once_settled(url)
        return health if health.received == stored else None

    health = wait_for(settled, WITHIN_S, "all events are counted")
    assert health.loss_rate == 1 - health.received / health.expected
    return health.expected - health.received
