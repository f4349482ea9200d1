"""Do the pages about configurations and about the funnel show what the API answers?"""

import csv
import io
import re
from typing import Any, Literal
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.people import assert_accessible, assert_not_sideways
from tests.dashboard.written import UNKNOWN, Written, joined, plain
from tests.stack import Stack

ANALYTICS = "/api/admin/analytics/"
VIEWS = [
    ("", "en"),
    ("timeRange=7d", "de"),
    ("timeRange=90d&category=nest&value=nest160", "en"),
]
PAGES = {
    "configurations": "What do people build, and what does it cost?",
    "funnel": "Where do we lose people, and with which house?",
}
_ROWS = """panel => [...panel.querySelectorAll("tbody tr")].map(
    row => [...row.cells].map(cell => cell.innerText))"""
_TITLES = {
    "prices": (
        "Prices of the configurations people leave with",
        "Preise der Konfigurationen am Ende",
    ),
    "matrix": ("Option against option", "Option gegen Option"),
    "options": ("Which options do they choose?", "Welche Optionen werden gewählt?"),
    "popular": ("Most chosen, as a whole", "Am häufigsten gewählt, im Ganzen"),
    "steps": ("Steps to an order", "Schritte bis zur Bestellung"),
    "paths": ("Ways between the categories", "Wege zwischen den Kategorien"),
    "orders": ("Most common orders", "Häufigste Reihenfolgen"),
    "left": ("What was left without an order", "Was ohne Bestellung blieb"),
    "times": ("How long do they think?", "Wie lange wird überlegt?"),
    "minds": ("Who changes their mind?", "Wer überlegt es sich anders?"),
}
_STEPS = {
    "started": ("Started", "Begonnen"),
    "completed": ("Required choices complete", "Pflichtauswahl vollständig"),
    "order_attempt": ("Order attempt", "Bestellversuch"),
    "converted": ("Ordered", "Bestellt"),
    "end": ("Session ends", "Sitzung endet"),
}


class Seen:
    """One of the pages, in a language, beside the answers it is made of."""

    def __init__(
        self, page: Page, stack: Stack, name: str, view: str = "", language: str = "en"
    ) -> None:
        self.page = page
        self._stack = stack
        self._asked = dict(parse_qsl(view))
        self._language: Literal["en", "de"] = "de" if language == "de" else "en"
        self.written = Written(self._language, stack.get("/api/pricing/data"))
        if language == "de":
            page.add_init_script("localStorage.setItem('nesthaus.language', 'de')")
        # By then the price list is there, too, by which categories are named.
        page.goto(f"/admin/{name}?{view}", wait_until="networkidle")

    def answer(self, report: str, **asked: str) -> Any:
        return self._stack.get(ANALYTICS + report, **{"timeRange": "30d"} | self._asked | asked)

    def said(self, words: tuple[str, str]) -> str:
        return words[self._language == "de"]

    def panel(self, name: str) -> Locator:
        heading = self.page.get_by_role("heading", name=self.said(_TITLES[name]), exact=True)
        return self.page.locator("section", has=heading)

    def rows(self, name: str) -> list[list[str]]:
        panel = self.panel(name)
        expect(panel.locator("tbody tr").first).to_be_visible()
        rows: list[list[str]] = panel.evaluate(_ROWS)
        return [[plain(cell) for cell in row] for row in rows]

    def show_as_table(self, name: str) -> None:
        words = self.said(("Show as table", "Als Tabelle zeigen"))
        self.panel(name).get_by_role("button", name=words).click()

    def step(self, step: str) -> str:
        if step in _STEPS:
            return self.said(_STEPS[step])
        return f"{self.written.category(step)} {self.said(('chosen', 'gewählt'))}"

    def place(self, node: str) -> str:
        """A category, or how a session ends."""
        return self.said(_STEPS[node]) if node in _STEPS else self.written.category(node)

    def told(self) -> str:
        """The answer under the question."""
        sentence = self.page.locator("h1 + p, h1 ~ p").filter(has_text=re.compile(r"\w"))
        return plain(sentence.first.inner_text())


