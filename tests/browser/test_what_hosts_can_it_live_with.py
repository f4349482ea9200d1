"""Pages that are not ours: their other scripts, their rules, their browsers."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request

from tests.browser.shop import (
    PROXIED,
    File,
    Measured,
    Shop,
    body_of,
    everything_is_sent,
    session_of,
    tracker_file,
)
from tests.waiting import wait_for

BUTTON = '<button data-nest-type="selection" data-nest-category="size" data-nest-value="large">'

OTHER_SCRIPTS = {
    "one wraps fetch": "const own = fetch; window.fetch = (...a) => own(...a).finally(() => {})",
    "one makes fetch throw at once for what it does not know": """
        const own = fetch;
        window.fetch = (a, b) => {
          if (!window.seen) { window.seen = 1; throw new TypeError('not mine'); }
          return own(a, b);
        }""",
    "one wraps XMLHttpRequest and history": """
        const { open } = XMLHttpRequest.prototype, { pushState } = history;
        XMLHttpRequest.prototype.open = function (...a) { return open.apply(this, a); };
        history.pushState = function (...a) { return pushState.apply(this, a); };""",
    "one wraps localStorage": """
        const { setItem, getItem } = Storage.prototype;
        Storage.prototype.setItem = function (k, v) { setItem.call(this, 'x' + k, v); };
        Storage.prototype.getItem = function (k) { return getItem.call(this, 'x' + k); };""",
    "one adds to the prototypes": """
        Array.prototype.last = function () { return this.at(-1); };
        Object.prototype.extended = function () { return 1; };
        String.prototype.shout = function () { return this.toUpperCase(); };""",
    "one keeps window.nest for itself": "window.nest = Object.freeze({ egg: 1 });",
    "one has taken the stack away": "Error.stackTraceLimit = 0",
}

BROWSERS = {
    "without beacons": "delete Navigator.prototype.sendBeacon",
    "without AbortSignal.timeout": "delete AbortSignal.timeout",
    "without PerformanceObserver": "delete window.PerformanceObserver",
    "without requestIdleCallback": "delete window.requestIdleCallback",
    "that sends no word of what it shifts": "delete window.LayoutShift; delete window.EventCounts",
    "that refuses storage": """
        Object.defineProperty(window, 'localStorage',
          { get() { throw new DOMException('refused', 'SecurityError'); } })""",
}


def one_of(page: Page, sessions: list[str]) -> str:
    def look() -> str | None:
        page.title()  # requests are heard only while Playwright is called
        return sessions[-1] if sessions else None

    return wait_for(look, 10, "a session")


def large_is_told_once(shop: Shop, session_id: str) -> None:
    assert shop.values(session_id, 1) == ["large"]


@pytest.fixture
def errors(shop: Shop) -> list[str]:
    """What the page's own error reporting would hear of."""
    heard: list[str] = []
    shop.context.on("weberror", lambda error: heard.append(str(error.error)))
    return heard


@pytest.fixture
def sessions(shop: Shop) -> list[str]:
    """The ids that pages have begun sessions with, also where the page cannot be asked."""
    begun: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/create"):
            begun.append(body_of(request)["sessionId"])

    shop.context.on("request", note)
    return begun


@pytest.mark.parametrize(
    "before", [*OTHER_SCRIPTS.values(), *BROWSERS.values()], ids=[*OTHER_SCRIPTS, *BROWSERS]
)
def test_other_scripts_and_lesser_browsers_change_nothing(
    shop: Shop, errors: list[str], sessions: list[str], before: str
) -> None:
    shop.context.add_init_script(before)
    page = shop.open(body=BUTTON)
    page.get_by_role("button").click()
    large_is_told_once(shop, one_of(page, sessions))
    page.close(run_before_unload=True)
    assert errors == []


INJECTED = """<script>
  const tag = document.createElement("script");
  tag.src = {src!r};
  document.head.append(tag);
</script>"""


@pytest.mark.parametrize(
    "tag",
    [
        "<script async src='{src}'></script>",
        "<script defer src='{src}'></script>",
        "<script type=module src='{src}'></script>",
        "<script type=module>import '{src}'</script>",
        "<script>import('{src}')</script>",
        INJECTED.replace("{src!r}", "'{src}'"),
    ],
    ids=["async", "defer", "a module", "imported", "imported later", "injected"],
)
def test_however_it_is_loaded_it_knows_where_it_came_from(shop: Shop, tag: str) -> None:
    measured = Measured(shop.context)
    page = shop.show(tag.replace("{src}", f"{shop.stack.url}/tracker.js?v=1") + BUTTON)
    page.wait_for_function("window.nest?.sessionId()")
    page.get_by_role("button").click()
    large_is_told_once(shop, session_of(page))
    measured.wait("TTFB")


def test_a_module_finds_what_its_own_tag_says(shop: Shop) -> None:
    src = f"{shop.stack.url}/tracker.js"
    page = shop.show(f'<script type=module src="{src}" data-nest-consent="ask"></script>{BUTTON}')
    page.wait_for_function("window.nest")
    assert page.evaluate("Object.keys(localStorage)") == []
    page.get_by_role("button").click()
    page.evaluate("nest.consent('all')")
    large_is_told_once(shop, session_of(page))


