"""How quick the page was for its visitor, and what the flags of page and server decide."""

import base64
import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.shop import File, Measured, Shop, body_of, everything_is_sent, session_of
from tests.waiting import wait_for

PIXEL = File(
    base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), "image/gif"
)
MARKED = '<button id="roof" data-nest-category="roof" data-nest-value="flat">Flat</button>'
TIMED = ("image_load_time", "client_api_time")
VITALS = ("LCP", "INP", "CLS", "TTFB")
# What it writes has to be drawn; a click that changes nothing is not always timed.
BLOCK = """onclick="this.append('.');
  const until = performance.now() + 60; while (performance.now() < until);\""""
# How long a click took is known some time after the frame that answered it.
WATCH_CLICKS = """() => {
  window.isClickTimed = false;
  const isTold = ({ name, interactionId }) => name === 'click' && interactionId;
  new PerformanceObserver((list) => {
    window.isClickTimed ||= list.getEntries().some(isTold);
  }).observe({ type: 'event', durationThreshold: 40, buffered: true });
}"""
HIDE = """() => {
  Object.defineProperty(document, 'hidden', { get: () => true, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture
def measured(shop: Shop) -> Measured:
    return Measured(shop.context)


def by_name(metrics: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {metric["metricName"]: metric for metric in metrics}


def observing(page: Page, measured: Measured) -> None:
    """Once this is told, the second file is there and watches."""
    measured.wait("TTFB")


def clicked_and_timed(page: Page) -> bool:
    page.get_by_role("button").click()
    try:
        page.wait_for_function("isClickTimed", timeout=1_000)
    except PlaywrightTimeout:
        return False
    return True


def test_the_web_vitals_of_a_load_are_told_once_when_it_is_hidden(
    shop: Shop, measured: Measured
) -> None:
    page = shop.open(body=f"<h1>Big</h1><div id=top></div><button {BLOCK}>slow</button>")
    observing(page, measured)
    page.evaluate("top.document.querySelector('#top').style.height = '300px'")
    # Two frames later the shift is known.
    page.evaluate("new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
    page.wait_for_function("performance.now() > 600")
    page.evaluate(WATCH_CLICKS)
    wait_for(lambda: clicked_and_timed(page), 10, "a click that is timed")
    page.evaluate(HIDE)
    page.evaluate(HIDE)

    metrics = measured.wait(*VITALS)

    assert sorted(metric["metricName"] for metric in metrics) == sorted(VITALS)
    found = by_name(metrics)
    assert {name: found[name]["unit"] for name in VITALS} == {
        "LCP": "ms",
        "INP": "ms",
        "CLS": "score",
        "TTFB": "ms",
    }
    assert 60 <= found["INP"]["value"] < 1_000
    assert 0 < found["CLS"]["value"] < 1
    assert 0 < found["TTFB"]["value"] <= found["LCP"]["value"]
    session_id = session_of(page)
    for metric in metrics:
        assert metric["sessionId"] == session_id
        assert metric["eventId"][14] == "7"
        assert metric["additionalData"] == {"route": "/shop"}


def test_vitals_are_told_when_the_page_is_left(shop: Shop, measured: Measured) -> None:
    page = shop.open(body="<h1>Big</h1>")
    observing(page, measured)
    page.goto("about:blank")
    # Nobody hears what a beacon is answered; the next page tells it again.
    shop.open()
    assert by_name(measured.wait("LCP", "CLS"))["CLS"]["value"] == 0


def test_images_are_timed_without_what_their_addresses_tell_of_a_person(
    shop: Shop, measured: Measured
) -> None:
    paths = ["house", "4711", "0198f3c2-7e5a-7c11-9d3e-2f1b6a7c8d90", "ann%40example.org"]
    for path in paths:
        shop.files[f"/media/{path}.gif"] = PIXEL
    shop.files["/media/gone.gif"] = File(b"", "text/plain", 404)
    images = "".join(f'<img src="/media/{path}.gif?token=secret">' for path in [*paths, "gone"])
    shop.open(body=images)

    metrics = wait_for(
        lambda: found if len(found := measured.wait("image_load_time")) >= 4 else None, 10, "four"
    )

    assert sorted(metric["additionalData"]["url"] for metric in metrics) == [
        "/media/:id",
        "/media/:id",
        "/media/:id",
        "/media/house.gif",
    ]
    assert all(metric["value"] > 0 and metric["unit"] == "ms" for metric in metrics)


def test_at_most_fifty_images_and_a_hundred_calls_of_a_load_are_told(
    shop: Shop, measured: Measured
) -> None:
    shop.files["/dot.gif"] = PIXEL
    shop.files["/api/stock"] = File(b"{}", "application/json")
    page = shop.open()
    observing(page, measured)
    page.evaluate(
        """async () => {
          for (let n = 0; n < 60; n++) new Image().src = '/dot.gif?' + n;
          for (let n = 0; n < 120; n++) await fetch('/api/stock?' + n).then((r) => r.text());
        }"""
    )
    page.evaluate(HIDE)
    everything_is_sent(page)
    names = [metric["metricName"] for metric in measured.metrics()]
    assert (names.count("image_load_time"), names.count("client_api_time")) == (50, 100)


def test_calls_of_the_page_are_timed_and_ours_are_not(shop: Shop, measured: Measured) -> None:
    shop.files["/api/houses/12/price"] = File(b"{}", "application/json")
    shop.files["/api/broken"] = File(b"{}", "application/json", 503)
    page = shop.open()
    observing(page, measured)
    page.evaluate(
        """async () => {
          await fetch('/api/houses/12/price?name=Ada');
          await fetch('/api/broken');
          await fetch('http://127.0.0.1:9/').catch(() => {});
          const gone = new AbortController();
          const call = fetch('/api/houses/12/price', { signal: gone.signal }).catch(() => {});
          gone.abort();
          await call;
          await new Promise((done) => {
            const request = new XMLHttpRequest();
            request.onload = done;
            request.open('GET', '/api/houses/12/price');
            request.send();
          });
        }"""
    )
    metrics = measured.wait("client_api_time", "client_api_error")
    told = [
        (metric["metricName"], metric["unit"], *metric["additionalData"].values())
        for metric in metrics
    ]
    assert sorted(told) == [
        ("client_api_error", "count", "/api/broken", 503),
        ("client_api_time", "ms", "/api/broken", 503),
        ("client_api_time", "ms", "/api/houses/:id/price", 200),
        ("client_api_time", "ms", "/api/houses/:id/price", 200),
    ]


def test_nothing_is_measured_or_loaded_before_a_yes_and_all_after_it(
    shop: Shop, measured: Measured
) -> None:
    asked: list[str] = []
    shop.context.on("request", lambda request: asked.append(request.url))
    shop.files["/dot.gif"] = PIXEL
    page = shop.open('data-nest-consent="ask"', '<img src="/dot.gif">')
    page.wait_for_function("performance.now() > 1500")
    nest = shop.stack.url
    assert [url for url in asked if url.startswith(nest)] == [f"{nest}/tracker.js"]
    page.evaluate("nest.consent('all')")
    measured.wait("TTFB", "image_load_time")


def test_after_a_no_nothing_more_is_measured(shop: Shop, measured: Measured) -> None:
    page = shop.open()
    observing(page, measured)
    page.evaluate("nest.consent('none')")
    before = len(measured.metrics())
    page.evaluate(HIDE)
    page.close(run_before_unload=True)
    other = shop.open()
    everything_is_sent(other)
    assert len([m for m in measured.metrics() if m["metricName"] == "CLS"]) == 0
    assert len(measured.metrics()) <= before + 1


def test_measures_that_could_not_be_sent_are_sent_later_with_the_same_ids(
    shop: Shop, measured: Measured
) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.extend(metric["eventId"] for metric in body_of(route.request)["metrics"])
        route.abort()

    shop.context.route("**/performance/track", lose)
    page = shop.open(body="<h1>Big</h1>")
    wait_for(lambda: page.title() and lost, 10, "a first attempt")
    page.reload()
    shop.context.unroute("**/performance/track")
    everything_is_sent(page)
    kept = {metric["eventId"] for metric in measured.wait("TTFB", "LCP")}
    assert set(lost) <= kept


@pytest.mark.parametrize(
    ("wanted", "flags", "told"),
    [
        ("", {}, {"TTFB", *TIMED, "scroll"}),
        ("hover", {}, {"TTFB", *TIMED, "scroll", "hover"}),
        ("-web_vitals -image_timing -api_timing hover", {}, {"scroll", "hover"}),
        ("-scroll", {"scroll": True, "web_vitals": False}, {*TIMED, "scroll"}),
        ("hover", {"hover": False, "scroll": False}, {"TTFB", *TIMED}),
    ],
)
def test_what_the_server_says_goes_before_what_the_page_wants(
    shop: Shop, measured: Measured, wanted: str, flags: dict[str, bool], told: set[str]
) -> None:
    def answer(route: Route) -> None:
        document = route.fetch().json()
        route.fulfill(
            json={**document, "flags": flags}, headers={"Access-Control-Allow-Origin": "*"}
        )

    shop.context.route("**/sessions/create", answer)
    shop.files["/dot.gif"] = PIXEL
    page = shop.open(
        f'data-nest-flags="{wanted}"', f'<img src="/dot.gif">{MARKED}<div style="height: 4000px">'
    )
    with page.expect_response("**/tracker-more.js"):
        pass
    page.evaluate("fetch('/shop').then((answer) => answer.text())")
    page.evaluate("scrollTo(0, 4000)")
    pass_ms(page, 300)  # so long the tracker waits for the scrolling to end
    rest_on(page, "#roof")
    session_id = session_of(page)
    page.evaluate("nest.track('last')")
    shop.values(session_id, 1, "last")
    page.evaluate(HIDE)
    everything_is_sent(page)
    kinds = {row["eventType"] for row in shop.stack.interactions(session_id)}
    names = {metric["metricName"] for metric in measured.metrics()}
    assert (kinds | names) - {"page_view", "last", "LCP", "CLS", "INP"} == told


def pass_ms(page: Page, ms: int) -> None:
    """On the page's clock: what it decides by the time that passes cannot be waited for."""
    page.wait_for_function(
        "until => performance.now() > until", arg=page.evaluate("performance.now()") + ms
    )