@pytest.mark.parametrize(("view", "language"), VIEWS)
def test_configurations_tell_what_the_api_answers(
    page: Page, stack: Stack, view: str, language: str
) -> None:
    seen = Seen(page, stack, "configurations", view, language)
    prices = seen.answer("price-distribution")
    assert seen.written.money(prices["quantiles"]["p50"]) in seen.told()
    assert_prices(seen, prices)
    assert_matrix(seen, rows="gebaeudehuelle", columns="nest")
    assert_options(seen)
    assert_popular(seen)


def assert_prices(seen: Seen, prices: dict[str, Any]) -> None:
    written, panel = seen.written, seen.panel("prices")
    buckets, quantiles = prices["buckets"], prices["quantiles"]
    priced = sum(bucket["sessions"] for bucket in buckets)
    expect(panel).to_contain_text(written.number(priced))
    drawn = [plain(text) for text in panel.locator("[role=img] span b").all_inner_texts()]
    assert written.thousands(quantiles["p50"]) in drawn
    assert set(drawn) <= {written.thousands(value) for value in quantiles.values()}
    panel.locator("[role=img][tabindex='0']").first.press("End")
    tip = [plain(text) for text in panel.locator("[data-tip] dd").all_inner_texts()]
    seen.show_as_table("prices")
    rows = seen.rows("prices")
    last = rows[-1]
    assert tip == [last[2], last[4], last[3]]
    assert rows == [
        [
            written.money(bucket["from"]),
            written.money(bucket["to"]),
            written.number(bucket["sessions"]),
            written.number(bucket["converted"]),
            written.rate(bucket["converted"], bucket["sessions"]),
        ]
        for bucket in buckets
    ]


def assert_matrix(seen: Seen, rows: str, columns: str) -> None:
    """Every pair in its cell; a pair that does not occur counts nothing."""
    written = seen.written
    items = seen.answer("option-matrix", a=rows, b=columns)["items"]
    pairs = {(item["a"], item["b"]): item for item in items}
    shown = seen.panel("matrix").locator("thead th").all_inner_texts()[1:]
    across = [option for option in _options(written, columns) if any(b == option for _, b in pairs)]
    down = [option for option in _options(written, rows) if any(a == option for a, _ in pairs)]
    assert [plain(name) for name in shown] == [written.option(columns, each) for each in across]

    def cell(pair: tuple[str, str]) -> str:
        found = pairs.get(pair, {"sessions": 0, "converted": 0})
        rate = written.rate(found["converted"], found["sessions"])
        return f"{rate} {written.number(found['sessions'])}"

    assert seen.rows("matrix") == [
        [written.option(rows, a), *(cell((a, b)) for b in across)] for a in down
    ]


def _options(written: Written, category: str) -> list[str]:
    found = next(each for each in written.price_list["categories"] if each["id"] == category)
    return [option["id"] for option in found["options"]]


def assert_options(seen: Seen) -> None:
    written, panel = seen.written, seen.panel("options")
    for more in panel.locator("button[aria-expanded=false]").all():
        more.click()
    shown = {
        plain(category.locator("h3").inner_text()): [
            plain(row) for row in category.locator("li").all_inner_texts()
        ]
        for category in panel.locator("section").all()
    }
    expected: dict[str, list[str]] = {}
    for item in seen.answer("selections")["items"]:
        name = written.option(item["category"], item["option"])
        time = "" if item["averageTimeMs"] is None else written.time(item["averageTimeMs"])
        figures = f"{written.share(item['share'])} {written.number(item['sessions'])}"
        rows = expected.setdefault(written.category(item["category"]), [])
        rows.append(plain(f"{name} {time} {figures}"))
    assert shown == expected


def assert_popular(seen: Seen, limit: int = 10) -> None:
    written = seen.written
    configurations = seen.answer("popular-configs", limit=str(limit))["configurations"]
    assert len(configurations) <= limit
    assert seen.rows("popular") == [
        [
            written.configuration(each["configuration"]),
            written.money(each["averagePrice"]),
            written.number(each["selectionCount"]),
            "",
            written.number(each["completionCount"]),
            written.rate(each["completionCount"], each["selectionCount"]),
            written.moment(each["lastSelected"]),
        ]
        for each in configurations
    ]


