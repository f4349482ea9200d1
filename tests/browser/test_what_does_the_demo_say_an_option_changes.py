"""Beside each option stands what the price bar would do: what the server's totals differ by."""

import re
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.maker import (
    Choices,
    Maker,
    Server,
    bicycles,
    house_of,
    link_of,
    random_choices,
)
from tests.stack import Stack

SEED = 20251201
CONFIGURATIONS = 6
# Read in one go: what each control of a choice stands for, and what is written beside it.
SHOWN = """() => [...document.querySelectorAll('[data-category] input:not([type=number])')]
  .map((input) => ({
    category: input.name, option: input.value, checked: input.checked,
    says: input.closest('label').querySelector('.change').textContent,
    besides: input.closest('label').querySelector('.besides').textContent,
  }))"""
MORE = """() => [...document.querySelectorAll('.measure')].map((measure) => ({
    category: measure.closest('[data-category]').dataset.category,
    next: measure.querySelector('.next').textContent,
    says: measure.querySelector('.next .change').textContent,
  }))"""


@pytest.fixture(scope="module")
def server(stack: Stack) -> Iterator[Server]:
    with httpx.Client(base_url=stack.url, timeout=10) as http:
        yield Server(http)


def open_with(page: Page, stack: Stack, choices: Choices) -> None:
    page.goto(f"{stack.url}/demo?{link_of(choices)}")
    expect(page.locator(".dsum [data-total]")).not_to_be_empty()


def signed(text: str) -> int | None:
    """ "+ 24.413 €" as 24413; None where there is no such figure."""
    found = re.search(r"([+−])\xa0([\d.]+)\xa0€", text)
    if not found:
        return None
    amount = int(found[2].replace(".", ""))
    return amount if found[1] == "+" else -amount


def offered_at(category: dict[str, Any], option: str, size: str) -> list[int]:
    limit = category["limits"][size]
    if category["pricedBy"] != "quantity":
        return list(range(1, int(limit) + 1))
    return sorted(
        int(each) for each in category["prices"][option].get(size, {}) if 0 < int(each) <= limit
    )


def chosen(document: dict[str, Any], now: Choices, category_id: str, option: str) -> Choices:
    """The configuration after a click on that option; a size lowers what does not fit."""
    category = next(each for each in document["categories"] if each["id"] == category_id)
    after = {name: choice for name, choice in now.items() if name != category_id}
    if option and category["kind"] in ("quantity", "area"):
        after[category_id] = measured(category, option, now.get(category_id), now[document["base"]])
    elif option:
        after[category_id] = option
    if category_id == document["base"]:
        for other in document["categories"]:
            if other["id"] in after and "limits" in other:
                lowered = lower(other, after[other["id"]], option)
                after = {name: each for name, each in after.items() if name != other["id"]}
                after |= {other["id"]: lowered} if lowered else {}
    return after


def measured(category: dict[str, Any], option: str, now: Any, size: str) -> Any:
    if category["kind"] == "area":
        wanted = now["squareMeters"] if now else 1
        return {"value": option, "squareMeters": min(wanted, category["limits"][size])}
    wanted = now["quantity"] if now else 1
    offered = offered_at(category, option, size)
    fitting = [each for each in offered if each <= wanted]
    return {"value": option, "quantity": fitting[-1] if fitting else offered[0] if offered else 0}


def lower(category: dict[str, Any], choice: dict[str, Any], size: str) -> Any:
    option = choice["value"]
    if category["kind"] == "area":
        most = min(choice["squareMeters"], category["limits"][size])
        return {"value": option, "squareMeters": most} if most else None
    fitting = [each for each in offered_at(category, option, size) if each <= choice["quantity"]]
    return {"value": option, "quantity": fitting[-1]} if fitting else None


def on_request(answer: dict[str, Any] | None) -> set[str]:
    lines: list[dict[str, Any]] = answer["breakdown"] if answer else []
    return {line["category"] for line in lines if line.get("onRequest")}


def line_of(document: dict[str, Any], category_id: str) -> str:
    category = next(each for each in document["categories"] if each["id"] == category_id)
    return category.get("group", category_id)


