import gzip
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from nesthaus.pages import WEB
from tests.browser.maker import house_of
from tests.browser.shop import HeldBack
from tests.stack import Stack
from tests.waiting import wait_for

MOST_BYTES = 4096
STEPS = ["#groesse", "#huelle", "#innen", "#boden", "#licht", "#strom", "#ausbau", "#planung"]
# What has the focus, and whether that can be seen: an outline on it or on its label.
FOCUS = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const outlined = (each) => each && getComputedStyle(each).outlineStyle !== 'none';
  const seen = outlined(element) || outlined(element.closest('label'));
  return {name: element.getAttribute('href') ?? element.name ?? element.textContent, seen};
}"""
SMALL = """() => [...document.querySelectorAll('a:not(.skip), button, label, input')]
  .filter((each) => each.checkVisibility({visibilityProperty: true}))
  .filter((each) => !(each.type === 'radio' || each.type === 'checkbox'))
  .filter((each) => each.getBoundingClientRect().height < 43.9)
  .map((each) => each.outerHTML.slice(0, 80))"""


def test_the_tracker_is_small() -> None:
    assert len(gzip.compress((WEB / "tracker.js").read_bytes(), 9)) <= MOST_BYTES


@pytest.mark.parametrize("path", ["/demo", "/demo?lang=en", "/api/docs"])
def test_a_page_loads_without_a_complaint_and_from_one_host(
    page: Page, stack: Stack, path: str
) -> None:
    said: list[str] = []
    hosts: set[str | None] = set()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.goto(f"{stack.url}{path}", wait_until="networkidle")
    expect(page.get_by_role("heading").first).to_be_visible()
    assert said == []
    assert hosts <= {"127.0.0.1", None, ""}


@pytest.mark.parametrize("width", [320, 390, 700, 1100, 1280])
def test_nothing_sticks_out_sideways(page: Page, stack: Stack, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{stack.url}/demo")
    expect(page.locator(".dsum [data-total]")).not_to_be_empty()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_house_is_configured_with_the_keyboard_alone(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/demo")
    expect(page.locator("input[value=nest80]")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.locator("input[value=nest80]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("input[value=nest100]")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[value=holzlattung]")).to_be_checked()
    expect(page.locator(".dbar [data-total]")).to_have_text("302.238\u00a0€")


def test_the_focus_goes_through_the_page_in_order_and_is_seen(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/demo")
    expect(page.locator(".dsum [data-total]")).not_to_be_empty()
    reached: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        where = page.evaluate(FOCUS)
        if where is None:
            break
        assert where["seen"], where
        reached.append(where["name"])
    links = [name for name in reached if name.startswith("#")]
    assert links == ["#content", "#content", *STEPS, "#summe"]
    fields = ["nest", "gebaeudehuelle", "innenverkleidung", "fussboden", "bodenaufbau"]
    fields += ["belichtungspaket", "fenster", "pvanlage-measure", "geschossdecke-measure"]
    fields += ["fundament", "kamindurchzug", "planungspaket"]
    assert [name for name in reached if name in fields] == fields


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_whatever_is_touched_is_44_pixels_high(page: Page, stack: Stack, query: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{stack.url}/demo{query}")
    page.locator("input[value=nest100]").click()
    page.locator("[data-nest-value=order]").click()
    small = page.evaluate(SMALL)
    assert small == []


def test_nothing_moves_where_less_motion_is_wished(context: BrowserContext, stack: Stack) -> None:
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{stack.url}/demo")
    page.locator("input[value=nest160]").click()
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_the_drawing_shows_what_is_chosen(page: Page, stack: Stack) -> None:
    choices = "nest,nest120;gebaeudehuelle,fassadenplatten_weiss;belichtungspaket,bright"
    choices += ";fenster,holz;pvanlage,pv_modules,3;kamindurchzug,enabled"
    page.goto(f"{stack.url}/demo?c={choices}")
    house = page.locator("svg.house.fassadenplatten_weiss.frames-holz")
    expect(house.locator(".mod:not(.open)")).to_have_count(6)
    expect(house.locator(".h-window:not(.absent)")).to_have_count(6)
    expect(house.locator(".h-pv:not(.absent)")).to_have_count(3)
    expect(house.locator(".h-chimney:not(.absent)")).to_have_count(1)
    expect(house.locator(".h-slab")).to_have_count(0)
    page.locator("[name=fundament]").click()
    page.locator("[data-category=geschossdecke] .qty button").nth(1).click()
    page.locator("input[value=light]").click()
    expect(house.locator(".h-slab")).to_have_count(1)
    expect(house.locator(".h-beam")).to_have_count(1)
    expect(house.locator(".h-window:not(.absent)")).to_have_count(2)
    page.locator("[name=kamindurchzug]").click()
    expect(house.locator(".h-chimney.absent")).to_have_count(1)


def test_a_quantity_steps_over_what_is_not_offered_and_shrinks_with_the_house(
    page: Page, stack: Stack
) -> None:
    page.goto(f"{stack.url}/demo")
    quantity = page.locator("input[name=pvanlage-measure]")
    more = page.locator("[data-category=pvanlage] .qty button").nth(1)
    # Nest 80 takes 1 to 4 modules, or 8.
    for expected in ("1", "2", "3", "4", "8"):
        more.click()
        expect(quantity).to_have_value(expected)
    expect(more).to_be_disabled()
    quantity.fill("6")
    quantity.press("Tab")
    expect(page.get_by_role("alert")).to_contain_text("PV-Anlage")
    expect(page.locator(".dbar [data-total]")).to_have_text("–")
    # Nest 100 takes 1 to 4.
    page.locator("input[value=nest100]").click()
    expect(quantity).to_have_value("4")
    expect(page.locator(".dbar [data-total]")).to_have_text("283.901\u00a0€")


def test_an_old_answer_never_overwrites_a_newer_price(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/demo")
    expect(page.locator(".dbar [data-total]")).to_have_text("228.139\u00a0€")
    held = HeldBack(page, "**/api/pricing/calculate")
    for asked, size in enumerate(("nest100", "nest160"), start=1):
        page.locator(f"input[value={size}]").click()
        wait_for(
            lambda asked=asked: page.evaluate("1") and len(held.calls) == asked, 10, "a question"
        )
    old, new = held.calls
    with page.expect_response("**/api/pricing/calculate"):
        new.continue_()
    expect(page.locator(".dbar [data-total]")).to_have_text("379.828\u00a0€")
    with page.expect_response("**/api/pricing/calculate"):
        old.continue_()
    expect(page.locator(".dbar [data-total]")).to_have_text("379.828\u00a0€")


def test_a_price_that_cannot_be_had_is_said_plainly(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/demo")
    expect(page.locator(".dbar [data-total]")).to_have_text("228.139\u00a0€")
    page.route("**/api/pricing/calculate", lambda route: route.abort())
    page.locator("input[value=nest100]").click()
    expect(page.get_by_role("alert")).to_have_text(
        "Der Preis wurde nicht berechnet. Deine Auswahl bleibt."
    )
    for total in page.locator("[data-total]").all():
        expect(total).to_have_text("–")
    page.unroute("**/api/pricing/calculate")
    page.get_by_role("button", name="Erneut versuchen").click()
    expect(page.locator(".dbar [data-total]")).to_have_text("273.615\u00a0€")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_slow_price_leaves_the_old_one_paler_and_the_page_in_use(
    page: Page, stack: Stack
) -> None:
    page.goto(f"{stack.url}/demo")
    expect(page.locator(".dbar [data-total]")).to_have_text("228.139\u00a0€")
    held = HeldBack(page, "**/api/pricing/calculate")
    page.locator("input[value=nest100]").click()
    wait_for(lambda: page.evaluate("1") and held.calls, 10, "a question")
    expect(page.locator(".dbar.stale [data-total]")).to_have_text("228.139\u00a0€")
    expect(page.locator(".dsum.stale [data-total]")).to_have_text("228.139\u00a0€")
    # What options change is known without asking.
    expect(page.locator("label:has([value=holzlattung]) .change")).to_have_text(
        "+\u00a028.623\u00a0€"
    )
    expect(page.locator("svg.house")).to_have_attribute("aria-label", re.compile("Hoam 100"))
    held.let_go()
    expect(page.locator(".dbar:not(.stale) [data-total]")).to_have_text("273.615\u00a0€")


def test_a_price_list_that_comes_into_force_meanwhile_is_taken_over(
    page: Page, stack: Stack
) -> None:
    august = house_of("2025-08")
    page.route("**/api/pricing/data", lambda route: route.fulfill(json=august.document()))
    page.route("**/api/pricing/calculate", lambda route: route.abort())
    page.goto(f"{stack.url}/demo?c=nest,nest80;innenverkleidung,kiefer")
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute("**/api/pricing/data")
    page.unroute("**/api/pricing/calculate")
    page.get_by_role("button", name="Erneut versuchen").click()
    # The old list knows pine, the server's does not: it is asked without it.
    expect(page.get_by_role("alert")).to_contain_text("Innenverkleidung")
    page.locator("[value=fichte]").click()
    expect(page.locator(".notice")).to_contain_text("Seit eben gilt Preisliste 2025-12.")
    # 213,032 and 23,683 for spruce.
    expect(page.locator(".dbar [data-total]")).to_have_text("236.715\u00a0€")


def test_without_a_price_list_the_page_says_so_and_tries_again(page: Page, stack: Stack) -> None:
    page.route("**/api/pricing/data", lambda route: route.fulfill(status=503))
    page.goto(f"{stack.url}/demo")
    expect(page.get_by_role("alert")).to_contain_text("Die Preisliste wurde nicht geladen.")
    page.unroute("**/api/pricing/data")
    page.get_by_role("button", name="Erneut versuchen").click()
    expect(page.locator("input[value=nest80]")).to_be_checked()


def test_the_demo_works_where_the_tracker_is_blocked(context: BrowserContext, stack: Stack) -> None:
    context.route("**/tracker.js", lambda route: route.abort())
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{stack.url}/demo")
    page.locator("input[value=nest100]").click()
    expect(page.locator(".dbar [data-total]")).to_have_text("273.615\u00a0€")
    page.get_by_role("button", name="Konfiguration merken").click()
    expect(page.get_by_role("status")).to_contain_text("Gemerkt")
    assert errors == []
