import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.maker import bicycles
from tests.browser.shop import session_of
from tests.stack import Stack
from tests.waiting import wait_for

WITHIN_S = 5.0
CHOSEN = """() => Object.fromEntries(
  [...document.querySelectorAll('[data-category] :checked, [name$=-measure]')]
    .filter((input) => input.value && input.value !== '0')
    .map((input) => [input.name, input.value]))"""
COPIED = """() => {
  Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => {
    window.copied = text; }}});
}"""
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
NO_STORAGE = """for (const name of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError'); }})"""
HOUSE = {
    "nest": "nest100",
    "gebaeudehuelle": "holzlattung",
    "innenverkleidung": "fichte",
    "fussboden": "ohne_belag",
    "belichtungspaket": "medium",
    "fenster": "holz",
    "bodenaufbau": "ohne_heizung",
    "pvanlage-measure": "3",
    "fundament": "enabled",
    "planungspaket": "basis",
}


def shows_a_price(page: Page) -> None:
    expect(page.locator(".dsum [data-total]")).not_to_be_empty()


def build_a_house(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/demo?utm_source=letter")
    for option in ("nest100", "holzlattung", "fichte", "medium", "holz"):
        page.locator(f"[value={option}]").click()
    page.locator("[name=fundament]").click()
    for _ in range(3):
        page.locator("[data-category=pvanlage] .qty button").nth(1).click()
    expect(page.locator(".dbar [data-total]")).to_have_text("371.589\xa0€")


def copied_link(page: Page) -> str:
    page.evaluate(COPIED)
    page.get_by_role("button", name="Link kopieren").click()
    expect(page.locator(".said")).to_contain_text("Link kopiert")
    return page.evaluate("window.copied")


def look_for(session: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    return wait_for(session, WITHIN_S, "the session's configuration")


def test_somebody_else_sees_the_same_house_at_the_same_price(
    page: Page, stack: Stack, chromium: Browser
) -> None:
    build_a_house(page, stack)
    link = copied_link(page)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/demo\?c=[\w,;]+", link)
    stranger = chromium.new_context()
    there = stranger.new_page()
    there.goto(link)
    expect(there.locator(".dbar [data-total]")).to_have_text("371.589\xa0€")
    assert there.evaluate(CHOSEN) == HOUSE
    assert there.locator(".notice").count() == 0
    stranger.close()


def test_the_link_works_percent_encoded_and_with_something_added(page: Page, stack: Stack) -> None:
    query = "c=nest%2Cnest120%3Bpvanlage%2Cpv_modules%2C2&fbclid=x"
    page.goto(f"{stack.url}/demo?lang=en&{query}#huelle")
    shows_a_price(page)
    assert page.evaluate(CHOSEN) == {"nest": "nest120", "pvanlage-measure": "2"}
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_address_itself_follows_the_choices_and_survives_a_reload_without_storage(
    context: BrowserContext, stack: Stack
) -> None:
    context.add_init_script(NO_STORAGE)
    page = context.new_page()
    build_a_house(page, stack)
    page.reload()
    expect(page.locator(".dbar [data-total]")).to_have_text("371.589\xa0€")
    assert page.evaluate(CHOSEN) == HOUSE
    page.get_by_role("button", name="Konfiguration merken").click()
    expect(page.locator(".said")).to_contain_text("Dieser Browser merkt sich nichts.")


def test_the_other_language_keeps_the_house(context: BrowserContext, stack: Stack) -> None:
    context.add_init_script(NO_STORAGE)
    page = context.new_page()
    build_a_house(page, stack)
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".dbar [data-total]")).to_have_text("€371,589")
    assert page.evaluate(CHOSEN) == HOUSE


def test_the_language_once_chosen_is_that_of_the_next_visit(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/demo?lang=en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your house, step by step.")
    page.goto(f"{stack.url}/demo")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your house, step by step.")


def test_a_session_starts_with_the_house_of_the_link(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/demo?c=nest,nest160;gebaeudehuelle,fassadenplatten_weiss")
    shows_a_price(page)
    session_id = session_of(page)
    journey = look_for(lambda: stack.journey(session_id))
    # 379,828 + 60,851, without a click.
    assert journey["insights"]["firstPrice"] == 440_679
    assert [row for row in journey["interactions"] if row["eventType"] == "selection"] == []


def test_what_the_price_list_no_longer_has_is_said_and_the_rest_is_kept(
    page: Page, stack: Stack
) -> None:
    choices = "nest,nest100;innenverkleidung,kiefer;pvanlage,pv_modules,9;grundstueckscheck,ja"
    page.goto(f"{stack.url}/demo?c={choices};fenster;fussboden,parkett")
    expect(page.locator(".notice li")).to_have_text(
        [
            "Innenverkleidung: „kiefer“ steht nicht in Preisliste 2025-12.",
            "PV-Anlage: 4 statt 9, mehr wird so nicht angeboten.",
            "„grundstueckscheck“ gibt es in Preisliste 2025-12 nicht.",
            "Fenster & Türen: im Link war keine Auswahl zu lesen.",
        ]
    )
    shows_a_price(page)
    assert page.evaluate(CHOSEN) == {
        "nest": "nest100",
        "fussboden": "parkett",
        "pvanlage-measure": "4",
    }


def test_nonsense_in_the_address_harms_nothing(page: Page, stack: Stack) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for nonsense in ("", ";;,,", "__proto__,x;constructor,y", "nest,nest80,NaN;<b>,%3Cimg%3E"):
        page.goto(f"{stack.url}/demo?c={nonsense}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator(".dbar.stale")).to_have_count(0)
        assert page.locator(".notice :is(b b, img)").count() == 0
    assert errors == []


def test_where_copying_is_refused_the_link_stands_there_to_be_copied(
    page: Page, stack: Stack
) -> None:
    page.goto(f"{stack.url}/demo?c=nest,nest140")
    shows_a_price(page)
    page.evaluate(NO_CLIPBOARD)
    page.get_by_role("button", name="Link kopieren").click()
    field = page.get_by_label("Link zu dieser Konfiguration")
    expect(field).to_be_focused()
    expect(field).to_have_value(f"{stack.url}/demo?c=nest,nest140")
    assert page.evaluate("getSelection().toString()") == f"{stack.url}/demo?c=nest,nest140"


def test_a_link_to_another_maker_s_goods_keeps_square_metres(page: Page, stack: Stack) -> None:
    bicycles().on(page)
    page.goto(f"{stack.url}/demo?c=frame,cargo;lining,felt,0.75;batteries,small,2")
    expect(page.locator(".dbar [data-total]")).to_have_text("4.346\xa0€")
    page.locator("[value=large]").first.click()
    assert "c=frame,cargo;batteries,large,1;lining,felt,0.75" in page.url
