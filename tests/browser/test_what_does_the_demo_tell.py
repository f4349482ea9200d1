"""The demo uses the tracker as any page would; what is typed into the order form stays there."""

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.browser.shop import session_of
from tests.stack import Stack
from tests.waiting import wait_for

WITHIN_S = 10.0
# Bodies of beacons cannot be read from outside; the tracker then uses fetch.
NO_BEACON = "navigator.sendBeacon = () => false"
TYPED = ("Erika Muster", "erika@muster.example", "Lindenweg 7, 8010 Graz")


@pytest.fixture
def sent(context: BrowserContext) -> list[Request]:
    """Everything the visitor's browser sends from now on."""
    requests: list[Request] = []
    context.add_init_script(NO_BEACON)

    def take(request: Request) -> None:
        requests.append(request)

    context.on("request", take)
    return requests


def open_demo(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/demo")
    expect(page.locator(".dsum [data-total]")).not_to_be_empty()


def calls(sent: list[Request], route: str) -> list[dict[str, Any]]:
    path = f"/api/sessions/{route}"
    return [json.loads(each.post_data or "{}") for each in sent if each.url.endswith(path)]


def events(sent: list[Request], kind: str) -> list[dict[str, Any]]:
    """Once each: the tracker may send one again, with the same id."""
    batches = calls(sent, "track-batch")
    each = {event["eventId"]: event for batch in batches for event in batch["events"]}
    return [event for event in each.values() if event["type"] == kind]


def await_calls(page: Page, sent: list[Request], route: str, count: int) -> list[dict[str, Any]]:
    def look() -> list[dict[str, Any]] | None:
        page.evaluate("1")  # requests are noticed only while Playwright is called
        found = calls(sent, route)
        return found if len(found) >= count else None

    return wait_for(look, WITHIN_S, f"{count} of {route}")


def await_events(page: Page, sent: list[Request], kind: str, count: int) -> list[dict[str, Any]]:
    def look() -> list[dict[str, Any]] | None:
        page.evaluate("1")
        found = events(sent, kind)
        return found if len(found) >= count else None

    return wait_for(look, WITHIN_S, f"{count} of type {kind}")


def converted(stack: Stack, session_id: str) -> dict[str, Any] | None:
    journey = stack.journey(session_id)
    return journey if journey and journey["session"]["conversionStatus"] == "converted" else None


def test_an_order_is_told_without_name_and_address(
    page: Page, stack: Stack, sent: list[Request]
) -> None:
    open_demo(page, stack)
    session_id = session_of(page)
    page.get_by_role("button", name="Anfrage senden").click()
    for label, text in zip(("Name", "E-Mail", "Adresse des Grundstücks"), TYPED, strict=True):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Absenden").click()
    expect(page.locator(".said")).to_contain_text("es wird nichts bestellt")
    (order,) = await_calls(page, sent, "finalize", 1)
    assert order["conversionStatus"] == "converted"
    assert order["orderId"] in page.locator(".said").inner_text()
    assert order["finalConfiguration"]["nest"] == "nest80"
    attempt = await_calls(page, sent, "save-configuration", 1)[0]
    assert (attempt["trigger"], attempt["clientPrice"]) == ("order_attempt", 228_139)
    page.goto("about:blank")
    journey = wait_for(lambda: converted(stack, session_id), WITHIN_S, "the conversion")
    assert journey["session"]["finalConfiguration"]["nest"] == "nest80"
    assert journey["insights"]["finalPrice"] == 228_139
    everything = "\n".join(f"{each.url} {each.post_data}" for each in sent)
    everything += json.dumps(journey, ensure_ascii=False)
    # Four digits alone are in an id now and then.
    for typed in ("Erika", "Muster", "muster.example", "Lindenweg", "8010 Graz"):
        assert typed not in everything


def test_an_order_that_is_broken_off_is_an_attempt_only(
    page: Page, stack: Stack, sent: list[Request]
) -> None:
    open_demo(page, stack)
    page.get_by_role("button", name="Anfrage senden").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Anfrage senden")).to_be_focused()
    assert await_calls(page, sent, "save-configuration", 1)[0]["trigger"] == "order_attempt"
    assert calls(sent, "finalize") == []


def test_the_start_the_view_and_each_choice_are_told_with_the_price_shown(
    page: Page, stack: Stack, sent: list[Request]
) -> None:
    open_demo(page, stack)
    created = await_calls(page, sent, "create", 1)[0]  # a slow answer makes the tracker ask again
    assert created["configuration"]["fenster"] == "pvc_fenster"
    assert await_events(page, sent, "page_view", 1)[0]["value"] == "/demo"
    page.locator("[value=nest120]").click()
    saved = await_calls(page, sent, "save-configuration", 1)[0]
    assert (saved["trigger"], saved["clientPrice"]) == ("auto_save", 296_430)
    assert saved["configuration"]["nest"] == "nest120"
    (selection,) = await_events(page, sent, "selection", 1)
    told = (selection["category"], selection["previousValue"], selection["value"])
    assert told == ("nest", "nest80", "nest120")


def test_what_follows_from_a_choice_and_what_is_taken_back_say_so(
    page: Page, stack: Stack, sent: list[Request]
) -> None:
    open_demo(page, stack)
    quantity = page.locator("input[name=pvanlage-measure]")
    quantity.fill("8")
    quantity.press("Tab")
    page.locator("[value=nest100]").click()
    expect(quantity).to_have_value("4")
    page.get_by_role("button", name="Rückgängig").click()
    expect(quantity).to_have_value("8")
    expect(page.locator("[value=nest80]")).to_be_checked()
    told = [
        (each["category"], each.get("value"), each.get("quantity"), each["cause"])
        for each in await_events(page, sent, "selection", 5)
    ]
    assert told == [
        ("pvanlage", "pv_modules", 8, "user"),
        ("nest", "nest100", None, "user"),
        ("pvanlage", "pv_modules", 4, "rule"),
        ("nest", "nest80", None, "undo"),
        ("pvanlage", "pv_modules", 8, "undo"),
    ]


def test_undo_goes_back_to_the_beginning_and_no_further(page: Page, stack: Stack) -> None:
    open_demo(page, stack)
    undo = page.get_by_role("button", name="Rückgängig")
    expect(undo).to_have_count(0)
    for option in ("nest100", "holzlattung", "fichte"):
        page.locator(f"[value={option}]").click()
    for _ in range(3):
        undo.click()
    page.keyboard.press("Enter")
    expect(page.locator(".dbar [data-total]")).to_have_text("228.139\xa0€")
    expect(undo).to_be_focused()
    expect(undo).to_have_attribute("aria-disabled", "true")