@pytest.mark.parametrize(("view", "language"), VIEWS)
def test_the_funnel_tells_what_the_api_answers(
    page: Page, stack: Stack, view: str, language: str
) -> None:
    seen = Seen(page, stack, "funnel", view, language)
    assert_steps(seen)
    paths = seen.answer("paths")
    assert_ways(seen, paths)
    assert_orders(seen, paths["orders"])
    assert_left(seen, seen.answer("popular-configs", limit="50")["configurations"])
    insights = seen.answer("insights")
    assert_times(seen, insights["decisionTime"])
    assert_changes_of_mind(seen, insights["changesOfMind"])


def assert_steps(seen: Seen) -> None:
    written = seen.written
    funnel = seen.answer("conversion-funnel")
    lost = {each["step"]: each for each in funnel["dropOff"]}
    worst = max(lost.values(), key=lambda each: each["sessions"])
    for part in (
        seen.step(worst["step"]),
        written.number(worst["sessions"]),
        written.large_money(worst["abandonedValue"]) if worst["abandonedValue"] else "",
    ):
        assert part in seen.told()
    assert seen.rows("steps") == [
        [
            seen.step(each["step"]),
            "",
            written.number(each["sessions"]),
            written.share(each["shareOfFirst"]),
            written.share(each["shareOfPrevious"]) if place else UNKNOWN,
            written.number(loss["sessions"]) if loss["sessions"] else UNKNOWN,
            written.large_money(loss["abandonedValue"]) if loss["abandonedValue"] else UNKNOWN,
        ]
        for place, each in enumerate(funnel["steps"])
        for loss in [lost[each["step"]]]
    ]


def assert_ways(seen: Seen, paths: dict[str, Any]) -> None:
    written, panel = seen.written, seen.panel("paths")
    named = {
        f"{seen.place(node['id'])} {written.number(node['sessions'])}"
        for node in paths["nodes"]
        if node["id"] != "end"
    }
    drawn = panel.locator("[role=img]:visible > span").all_inner_texts()
    assert {plain(text) for text in drawn} == named
    seen.show_as_table("paths")
    assert seen.rows("paths") == [
        [seen.place(link["source"]), seen.place(link["target"]), written.number(link["count"])]
        for link in paths["links"]
    ]


def assert_orders(seen: Seen, orders: list[dict[str, Any]]) -> None:
    written = seen.written
    assert seen.rows("orders") == [
        [
            " ".join(written.category(category) for category in each["categories"]),
            written.number(each["sessions"]),
            written.number(each["converted"]),
            written.rate(each["converted"], each["sessions"]),
        ]
        for each in orders
    ]


def assert_times(seen: Seen, times: list[dict[str, Any]]) -> None:
    written = seen.written
    ordered, did_not = ("ordered", "mit Bestellung"), ("did not order", "ohne Bestellung")
    assert seen.rows("times") == [
        [
            f"{written.category(each['category'])} "
            + seen.said(ordered if each["converted"] else did_not),
            written.number(each["sessions"]),
            written.time(each["medianMs"]),
            written.time(each["p90Ms"]),
        ]
        for each in times
    ]


def assert_left(seen: Seen, popular: list[dict[str, Any]]) -> None:
    """The five that most sessions ended with and did not order; as often: in the API's order."""
    written = seen.written
    left = sorted(
        ((row["selectionCount"] - row["completionCount"], row) for row in popular),
        key=lambda each: -each[0],
    )
    assert [row[1:] for row in seen.rows("left")] == [
        [written.money(row["averagePrice"]), written.number(sessions)]
        for sessions, row in left[:5]
        if sessions
    ]


def assert_changes_of_mind(seen: Seen, minds: list[dict[str, Any]]) -> None:
    """Those that somebody changed, the most often changed first."""
    written = seen.written

    def instead(mind: dict[str, Any]) -> str:
        options = [
            f"{_option_or_none(seen, mind['category'], each['option'])}: "
            f"{written.number(each['sessions'])}"
            for each in mind["abandonedFor"]
        ]
        return joined(options, seen.said(("and", "und")))

    def given_up(mind: dict[str, Any]) -> int:
        return sum(each["sessions"] for each in mind["abandonedFor"])

    changed = [mind for mind in minds if given_up(mind) or mind["returnedTo"]]
    panel = seen.panel("minds")
    if len(changed) > 10:
        assert len(seen.rows("minds")) == 10
        panel.locator("button[aria-expanded=false]").click()
    assert seen.rows("minds") == [
        [
            written.option(mind["category"], mind["option"]),
            written.category(mind["category"]),
            written.number(mind["chosen"]),
            instead(mind),
            written.number(mind["returnedTo"]),
        ]
        for mind in sorted(changed, key=given_up, reverse=True)
    ]