def test_two_copies_tell_one_event(shop: Shop) -> None:
    script = f'<script src="{shop.stack.url}/tracker.js"></script>'
    page = shop.open(body=f"{script}{BUTTON}{script}")
    page.get_by_role("button").click()
    everything_is_sent(page)
    large_is_told_once(shop, session_of(page))
    rows = shop.stack.interactions(session_of(page))
    assert [row["sequence"] for row in rows] == [1, 2]


@pytest.mark.parametrize(
    ("rules", "attributes"),
    [
        ("script-src {nest}; connect-src {nest}", ""),
        ("script-src 'nonce-abc'; connect-src {nest}", "nonce=abc"),
        ("script-src 'nonce-abc' 'strict-dynamic'; connect-src {nest}", "nonce=abc"),
        (
            "script-src {nest}; connect-src {nest}; require-trusted-types-for 'script'",
            "",
        ),
    ],
    ids=["its host", "a nonce", "strict-dynamic", "trusted types"],
)
def test_a_strict_content_security_policy_is_enough(
    shop: Shop, errors: list[str], rules: str, attributes: str
) -> None:
    nest = shop.stack.url
    policy = f"default-src 'none'; img-src data:; {rules.replace('{nest}', nest)}"
    shop.headers["Content-Security-Policy"] = policy
    said: list[str] = []
    shop.context.on("console", lambda message: said.append(message.text))
    measured = Measured(shop.context)
    page = shop.open(attributes, BUTTON)
    page.get_by_role("button").click()
    large_is_told_once(shop, session_of(page))
    measured.wait("TTFB")
    assert (said, errors) == ([], [])


def test_a_renamed_pair_behind_a_proxy_and_a_base_elsewhere_works(shop: Shop) -> None:
    shop.files["/static/app.js"] = tracker_file("tracker.js")
    shop.files["/static/app-more.js"] = tracker_file("tracker-more.js")
    measured = Measured(shop.context)
    page = shop.show(
        '<base href="https://elsewhere.invalid/">'
        f'<script src="{shop.origin}/static/app.js?v=2"'
        f' data-nest-endpoint="{PROXIED}"></script>{BUTTON}'
    )
    page.get_by_role("button").click()
    large_is_told_once(shop, session_of(page))
    measured.wait("TTFB")


def test_without_its_second_file_it_goes_on(shop: Shop, errors: list[str]) -> None:
    shop.files["/alone.js"] = tracker_file("tracker.js")
    shop.files["/alone-more.js"] = File(b"nothing here", "text/plain", 404)
    nest = shop.stack.url
    asked: list[str] = []
    shop.context.on("request", lambda request: asked.append(request.url))
    page = shop.show(f'<script src="/alone.js" data-nest-endpoint="{nest}"></script>{BUTTON}')
    wait_for(lambda: page.title() and any("-more.js" in url for url in asked), 10, "a second file")
    page.get_by_role("button").click()
    large_is_told_once(shop, session_of(page))
    assert errors == []


def test_a_sandboxed_frame_without_an_origin_is_tracked_from_memory(
    shop: Shop, errors: list[str]
) -> None:
    frame = f"<script src='{shop.stack.url}/tracker.js'></script>{BUTTON}"
    page = shop.show(
        f'<iframe sandbox="allow-scripts" srcdoc="{frame.replace(chr(34), "&quot;")}">'
    )
    page.frame_locator("iframe").get_by_role("button").click()
    # A frame of a process of its own is heard late: its first requests may be missed.
    large_is_told_once(shop, session_of(page.frames[1]))
    assert errors == []


def test_a_page_from_a_file_is_tracked(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(f"<script src='{shop.stack.url}/tracker.js'></script>{BUTTON}")
    page = shop.context.new_page()
    page.goto(file.as_uri())
    page.get_by_role("button").click()
    large_is_told_once(shop, session_of(page))


def test_a_slow_network_delays_and_loses_nothing(shop: Shop) -> None:
    page = shop.open('data-nest-start="manual"', BUTTON)
    network: Any = shop.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {
        "offline": False,
        "latency": 400,
        "downloadThroughput": 5e4,
        "uploadThroughput": 5e4,
    }
    network.send("Network.emulateNetworkConditions", slow)
    page.evaluate("nest.start()")
    for _ in range(300):
        page.evaluate("nest.track('probe', { value: 'x'.repeat(100) })")
    page.get_by_role("button").click()
    session_id = session_of(page)
    large_is_told_once(shop, session_id)
    assert len(shop.values(session_id, 300, "probe")) == 300
    assert wait_for(lambda: shop.stack.journey(session_id), 5, "a journey")["insights"]


def test_an_element_that_shadows_what_elements_can_do_breaks_nothing(
    shop: Shop, errors: list[str]
) -> None:
    page = shop.open(
        body=f'<form data-nest-category="f"><input name="closest"><input name="matches">'
        f'<input name="dataset"></form>{BUTTON}</button>'
    )
    page.evaluate("document.forms[0].dispatchEvent(new Event('click', { bubbles: true }))")
    page.evaluate("document.forms[0].dispatchEvent(new Event('change', { bubbles: true }))")
    page.get_by_role("button").click()
    large_is_told_once(shop, session_of(page))
    assert errors == []
