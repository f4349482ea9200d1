"""Another maker's price list: every category has its step, and nothing speaks of houses."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.maker import bicycles, house_of
from tests.stack import Stack


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    bicycles().on(page)
    return page


def open_demo(page: Page, stack: Stack, query: str = "") -> list[str]:
    """What the page complains of, now and later."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{stack.url}/demo{query}")
    expect(page.locator(".dsum [data-total]")).not_to_be_empty()
    return said


def test_each_category_is_a_step_by_its_own_name(page: Page, stack: Stack) -> None:
    said = open_demo(page, stack)
    names = ["Rahmen", "Gears", "Brakes", "Lights", "Batteries", "Box lining", "Bells", "Box"]
    names += ["Print", "Ink"]
    assert page.locator(".dhead nav a").all_inner_texts() == names
    assert page.locator(".dstep h2").all_inner_texts() == names
    # City with the dynamo that is chosen at first, chain and rim brakes standing in: 1,190 + 90.
    expect(page.locator(".dbar [data-total]")).to_have_text("1.280\xa0€")
    expect(page.locator("[data-line=bicycle] dt")).to_contain_text("Fahrrad")
    assert said == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_speaks_of_houses(page: Page, stack: Stack, language: str) -> None:
    open_demo(page, stack, f"?lang={language}")
    page.get_by_role("button").filter(has_text="Anfrage senden").or_(
        page.get_by_role("button").filter(has_text="Send a request")
    ).click()
    text = (page.locator("body").inner_text() + page.title()).lower()
    for word in ("haus", "house", "nest", "m² ·", "grundstück", "plot", "wohnfläche", "20 %"):
        assert word not in text
    assert page.locator("svg.house").count() == 0


def test_an_area_and_a_material_with_its_quantity_can_be_chosen(page: Page, stack: Stack) -> None:
    said = open_demo(page, stack)
    page.locator("[data-category=frame] [value=cargo]").click()
    page.locator("[data-category=lining] [value=felt]").click()
    lining = page.locator("[name=lining-measure]")
    expect(lining).to_have_value("1")
    lining.fill("0.75")
    lining.press("Tab")
    page.locator("[data-category=batteries] [value=large]").click()
    # 3,590 + 90 + 0.75 x 75 (56.25, half up 56) + 600.
    expect(page.locator(".dbar [data-total]")).to_have_text("4.336\xa0€")
    more = page.locator("[data-category=batteries] .qty button").nth(1)
    more.click()  # two large ones are not offered
    expect(page.locator("[name=batteries-measure]")).to_have_value("3")
    expect(page.locator(".dbar [data-total]")).to_have_text("5.236\xa0€")
    # A city bicycle takes one battery, but no large one, and is lined with nothing.
    expect(page.locator("label:has([value=city]) .change")).to_have_text("nicht angeboten")
    assert said == []


def test_half_a_euro_is_rounded_as_the_server_does(page: Page, stack: Stack) -> None:
    """0.82 x 75 is 61.5 exactly, and a little less with floats."""
    open_demo(page, stack, "?c=frame,cargo;lining,felt,0.82")
    lining = page.locator("[data-category=lining]")
    expect(page.locator("[data-line=lining] dd")).to_have_text("62\xa0€")
    expect(lining.locator(".qty .op")).to_have_text("+\xa062\xa0€")
    expect(lining.locator(".none .change")).to_have_text("−\xa062\xa0€")


def test_what_is_not_offered_is_said_and_gives_no_price(page: Page, stack: Stack) -> None:
    open_demo(page, stack)
    disc = page.locator("label:has([value=disc])")
    expect(disc.locator(".change")).to_have_text("nicht angeboten")
    disc.click()
    expect(page.get_by_role("alert")).to_contain_text("wird in dieser Auswahl nicht angeboten")
    expect(page.locator(".dbar [data-total]")).to_have_text("–")
    expect(page.locator(".dsum [data-total]")).to_have_text("–")
    hub = page.locator("label:has([value=hub])")
    expect(hub.locator(".change")).to_have_text("Summe 1.880\xa0€")
    hub.click()
    expect(page.locator(".dbar [data-total]")).to_have_text("1.880\xa0€")


def test_before_the_base_is_chosen_nothing_has_a_price(page: Page, stack: Stack) -> None:
    open_demo(page, stack, "?c=lights,dynamo;bells,bell,2")
    expect(page.locator("[data-category=frame] .hint")).to_contain_text("sobald bei „Rahmen“")
    expect(page.locator("label:has([value=hub]) .change")).to_be_empty()
    # 1,190 + 90 + 2 x 7.
    expect(page.locator("label:has([value=city]) .change")).to_have_text("+\xa01.294\xa0€")


@pytest.mark.parametrize(("version", "name"), [("2025-06", "Nest. 120"), ("2025-08", "Nest 120")])
def test_an_older_list_of_houses_is_drawn_too(
    context: BrowserContext, stack: Stack, version: str, name: str
) -> None:
    page = context.new_page()
    house_of(version).on(page)
    said = open_demo(page, stack)
    page.locator("[value=nest120]").click()
    drawing = f"Zeichnung deines Hauses: {name} in Holzlattung Lärche Natur"
    expect(page.locator("svg.house")).to_have_attribute("aria-label", drawing)
    expect(page.locator(".h-dimtext")).to_have_text("6 Module · 115 m²")
    expect(page.locator(".mod:not(.open)")).to_have_count(6)
    assert said == []
