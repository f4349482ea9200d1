import pytest
from playwright.sync_api import Page

from tests.browser.shop import Shop, kept_on_device, session_of
from tests.waiting import wait_for

SENT_WITHIN_S = 15.0
BUTTON = '<button data-nest-type="selection" data-nest-category="size" data-nest-value="large">'


def calls_of(page: Page) -> list[str]:
    """The tracking calls that this page makes from now on."""
    calls: list[str] = []
    page.on("request", lambda r: calls.append(r.url) if "/api/sessions/" in r.url else None)
    return calls


def test_before_an_answer_nothing_is_sent_and_nothing_written(shop: Shop) -> None:
    shop.context.add_init_script("window.started = performance.now()")
    page = shop.open('data-nest-consent="ask"', BUTTON)
    calls = calls_of(page)
    page.get_by_role("button").click()
    # Well over the longest time an event waits to be sent.
    page.wait_for_function("performance.now() - started > 2000")
    assert calls == []
    assert kept_on_device(page) == []
    assert page.context.cookies() == []
    assert len(session_of(page)) == 22


def test_after_a_yes_what_was_done_before_is_told_once(shop: Shop) -> None:
    page = shop.open('data-nest-consent="ask"', BUTTON)
    page.get_by_role("button").click()
    session_id = session_of(page)
    page.evaluate("nest.consent('all')")
    page.evaluate("nest.selection('size', 'small')")
    assert shop.values(session_id, 2) == ["large", "small"]
    rows = shop.stack.interactions(session_id)
    assert [row["sequence"] for row in rows] == [1, 2, 3]


def test_a_yes_holds_on_the_next_page(shop: Shop) -> None:
    page = shop.open('data-nest-consent="ask"')
    page.evaluate("nest.consent('all')")
    session_id = session_of(page)
    page.reload()
    assert session_of(page) == session_id
    assert len(shop.values(session_id, 2, "page_view")) == 2


def test_a_later_no_clears_the_device_and_ends_all_sending(shop: Shop) -> None:
    page = shop.open()
    wait_for(lambda: kept_on_device(page) == ["nest:session"], SENT_WITHIN_S, "all sent")
    page.evaluate("localStorage.setItem('the-shop', 'stays')")
    page.evaluate("nest.selection('size', 'large'); nest.consent('none')")
    calls = calls_of(page)
    page.evaluate("nest.selection('size', 'small')")
    page.reload()
    page.evaluate("nest.consent('none')")
    assert kept_on_device(page) == ["the-shop"]
    page.close(run_before_unload=True)
    assert not any("track-batch" in call and "selection" in call for call in calls)


def test_a_yes_after_a_no_begins_a_new_session(shop: Shop) -> None:
    page = shop.open()
    before = session_of(page)
    page.evaluate("nest.consent('none')")
    assert session_of(page) is None
    page.evaluate("nest.consent('all'); nest.selection('size', 'large')")
    after = session_of(page)
    assert after != before
    assert shop.values(after, 1) == ["large"]


@pytest.mark.parametrize(
    "objection",
    [
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})",
        "Object.defineProperty(Navigator.prototype, 'doNotTrack', {get: () => '1'})",
        "document.cookie = 'nest_internal=1'",
    ],
    ids=["Global Privacy Control", "Do Not Track", "somebody of the shop"],
)
def test_a_browser_that_objects_is_left_alone(shop: Shop, objection: str) -> None:
    shop.context.add_init_script(objection)
    calls: list[str] = []
    shop.context.on("request", lambda r: calls.append(r.url) if "/api/" in r.url else None)
    page = shop.open(body=BUTTON)
    page.get_by_role("button").click()
    page.evaluate("nest.consent('all'); nest.selection('size', 'small'); nest.convert()")
    assert session_of(page) is None
    assert kept_on_device(page) == []
    page.close(run_before_unload=True)
    assert calls == []


def test_where_storage_is_refused_all_is_told_from_memory(shop: Shop) -> None:
    shop.context.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " {get: () => { throw new DOMException('refused', 'SecurityError'); }})"
    )
    page = shop.open(body=BUTTON)
    session_id = session_of(page)
    page.get_by_role("button").click()
    assert shop.values(session_id, 1) == ["large"]


def test_a_full_device_loses_nothing(shop: Shop) -> None:
    shop.context.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }"
    )
    page = shop.open(body=BUTTON)
    session_id = session_of(page)
    page.get_by_role("button").click()
    page.evaluate("nest.selection('size', 'small')")
    assert shop.values(session_id, 2) == ["large", "small"]
