from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.shop import session_of
from tests.stack import Stack
from tests.waiting import wait_for

WITHIN_S = 2.0


@dataclass(frozen=True)
class Click:
    """A control of the demo, and what the journey must tell of it. Prices in whole euros."""

    control: str
    category: str
    before: str | None
    after: str
    price: int
    price_delta: int


def option(category: str, value: str) -> str:
    return f"input[name={category}][value={value}]"


def one_more(category: str) -> str:
    return f"[data-category={category}] .qty button >> nth=1"


PRICE_AT_START = 228_139
WALK = (
    Click(option("nest", "nest100"), "nest", "nest80", "nest100", 273_615, 45_476),
    Click(
        option("gebaeudehuelle", "holzlattung"),
        "gebaeudehuelle",
        "trapezblech",
        "holzlattung",
        302_238,
        28_623,
    ),
    Click(
        option("innenverkleidung", "fichte"),
        "innenverkleidung",
        "ohne_innenverkleidung",
        "fichte",
        329_550,
        27_312,
    ),
    Click(option("fussboden", "parkett"), "fussboden", "ohne_belag", "parkett", 355_921, 26_371),
    Click(
        option("bodenaufbau", "elektrische_fussbodenheizung"),
        "bodenaufbau",
        "ohne_heizung",
        "elektrische_fussbodenheizung",
        355_921,
        0,
    ),
    Click(
        option("belichtungspaket", "medium"), "belichtungspaket", "light", "medium", 361_233, 5_312
    ),
    Click(option("fenster", "holz"), "fenster", "pvc_fenster", "holz", 370_441, 9_208),
    Click(one_more("pvanlage"), "pvanlage", None, "pv_modules", 374_375, 3_934),
    Click(one_more("geschossdecke"), "geschossdecke", None, "geschossdecke_module", 378_490, 4_115),
    Click(option("fundament", "enabled"), "fundament", None, "enabled", 397_840, 19_350),
    Click(option("kamindurchzug", "enabled"), "kamindurchzug", None, "enabled", 398_727, 887),
    Click(option("planungspaket", "plus"), "planungspaket", "basis", "plus", 403_627, 4_900),
)


def open_demo(page: Page, stack: Stack) -> str:
    """The session's id, once the page shows a price."""
    page.goto(f"{stack.url}/demo")
    expect(page.locator(".dsum [data-total]")).not_to_be_empty()
    return session_of(page)


def selections(stack: Stack, session_id: str) -> list[dict[str, Any]]:
    journey = stack.journey(session_id)
    steps: list[dict[str, Any]] = journey["timeline"] if journey else []
    return [step for step in steps if step["kind"] == "selection"]


def selected(rows: list[dict[str, Any]]) -> list[str]:
    return [row["selectionValue"] for row in rows if row["eventType"] == "selection"]


def test_each_click_of_a_walk_is_told_within_two_seconds_with_its_price(
    page: Page, stack: Stack
) -> None:
    session_id = open_demo(page, stack)
    for number, click in enumerate(WALK, start=1):
        page.locator(click.control).click()
        steps = wait_for(
            lambda number=number: (
                found if len(found := selections(stack, session_id)) >= number else None
            ),
            WITHIN_S,
            f"{number} selections",
        )
        assert len(steps) == number
        last = steps[-1]
        assert (last["category"], last["price"], last["priceDelta"]) == (
            click.category,
            click.price,
            click.price_delta,
        )
    journey = stack.journey(session_id)
    assert journey is not None
    told = [
        (row["category"], row["previousValue"], row["selectionValue"])
        for row in journey["interactions"]
        if row["eventType"] == "selection"
    ]
    assert told == [(click.category, click.before, click.after) for click in WALK]
    assert journey["insights"]["firstPrice"] == PRICE_AT_START


def test_what_the_page_shows_is_what_is_stored(page: Page, stack: Stack) -> None:
    session_id = open_demo(page, stack)
    page.locator(option("nest", "nest120")).click()
    page.get_by_role("button", name="Konfiguration merken").click()
    # 296.430 for the house; its windows are on request at this size.
    expect(page.locator(".dsum [data-total]")).to_have_text("296.430\u00a0€")
    expect(page.locator("[data-line=windows] dd")).to_contain_text("auf Anfrage")
    snapshot = wait_for(
        lambda: next(
            (
                row
                for row in (stack.journey(session_id) or {"snapshots": []})["snapshots"]
                if row["totalPrice"] == 296_430
            ),
            None,
        ),
        WITHIN_S,
        "a saved configuration",
    )
    assert snapshot["configurationData"]["nest"] == "nest120"
    assert snapshot["clientPrice"] is None, "a price like ours is not kept twice"


def test_a_reload_keeps_the_session_and_loses_nothing(page: Page, stack: Stack) -> None:
    session_id = open_demo(page, stack)
    for size in ("nest100", "nest120", "nest140"):
        page.locator(option("nest", size)).click()
        page.reload()
        expect(page.locator(option("nest", size))).to_be_checked()
        assert session_of(page) == session_id
    rows = wait_for(
        lambda: (
            rows
            if len(selected(rows := stack.interactions(session_id))) == 3
            and len({row["page"] for row in rows}) == 4
            else None
        ),
        WITHIN_S,
        "three selections on four page loads",
    )
    assert selected(rows) == ["nest100", "nest120", "nest140"]


def test_two_tabs_share_one_session_and_count_their_own_pages(
    context: BrowserContext, stack: Stack
) -> None:
    first, second = context.new_page(), context.new_page()
    session_id = open_demo(first, stack)
    assert open_demo(second, stack) == session_id
    first.locator(option("nest", "nest100")).click()
    second.locator(option("nest", "nest120")).click()
    first.locator(option("fussboden", "parkett")).click()
    rows = wait_for(
        lambda: rows if len(selected(rows := stack.interactions(session_id))) == 3 else None,
        WITHIN_S,
        "three selections",
    )
    by_page: dict[str, list[int]] = {}
    for row in rows:
        by_page.setdefault(row["page"], []).append(row["sequence"])
    assert len(by_page) == 2
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_page.values())
    assert selected(rows) == ["nest100", "nest120", "parkett"]


def test_an_order_converts_the_session_and_tells_no_name(page: Page, stack: Stack) -> None:
    session_id = open_demo(page, stack)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.get_by_role("button", name="Anfrage senden").click()
    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_label("E-Mail").fill("ada@example.org")
    page.get_by_label("Adresse").fill("Hauptplatz 1")
    page.get_by_role("button", name="Absenden").click()
    expect(page.get_by_role("status")).to_contain_text("notiert")
    journey = wait_for(
        lambda: (
            journey
            if (journey := stack.journey(session_id))
            and journey["session"]["conversionStatus"] == "converted"
            else None
        ),
        WITHIN_S,
        "a conversion",
    )
    triggers = [row["triggerEvent"] for row in journey["snapshots"]]
    assert "order_attempt" in triggers
    assert not any("Lovelace" in body or "Hauptplatz" in body for body in sent)