def check_what_is_shown(page: Page, maker: Maker, now: Choices) -> int:
    """Returns how many figures were compared."""
    document = maker.document()
    before = maker.price(now)
    assert before is not None
    figures = 0
    for shown in page.evaluate(SHOWN):
        category, option = shown["category"], shown["option"]
        after = maker.price(chosen(document, now, category, option))
        line = line_of(document, category)
        if shown["checked"]:
            assert shown["says"] in ("", "inklusive", "im Preis", "auf Anfrage"), shown
        elif after is None:
            assert shown["says"] == "nicht angeboten", shown
        elif option and line in on_request(after):
            assert shown["says"] == "auf Anfrage", shown
            difference = after["totalPrice"] - before["totalPrice"]
            assert (signed(shown["besides"]) or 0) == difference, shown
        elif option or line not in on_request(before):
            difference = after["totalPrice"] - before["totalPrice"]
            assert (signed(shown["says"]) or 0) == difference, (shown, difference)
            assert shown["says"] in ("inklusive", "gleicher Preis") or difference, shown
            figures += 1
    return figures


@pytest.mark.parametrize("name", ["in force", "2025-08", "2025-06", "bicycles"])
def test_each_difference_is_that_of_the_totals(
    page: Page, stack: Stack, server: Server, name: str
) -> None:
    maker: Maker = server
    if name != "in force":
        other = bicycles() if name == "bicycles" else house_of(name)
        other.on(page)
        maker = other
    random = Random(SEED)
    figures = 0
    for _ in range(CONFIGURATIONS):
        now = random_choices(maker, random)
        open_with(page, stack, now)
        figures += check_what_is_shown(page, maker, now)
    assert figures > 5 * CONFIGURATIONS


def test_one_more_of_a_kind_costs_what_stands_beside_it(
    page: Page, stack: Stack, server: Server
) -> None:
    now: Choices = {
        "nest": "nest160",
        "pvanlage": {"value": "pv_modules", "quantity": 4},
        "geschossdecke": {"value": "geschossdecke_module", "quantity": 2},
    }
    open_with(page, stack, now)
    more = {each["category"]: each for each in page.evaluate(MORE)}
    assert more["pvanlage"]["next"] == "16 statt 4:+\xa029.253\xa0€"
    assert more["geschossdecke"]["next"] == "3 statt 2:+\xa04.115\xa0€"
    after = now | {"pvanlage": {"value": "pv_modules", "quantity": 16}}
    totals = [server.price(choices) for choices in (now, after)]
    assert [answer and answer["totalPrice"] for answer in totals] == [398_344, 427_597]


def test_a_click_moves_the_price_bar_by_what_stood_beside_the_option(
    page: Page, stack: Stack
) -> None:
    page.goto(f"{stack.url}/demo")
    total = page.locator(".dbar [data-total]")
    expect(total).to_have_text("228.139\xa0€")
    for option, stood, then in (
        ("[value=nest100]", "+\xa045.476\xa0€", "273.615\xa0€"),
        ("[value=medium]", "+\xa05.312\xa0€", "278.927\xa0€"),
        ("[value=holz]", "+\xa09.208\xa0€", "288.135\xa0€"),
        ("[value=light]", "−\xa06.681\xa0€", "281.454\xa0€"),
        ("[name=fundament]", "+\xa019.350\xa0€", "300.804\xa0€"),
    ):
        row = page.locator(f"label:has({option})")
        expect(row.locator(".change")).to_have_text(stood)
        row.click()
        expect(total).to_have_text(then)
        expect(row.locator(".change")).to_have_text("im Preis")


def test_what_else_would_be_on_request_is_said_at_the_size(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/demo")
    larger = page.locator("label:has([value=nest120])")
    # 296,430 instead of 213,032, and the windows' 15,107 are gone from the total.
    expect(larger.locator(".change")).to_have_text("+\xa068.291\xa0€")
    expect(larger.locator(".besides")).to_have_text("Fenster & Belichtung auf Anfrage")
    larger.click()
    expect(page.locator("label:has([value=medium]) .change")).to_have_text("auf Anfrage")
    expect(page.locator("[data-line=windows] dd")).to_contain_text("nicht in der Summe")


def test_what_leads_out_of_a_choice_without_a_price_is_shown(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/demo")
    quantity = page.locator("input[name=pvanlage-measure]")
    quantity.fill("6")
    quantity.press("Tab")
    expect(page.get_by_role("alert")).to_contain_text("PV-Anlage")
    # A larger house takes 4 of them: 254,731 + 18,884 + 10,286.
    row = page.locator("label:has([value=nest100])")
    expect(row.locator(".change")).to_have_text("Summe 283.901\xa0€")
    row.click()
    expect(page.locator(".dbar [data-total]")).to_have_text("283.901\xa0€")