def rest_on(page: Page, element: str, ms: int = 320) -> None:
    page.hover(element)
    pass_ms(page, ms)
    page.mouse.move(1, 1)


def test_a_pointer_that_rests_on_a_marked_element_is_told_with_its_time(
    shop: Shop, measured: Measured
) -> None:
    page = shop.open(
        'data-nest-flags="hover"', f'<h1 style="margin: 90px">Plain</h1>{MARKED}<p>plain</p>'
    )
    observing(page, measured)
    rest_on(page, "h1")
    rest_on(page, "#roof", 20)
    rest_on(page, "#roof", 400)
    rest_on(page, "#roof", 400)
    page.evaluate(
        """async () => {
          const finger = { pointerType: 'touch', bubbles: true };
          roof.dispatchEvent(new PointerEvent('pointerover', finger));
          await new Promise((done) => setTimeout(done, 320));
          roof.dispatchEvent(new PointerEvent('pointerout', finger));
        }"""
    )
    page.evaluate("nest.track('last')")
    session_id = session_of(page)
    shop.values(session_id, 1, "last")
    hovers = [row for row in shop.stack.interactions(session_id) if row["eventType"] == "hover"]
    assert [(row["category"], row["selectionValue"], row["elementId"]) for row in hovers] == [
        ("roof", "flat", "roof"),
        ("roof", "flat", "roof"),
    ]
    assert all(400 <= row["timeSpent"] < 2_000 for row in hovers)


def test_a_stay_of_the_pointer_is_told_after_a_minute_at_the_latest(
    shop: Shop, measured: Measured
) -> None:
    page = shop.open('data-nest-flags="hover"', MARKED)
    observing(page, measured)
    page.clock.install()
    page.hover("#roof")
    page.clock.run_for(61_000)
    page.clock.run_for(1_000)
    assert shop.values(session_of(page), 1, "hover") == ["flat"]
    page.mouse.move(1, 1)


def test_the_pause_that_ends_a_session_is_the_servers_to_say(shop: Shop) -> None:
    def answer(route: Route) -> None:
        document = route.fetch().json()
        told = {**document, "idleAfterS": 60}
        route.fulfill(json=told, headers={"Access-Control-Allow-Origin": "*"})

    shop.context.route("**/sessions/create", answer)
    page = shop.open()
    everything_is_sent(page)
    first = session_of(page)
    session = json.loads(page.evaluate("localStorage['nest:session']"))
    session["active"] -= 61_000
    page.evaluate("(s) => { localStorage['nest:session'] = JSON.stringify(s); }", session)
    page.evaluate("nest.track('again')")
    assert session_of(page) != first
