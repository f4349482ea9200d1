"""What several tabs, long pauses and pages that come back must not lose, double or make up."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.browser.shop import (
    HeldBack,
    Measured,
    Shop,
    everything_is_sent,
    kept_on_device,
    open_shop,
    session_of,
)
from tests.chromium import launch
from tests.stack import Stack
from tests.waiting import wait_for

PICK = "nest.selection('size', {!r})"
HIDE = """() => {
  Object.defineProperty(document, 'hidden', { get: () => true, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_a_hidden_page_with_more_than_a_beacon_can_hold_sends_all_of_it_at_once(
    shop: Shop,
) -> None:
    page = shop.open()
    session_id = session_of(page)
    everything_is_sent(page)
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.evaluate("for (let n = 0; n < 700; n++) nest.track('probe', {value: 'x'.repeat(100)})")
    page.evaluate(HIDE)
    everything_is_sent(page)
    assert len(shop.values(session_id, 700, "probe")) == 700
    assert failed == []


def test_a_page_left_with_more_than_a_beacon_can_hold_loses_nothing(shop: Shop) -> None:
    page = shop.open()
    session_id = session_of(page)
    everything_is_sent(page)
    page.evaluate("for (let n = 0; n < 700; n++) nest.track('probe', {value: 'x'.repeat(100)})")
    page.goto("about:blank")
    everything_is_sent(shop.open())
    assert len(shop.values(session_id, 700, "probe")) == 700


def test_two_tabs_that_wait_for_the_same_server_tell_each_event_once(shop: Shop) -> None:
    """Nothing of the first tab has an id yet when the second one finds it."""
    first = shop.open('data-nest-start="manual"')
    held = HeldBack(first, "**/api/sessions/create")
    first.evaluate("nest.start()")
    first.evaluate(PICK.format("large"))
    session_id = session_of(first)
    wait_for(lambda: session_of(first) and held.calls, 10, "a first call without answer")
    first.evaluate(
        """for (const [key, text] of Object.entries(localStorage))
          if (key.startsWith('nest:unsent:')) {
            const item = JSON.parse(text);
            localStorage[key] = JSON.stringify({ ...item, at: item.at - 60_000 });
          }"""
    )
    second = shop.open()
    assert session_of(second) == session_id
    shop.values(session_id, 1, "page_view")
    held.let_go()
    everything_is_sent(first)
    everything_is_sent(second)
    assert shop.values(session_id, 1) == ["large"]


def test_what_a_crashed_tab_left_is_sent_by_the_next_once_it_is_not_young(shop: Shop) -> None:
    page = shop.open()
    session_id = session_of(page)
    everything_is_sent(page)
    item = (
        "{ path: 'sessions/track-batch', key: 'gone.1', session: nest.sessionId(),"
        " at: Date.now() - 11_000, body: { type: 'probe', category: 'page', value: 'left',"
        " eventId: '0198f3c2-7e5a-7c11-9d3e-2f1b6a7c8d90' } }"
    )
    page.evaluate(
        f"""(() => {{
          const item = {item};
          const time = (Date.now() - 11_000).toString(16).padStart(12, '0');
          item.body.eventId = time.slice(0, 8) + '-' + time.slice(8) + item.body.eventId.slice(13);
          localStorage['nest:unsent:gone.1'] = JSON.stringify(item);
        }})()"""
    )
    everything_is_sent(shop.open())
    assert shop.values(session_id, 1, "probe") == ["left"]


def test_what_nobody_could_send_for_a_week_is_taken_off_the_device(shop: Shop) -> None:
    page = shop.open()
    everything_is_sent(page)
    page.evaluate(
        """localStorage['nest:unsent:old.1'] = JSON.stringify({ path: 'sessions/track-batch',
          key: 'old.1', session: 'old', at: Date.now() - 8 * 86_400_000, body: { type: 'x' } })"""
    )
    page.reload()
    everything_is_sent(page)


def test_a_page_closed_after_a_long_pause_begins_no_session(shop: Shop) -> None:
    shop.context.add_init_script(
        "const real = Date.now; let ahead = 0; Date.now = () => real() + ahead;"
        "window.pause = (ms) => { ahead += ms; }"
    )
    page = shop.open()
    session_id = session_of(page)
    page.evaluate("nest.save({nest: 'nest80'}); nest.selection('nest', 'nest100')")
    everything_is_sent(page)
    page.evaluate("pause(3_600_000)")
    page.close(run_before_unload=True)

    def snapshots() -> list[str] | None:
        journey = shop.stack.journey(session_id)
        triggers = [row["triggerEvent"] for row in journey["snapshots"]] if journey else []
        return triggers if len(triggers) == 2 else None

    assert wait_for(snapshots, 15, "two snapshots") == ["auto_save", "page_exit"]
    kept = shop.open('data-nest-consent="none"').evaluate("localStorage['nest:session']")
    assert session_id in kept


def test_a_no_in_one_tab_is_a_no_in_all(shop: Shop) -> None:
    first, second = shop.open(), shop.open()
    everything_is_sent(first)
    first.evaluate("nest.consent('none')")
    wait_for(lambda: not session_of(second), 10, "the other tab without a session")
    second.evaluate(PICK.format("large"))
    assert kept_on_device(second) == []


def test_a_no_while_a_call_is_under_way_leaves_nothing_behind(shop: Shop) -> None:
    page = shop.open('data-nest-start="manual"')
    held = HeldBack(page, "**/api/sessions/create")
    page.evaluate("nest.start()")
    page.evaluate(PICK.format("large"))
    wait_for(lambda: session_of(page) and held.calls, 10, "a first call without answer")
    page.evaluate("nest.consent('none')")
    with page.expect_response("**/create"):
        held.let_go()
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url))
    page.wait_for_function("performance.now() > 3000")
    assert kept_on_device(page) == []
    assert calls == []


def test_an_answer_of_something_before_the_server_is_no_refusal(shop: Shop) -> None:
    page = shop.open()
    session_id = session_of(page)
    everything_is_sent(page)
    answers = iter([404, 403, 502])

    def away(route: Route) -> None:
        status = next(answers, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, body="<h1>away</h1>")

    page.route("**/track-batch", away)
    page.evaluate(PICK.format("large"))
    everything_is_sent(page)
    assert shop.values(session_id, 1) == ["large"]


def test_a_clock_set_back_a_day_does_not_stop_the_sending(shop: Shop) -> None:
    shop.context.add_init_script(
        "const real = Date.now; let ahead = 0; Date.now = () => real() + ahead;"
        "window.set = (ms) => { ahead += ms; }"
    )
    page = shop.open()
    session_id = session_of(page)
    everything_is_sent(page)
    page.route("**/track-batch", lambda route: route.abort())
    with page.expect_request("**/track-batch"):
        page.evaluate(PICK.format("before"))
    page.evaluate("set(-86_400_000)")
    page.unroute("**/track-batch")
    everything_is_sent(page)
    assert shop.values(session_id, 1) == ["before"]


@pytest.fixture
def remembering(chromium_path: str, chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that keeps pages to come back to, which Playwright's usual one does not."""
    browser = launch(chromium.browser_type, chromium_path, without=["--disable-back-forward-cache"])
    context = browser.new_context()
    context.set_default_timeout(10_000)
    yield context
    browser.close()


def come_back(page: Page) -> None:
    page.evaluate("window.stayed = true")
    page.goto("about:blank")
    page.go_back(wait_until="commit")
    assert page.evaluate("window.stayed"), "the page was loaded anew"


def test_a_page_that_comes_back_tells_everything_once_and_measures_anew(
    stack: Stack, remembering: BrowserContext
) -> None:
    with open_shop(stack, remembering) as shop:
        measured = Measured(remembering)
        page = shop.open(body="<h1>Big</h1>")
        session_id = session_of(page)
        measured.wait("TTFB")
        page.evaluate(PICK.format("before"))
        come_back(page)
        page.evaluate(PICK.format("after"))
        assert shop.values(session_id, 2) == ["before", "after"]
        page.evaluate(HIDE)
        wait_for(
            lambda: (
                [m["metricName"] for m in measured.metrics()].count("LCP") == 2
                if page.title()
                else False
            ),
            20,
            "two visits measured",
        )
        names = [metric["metricName"] for metric in measured.metrics()]
        assert (names.count("TTFB"), names.count("CLS")) == (1, 2)
        assert shop.values(session_id, 2) == ["before", "after"]