def _option_or_none(seen: Seen, category: str, option: str | None) -> str:
    if option is None:
        return seen.said(("none", "nichts"))
    return seen.written.option(category, option)


def test_what_the_matrix_and_the_table_show_survives_a_reload(page: Page, stack: Stack) -> None:
    seen = Seen(page, stack, "configurations")
    page.get_by_label("Rows").select_option("fussboden")
    page.get_by_label("Columns").select_option("innenverkleidung")
    page.get_by_label("How many").select_option("25")
    address = "/admin/configurations?rows=fussboden&columns=innenverkleidung&top=25"
    expect(page).to_have_url(address)
    page.reload(wait_until="networkidle")
    expect(page.get_by_label("Rows")).to_have_value("fussboden")
    expect(page.get_by_label("Columns")).to_have_value("innenverkleidung")
    assert_matrix(seen, rows="fussboden", columns="innenverkleidung")
    assert_popular(seen, limit=25)


def saved(page: Page, button: Locator) -> list[dict[str, str]]:
    with page.expect_download() as download:
        button.click()
    data = download.value.path().read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_downloads_of_configurations_hold_what_is_shown(page: Page, stack: Stack) -> None:
    seen = Seen(page, stack, "configurations", "timeRange=7d")
    seen.show_as_table("prices")
    rows = saved(page, page.get_by_role("button", name="CSV: Prices"))
    buckets = seen.answer("price-distribution")["buckets"]
    assert [(row["From"], row["Under"], row["Sessions"], row["Orders"]) for row in rows] == [
        tuple(str(bucket[name]) for name in ("from", "to", "sessions", "converted"))
        for bucket in buckets
    ]
    page.get_by_role("button", name="Download").click()
    rows = saved(page, page.get_by_role("button", name="Most chosen, as a whole (CSV)"))
    all_of_them = seen.answer("popular-configs", limit="100")["configurations"]
    assert {row["configurationHash"]: row["selectionCount"] for row in rows} == {
        each["configurationHash"]: str(each["selectionCount"]) for each in all_of_them
    }


def test_the_download_of_the_funnel_holds_its_steps(page: Page, stack: Stack) -> None:
    seen = Seen(page, stack, "funnel", "timeRange=7d&deviceType=mobile")
    page.get_by_role("button", name="Download").click()
    rows = saved(page, page.get_by_role("button", name="Steps to an order (CSV)"))
    funnel = seen.answer("conversion-funnel")
    assert [
        (row["Step"], row["Sessions"], row["Drop-off"], row["Abandoned value"]) for row in rows
    ] == [
        (seen.step(step["step"]), *map(str, (step["sessions"], lost["sessions"], value)))
        for step, lost in zip(funnel["steps"], funnel["dropOff"], strict=True)
        for value in [lost["abandonedValue"]]
    ]


@pytest.mark.parametrize(
    ("name", "empty"),
    [
        (
            "configurations",
            [
                "Nobody has ended with a price in this range.",
                "No session has a price here.",
                "No configuration has both.",
                "Nothing has been chosen in this range.",
                "No configuration in this range.",
            ],
        ),
        (
            "funnel",
            [
                "Nobody has chosen anything in this range.",
                "No order of decisions yet.",
                "No decision has been timed in this range.",
                "Nobody has changed their mind in this range.",
            ],
        ),
    ],
)
def test_days_without_sessions_say_so(
    page: Page, stack: Stack, name: str, empty: list[str]
) -> None:
    Seen(page, stack, name, "since=2020-01-01&until=2020-01-03")
    for words in empty:
        expect(page.get_by_text(words)).to_be_visible()
    expect(page.locator("main table")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("name", PAGES)
def test_they_are_accessible_and_fit_a_phone(page: Page, stack: Stack, name: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    Seen(page, stack, name)
    expect(page.get_by_role("heading", level=1, name=PAGES[name])).to_be_visible()
    assert_not_sideways(page)
    assert_accessible(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert_accessible(page)


@pytest.mark.parametrize("name", PAGES)
def test_german_words_fit_a_phone_too(page: Page, stack: Stack, name: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    Seen(page, stack, name, "timeRange=90d", "de")
    assert_not_sideways(page)
