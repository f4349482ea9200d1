"""The list of sessions, and the replay of one."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.dashboard.people import assert_accessible, assert_not_sideways
from tests.stack import Stack
from tests.waiting import wait_for

LISTED = "/api/admin/sessions"
WITHIN_S = 10.0
# Each is another choice than the one before, and costs something else.
WALK = (("nest", "nest120"), ("fussboden", "parkett"), ("nest", "nest80"), ("nest", "nest100"))


class Told(NamedTuple):
    """A row of the list: what the page writes of a session."""

    session_id: str
    interactions: str
    last_price: str
    status: str


STATUSES = {"converted": "Ordered", "abandoned": "Abandoned", "ongoing": "Going on"}


def euros(amount: int | None) -> str:
    return "–" if amount is None else f"€{amount:,}"


def rows_of(page: Page) -> list[Told]:
    table = page.get_by_role("table", name="List of sessions")
    expect(table).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    cells = table.evaluate(
        """table => [...table.tBodies[0].rows].map(row => [
            row.querySelector('[title]').title,
            ...[4, 5, 6].map(column => row.cells[column].firstElementChild?.textContent
                ?? row.cells[column].textContent),
        ])"""
    )
    return [Told(*row) for row in cells]


def shows(page: Page, rows: list[Told]) -> None:
    """What is listed before an answer comes stays until then."""
    wait_for(lambda: rows_of(page) == rows, WITHIN_S, f"{len(rows)} rows as told")


def told(items: list[dict[str, Any]]) -> list[Told]:
    return [
        Told(
            row["sessionId"],
            f"{row['totalInteractions']:,}",
            euros(row["lastPrice"]),
            STATUSES[row["conversionStatus"]],
        )
        for row in items
    ]


def region(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("region", name=name, exact=isinstance(name, str))


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="Moment in the session")


def send(stack: Stack, path: str, body: dict[str, Any]) -> None:
    httpx.post(f"{stack.url}/api/{path}", json=body).raise_for_status()


def stored(stack: Stack, session_id: str, interactions: int) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        journey = stack.journey(session_id)
        return journey if journey and len(journey["interactions"]) >= interactions else None

    return wait_for(look, WITHIN_S, f"{interactions} interactions of {session_id}")


@pytest.mark.parametrize(
    "query",
    [
        {"timeRange": "7d"},
        {"timeRange": "90d", "bots": "only"},
        {"deviceType": "mobile"},
        {"utmSource": "instagram", "minPrice": "250000"},
        {"category": "nest", "value": "nest160"},
        {"status": "converted"},
        {"status": "abandoned", "browser": "Chrome"},
        {"q": "a7"},
    ],
)
def test_the_list_is_what_the_api_lists(page: Page, stack: Stack, query: dict[str, str]) -> None:
    listed = stack.get(LISTED, **query, limit="50")["items"]
    assert listed, "the seed has no such session"
    page.goto(f"/admin/sessions?{httpx.QueryParams(query)}")
    shows(page, told(listed))


def test_the_answer_above_the_list_has_the_figures_of_the_overview(
    page: Page, stack: Stack
) -> None:
    page.goto("/admin/sessions?timeRange=90d")
    overview = stack.get("/api/admin/analytics/overview", timeRange="90d")["overview"]
    answer = page.locator("h1 + p")
    expect(answer).to_contain_text(f"{overview['totalSessions']:,} sessions")
    expect(answer).to_contain_text(f"ordered: {overview['convertedSessions']:,}")


def test_pages_lead_on_and_back_and_a_reload_stays_on_its_page(page: Page, stack: Stack) -> None:
    pages = [stack.get(LISTED, timeRange="90d", limit="50")]
    for _ in range(2):
        cursor = pages[-1]["nextCursor"]
        pages.append(stack.get(LISTED, timeRange="90d", limit="50", cursor=cursor))
    first, second, third = (told(each["items"]) for each in pages)

    page.goto("/admin/sessions?timeRange=90d")
    pager = page.get_by_role("navigation", name="Pages")
    expect(pager).to_contain_text("Page 1, 50 sessions")
    expect(pager.get_by_role("button", name="Previous")).to_be_disabled()
    for number, rows in ((2, second), (3, third)):
        pager.get_by_role("button", name="Next").click()
        expect(pager).to_contain_text(f"Page {number},")
        shows(page, rows)
    page.reload()
    expect(pager).to_contain_text("Page 3,")
    shows(page, third)
    for number, rows in ((2, second), (1, first)):
        pager.get_by_role("button", name="Previous").click()
        expect(pager).to_contain_text(f"Page {number},")
        shows(page, rows)
    expect(page).to_have_url("/admin/sessions?timeRange=90d")


def test_a_link_into_the_middle_shows_that_page_and_leads_to_the_first(
    page: Page, stack: Stack
) -> None:
    first = stack.get(LISTED, timeRange="90d", limit="50")
    second = stack.get(LISTED, timeRange="90d", limit="50", cursor=first["nextCursor"])
    query = httpx.QueryParams({"timeRange": "90d", "cursor": first["nextCursor"]})
    page.goto(f"/admin/sessions?{query}")
    shows(page, told(second["items"]))
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("Page 1,")
    shows(page, told(first["items"]))


def test_status_and_part_of_an_id_are_chosen_in_the_page_and_stay_in_the_address(
    page: Page, stack: Stack
) -> None:
    page.goto("/admin/sessions?timeRange=90d")
    page.get_by_label("Status").select_option("converted")
    expect(page).to_have_url("/admin/sessions?timeRange=90d&status=converted")
    page.get_by_label("Part of a session's id").fill("a")
    page.get_by_role("button", name="Find").click()
    expect(page).to_have_url("/admin/sessions?timeRange=90d&status=converted&q=a")
    listed = stack.get(LISTED, timeRange="90d", status="converted", q="a", limit="50")["items"]
    assert listed
    shows(page, told(listed))


def test_filters_that_nothing_matches_are_cleared_all_at_once(page: Page) -> None:
    page.goto("/admin/sessions?timeRange=90d&deviceType=tablet&status=converted&q=no-such-id")
    expect(page.get_by_text("No session matches these 3 filters.")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url("/admin/sessions?timeRange=90d")
    assert rows_of(page)


def test_a_range_without_sessions_offers_a_wider_one(page: Page) -> None:
    page.goto("/admin/sessions?since=2020-01-01&until=2020-01-02")
    expect(page.get_by_text("No session in this range.").last).to_be_visible()
    page.get_by_role("button", name="Show 90 days").click()
    expect(page).to_have_url("/admin/sessions?timeRange=90d")
    assert rows_of(page)


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson"])
def test_a_download_holds_the_sessions_that_are_listed(page: Page, stack: Stack, kind: str) -> None:
    query = {"timeRange": "90d", "status": "converted"}
    page.goto(f"/admin/sessions?{httpx.QueryParams(query)}")
    rows_of(page)
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as caught:
        page.get_by_role("button", name=f"Sessions ({kind.upper()})").click()
    text = Path(caught.value.path()).read_text("utf-8-sig")
    rows: list[dict[str, Any]] = {
        "csv": lambda: list(csv.DictReader(io.StringIO(text))),
        "json": lambda: json.loads(text)["items"],
        "ndjson": lambda: [json.loads(line) for line in text.splitlines()],
    }[kind]()
    listed = stack.get(LISTED, **query, limit="500")["items"]
    assert {row["sessionId"] for row in rows} == {row["sessionId"] for row in listed}


def test_a_row_leads_to_its_session_in_the_same_view(page: Page) -> None:
    page.goto("/admin/sessions?timeRange=90d&deviceType=desktop&status=converted")
    session_id = rows_of(page)[0].session_id
    page.get_by_role("table", name="List of sessions").get_by_role("link").first.click()
    expect(page).to_have_url(f"/admin/sessions/{session_id}?timeRange=90d&deviceType=desktop")
    expect(region(page, "Price and decisions")).to_be_visible()
    page.get_by_role("link", name="Sessions").first.click()
    expect(page).to_have_url("/admin/sessions?timeRange=90d&deviceType=desktop")


def test_a_session_just_made_in_the_demo_is_replayed_step_by_step(
    context: BrowserContext, page: Page, stack: Stack
) -> None:
    demo = context.new_page()
    demo.goto("/demo")
    expect(demo.locator(".dsum [data-total]")).not_to_be_empty()
    session_id: str = demo.evaluate("nest.sessionId()")
    for category, option in WALK:
        demo.locator(f"input[name={category}][value={option}]").click()

    def look() -> list[dict[str, Any]] | None:
        demo.context.cookies()  # Playwright goes on only while it is called
        steps = (stack.journey(session_id) or {"timeline": []})["timeline"]
        chosen = [step for step in steps if step["kind"] == "selection"]
        return chosen if len(chosen) == len(WALK) else None

    steps = wait_for(look, WITHIN_S, "four selections")
    demo.close()
    names = Names(stack)

    page.goto(f"/admin/sessions/{session_id}")
    slider(page).press("Home")
    expect(slider(page)).to_have_attribute("aria-valuetext", re.compile("Session begins, €"))
    expect(region(page, "Configuration at 0:00")).to_be_visible()
    for (category, option), step in zip(WALK, steps, strict=True):
        slider(page).press("ArrowRight")
        what = f"{names.category(category)}: {names.option(category, option)}"
        said = re.compile(rf"^\d+:\d\d of \d+:\d\d, {re.escape(what)}, {euros(step['price'])}$")
        expect(slider(page)).to_have_attribute("aria-valuetext", said)
        house = region(page, re.compile("Configuration at"))
        expect(house).to_contain_text(euros(step["price"]))
        tinted = house.locator("[aria-current=step]")
        expect(tinted).to_have_text(
            re.compile(names.category(category) + re.escape(names.option(category, option)))
        )
        changed = region(page, "What changed")
        expect(changed).to_contain_text(names.option(category, step["from"]))
        expect(changed).to_contain_text(signed(step["priceDelta"]))
        row = region(page, "Steps").locator("tr[aria-current=step]").first
        expect(row).to_contain_text(euros(step["price"]))
    slider(page).press("ArrowLeft")
    expect(slider(page)).to_have_attribute("aria-valuetext", re.compile(euros(steps[-2]["price"])))


def test_the_player_runs_to_the_end_and_stands_still_there(page: Page, stack: Stack) -> None:
    journey = longest(stack)
    page.goto(f"/admin/sessions/{journey['session']['sessionId']}")
    length = slider(page).get_attribute("max")
    page.get_by_text("30×", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(page.get_by_text("Pause shortened")).to_be_visible(timeout=30_000)
    slider(page).press("End")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(slider(page)).to_have_value(str(length))


def test_what_stands_around_the_player_is_what_the_api_tells(page: Page, stack: Stack) -> None:
    journey = longest(stack)
    session, insights = journey["session"], journey["insights"]
    page.goto(f"/admin/sessions/{session['sessionId']}")
    answer = page.locator("h1 + p")
    for name in ("firstPrice", "highestPrice"):
        expect(answer).to_contain_text(euros(insights[name]))
    shows = region(page, "What this session shows")
    expect(shows).to_contain_text(
        f"First {euros(insights['firstPrice'])}, highest {euros(insights['highestPrice'])}, "
        f"last {euros(insights['finalPrice'])}."
    )
    facts = region(page, "About this session")
    for fact in (session["sessionId"], session["browserName"], session["utmSource"]):
        expect(facts).to_contain_text(fact)
    decisions = [step for step in journey["timeline"] if step["kind"] == "selection"]
    steps = region(page, "Steps")
    counts = f"{len(journey['timeline'])} events, {len(decisions)} of them choices"
    expect(steps).to_contain_text(counts)
    steps.get_by_text("Everything", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?steps=all$"))
    cells = steps.get_by_role("table").evaluate(
        "table => [...table.tBodies[0].rows].map(row => row.cells[4].textContent)"
    )
    assert cells == [euros(step["price"]) for step in journey["timeline"]]
    longest_first = sorted(insights["timePerCategory"], key=lambda each: -each["ms"])
    rows = region(page, "Hesitation").get_by_role("listitem")
    assert rows.count() == min(8, len(longest_first))


def test_the_journey_is_downloaded_as_the_api_told_it(page: Page, stack: Stack) -> None:
    journey = longest(stack)
    session_id = journey["session"]["sessionId"]
    page.goto(f"/admin/sessions/{session_id}")
    expect(slider(page)).to_be_visible()

    def saved(name: str) -> str:
        page.get_by_role("button", name="Download").click()
        with page.expect_download() as caught:
            page.get_by_role("button", name=name).click()
        return Path(caught.value.path()).read_text("utf-8-sig")

    assert json.loads(saved("Journey (JSON)"))["timeline"] == journey["timeline"]
    rows = list(csv.DictReader(io.StringIO(saved("Interactions (CSV)"))))
    assert [row["id"] for row in rows] == [row["id"] for row in journey["interactions"]]


def test_a_session_that_is_not_there_says_so_and_leads_back(page: Page) -> None:
    page.goto("/admin/sessions/no-such-session?timeRange=7d")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such session")
    page.get_by_role("link", name="To the list of sessions").click()
    expect(page).to_have_url("/admin/sessions?timeRange=7d")


def test_a_session_in_which_nothing_happened_has_nothing_to_replay(
    page: Page, stack: Stack
) -> None:
    send(stack, "sessions/create", {"sessionId": "quiet"})
    stored(stack, "quiet", 0)
    page.goto("/admin/sessions/quiet")
    expect(page.get_by_text("Nothing was chosen in this session.")).to_be_visible()
    expect(slider(page)).to_have_count(0)
    expect(region(page, "About this session")).to_contain_text("quiet")


def test_a_thousand_events_and_very_long_names_break_nothing(page: Page, stack: Stack) -> None:
    begin = datetime.now(UTC) - timedelta(hours=1)
    options = ["nest80", "nest100", "nest120", "n" * 100]
    events = [
        {
            "type": "selection",
            "category": "nest",
            "value": after,
            "previousValue": before,
            "occurredAt": (begin + number * timedelta(seconds=1.7)).isoformat(),
        }
        for number, (before, after) in enumerate(pairwise(options[n % 4] for n in range(1001)))
    ]
    for first in (0, 500):
        body = {"sessionId": "long", "events": events[first : first + 500]}
        send(stack, "sessions/track-batch", body)
    stored(stack, "long", 1000)
    page.goto("/admin/sessions/long")
    # A thousand of everything take a busy machine some seconds to lay out.
    expect(region(page, "Steps")).to_contain_text(
        "1,001 events, 1,000 of them choices", timeout=30_000
    )
    slider(page).press("Home")
    for _ in range(4):
        slider(page).press("ArrowRight")
    expect(region(page, "What changed")).to_contain_text("Step 5 of", timeout=30_000)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert_not_sideways(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["Deutsch", "English"])
def test_list_and_journey_fit_a_phone_and_are_accessible(
    page: Page, stack: Stack, scheme: str, language: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto("/admin/sessions?timeRange=90d")
    page.get_by_text(language, exact=True).last.click()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_role("table")).to_be_visible()
    assert_accessible(page)
    assert_not_sideways(page)
    page.goto(f"/admin/sessions/{longest(stack)['session']['sessionId']}")
    expect(page.get_by_role("slider")).to_be_visible()
    assert_accessible(page)
    assert_not_sideways(page)


def signed(amount: int) -> str:
    return f"{'+' if amount > 0 else '−'}€{abs(amount):,}" if amount else "±€0"


def longest(stack: Stack) -> dict[str, Any]:
    """The journey with the most interactions among the latest orders."""
    items = stack.get(LISTED, timeRange="90d", status="converted", limit="50")["items"]
    most = max(items, key=lambda row: (row["totalInteractions"], row["sessionId"]))
    journey = stack.journey(most["sessionId"])
    assert journey is not None
    return journey


class Names:
    """Categories and options in English."""

    def __init__(self, stack: Stack) -> None:
        document = httpx.get(f"{stack.url}/api/pricing/data").json()
        self._categories = {each["id"]: each for each in document["categories"]}

    def category(self, category: str) -> str:
        return _named(self._categories[category])

    def option(self, category: str, option: str) -> str:
        options = self._categories[category]["options"]
        return _named(next(each for each in options if each["id"] == option))


def _named(told: dict[str, Any]) -> str:
    name: str = told["labels"].get("en", told["label"])
    return name


def test_an_administrator_erases_a_session_and_gets_a_receipt(
    page: Page, stack: Stack, viewer_page: Page
) -> None:
    session_id = "to-be-erased"
    event = {"type": "click", "category": "nest"}
    httpx.post(
        f"{stack.url}/api/sessions/track", json={"sessionId": session_id, "event": event}
    ).raise_for_status()
    wait_for(lambda: stack.journey(session_id), WITHIN_S, "the session is stored")

    viewer_page.goto(f"/admin/sessions/{session_id}")
    expect(viewer_page.get_by_text("About this session")).to_be_visible()
    expect(viewer_page.get_by_role("button", name="Erase")).to_have_count(0)

    page.goto(f"/admin/sessions/{session_id}")
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Everything that is kept").click()
    kept = json.loads(Path(download.value.path()).read_text())
    assert [each["category"] for each in kept["interactions"]] == ["nest"]

    page.get_by_role("button", name="Erase").click()
    asked = page.get_by_role("dialog", name="Erase this session for good?")
    asked.get_by_role("button", name="Erase").click()
    done = page.get_by_role("dialog", name="The session is erased")
    expect(done.get_by_text(re.compile(r"^[0-9a-f-]{36}$"))).to_be_visible()
    done.get_by_role("button", name="To the list of sessions").click()
    expect(page.get_by_role("table", name="List of sessions")).to_be_visible()
    assert stack.journey(session_id) is None
