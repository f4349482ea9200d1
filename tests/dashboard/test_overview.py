"""Does the overview show what the API answers?"""

import csv
import io
import json
import re
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.overview import ANALYTICS, Json, Seen, duration, signed
from tests.dashboard.people import assert_accessible, assert_not_sideways
from tests.dashboard.written import UNKNOWN, plain
from tests.stack import Stack

VIEWS = [("", "en"), ("timeRange=7d", "de"), ("timeRange=90d&deviceType=mobile", "en")]
SHOWN_CONFIGURATIONS = 6
_STATUSES = {
    "converted": ("Converted", "Bestellt"),
    "ongoing": ("Ongoing", "Läuft noch"),
    "abandoned": ("Abandoned", "Abgebrochen"),
}
_DEVICES = {
    "mobile": ("Phone", "Handy"),
    "desktop": ("Desktop", "Computer"),
    "tablet": ("Tablet", "Tablet"),
    "unknown": ("Not known", "Nicht bekannt"),
}


@pytest.mark.parametrize(("view", "language"), VIEWS)
def test_every_figure_is_that_of_the_answer(
    page: Page, stack: Stack, view: str, language: str
) -> None:
    seen = Seen(page, stack, view, language)
    assert seen.overview["overview"]["totalSessions"] > 0
    assert_sentence(seen)
    assert_key_figures(seen)
    assert_daily(seen)
    assert_shares(seen)
    assert_popular(seen)
    assert_findings(seen)


def assert_sentence(seen: Seen) -> None:
    now, before = seen.overview["overview"], seen.overview["previous"]
    told = plain(seen.page.locator("h1 + p").inner_text())
    days = len(seen.overview["daily"])
    assert told.startswith(
        f"{seen.written.number(now['totalSessions'])} "
        + seen.said((f"sessions in {days} days led to ", f"Sitzungen in {days} Tagen führten zu "))
        + seen.written.number(now["convertedSessions"])
    )
    if before["conversionRate"] is None:
        assert seen.said(("nothing to compare", "Zum Vergleich gibt es")) in told
        return
    change = now["conversionRate"] - before["conversionRate"]
    assert seen.points(change)[1:] in told
    assert seen.growth(now["averagePrice"], before["averagePrice"])[1:] in told


def assert_key_figures(seen: Seen) -> None:
    now, before = seen.overview["overview"], seen.overview["previous"]
    texts = [plain(text) for text in seen.panel("figures").locator("> div").all_inner_texts()]

    def expected(name: str, label: tuple[str, str], write: Any, change: Any) -> str:
        is_, was = now[name], before[name]
        changed = "" if was is None or (name != "conversionRate" and not was) else change(is_, was)
        nothing = ("nothing before", "zuvor nichts")
        earlier = (
            seen.said(nothing) if was is None else f"{seen.said(('from', 'zuvor'))} {write(was)}"
        )
        return plain(f"{seen.said(label)} {write(is_)} {changed} {earlier}")

    def more_points(is_: float, was: float) -> str:
        return seen.points(is_ - was)

    def longer(is_: float, was: float) -> str:
        return signed(is_ - was, duration(is_ - was))

    assert texts == [
        expected("totalSessions", ("Sessions", "Sitzungen"), seen.written.number, seen.growth),
        expected(
            "conversionRate",
            ("Conversion rate", "Konversionsrate"),
            seen.rate,
            more_points,
        ),
        expected(
            "averageSessionDuration", ("Average duration", "Durchschnittsdauer"), duration, longer
        ),
        expected(
            "averagePrice", ("Average price", "Durchschnittspreis"), seen.written.money, seen.growth
        ),
    ]


def assert_daily(seen: Seen) -> None:
    """The table, and the tooltip of the last day."""
    written, panel, daily = seen.written, seen.panel("daily"), seen.overview["daily"]
    panel.get_by_role("button", name=seen.said(("Show as table", "Als Tabelle zeigen"))).click()
    rows = seen.cells("daily")
    assert [row[1:] for row in rows] == [
        [
            *(written.number(day[name]) for name in ("sessions", "interactions", "conversions")),
            written.rate(day["conversions"], day["sessions"]),
        ]
        for day in daily
    ]
    panel.locator("[role=img][tabindex='0']").first.press("End")
    sessions, orders, interactions, conversion = (
        plain(text) for text in panel.locator("[data-tip] dd").all_inner_texts()[:4]
    )
    assert [sessions, interactions, orders, conversion] == rows[-1][1:]


def assert_shares(seen: Seen) -> None:
    written, overview = seen.written, seen.overview
    totals = overview["overview"]

    def row(name: tuple[str, str], count: int) -> str:
        share = written.share(count / totals["totalSessions"])
        return f"{seen.said(name)} {written.number(count)} {share}"

    counts = {each["status"]: each["count"] for each in overview["conversionFunnel"]}
    assert seen.items("endings") == [row(name, counts[each]) for each, name in _STATUSES.items()]
    assert seen.items("devices") == [
        row(_DEVICES[each["deviceType"]], each["sessions"])
        for each in sorted(overview["devices"], key=lambda each: -each["sessions"])
        if each["sessions"]
    ]
    expect(seen.panel("devices")).to_contain_text(written.share(totals["bounceRate"]).split()[0])
    if totals["convertedSessions"]:
        verified = written.number(totals["verifiedConversions"])
        expect(seen.panel("endings").locator("> div").last).to_contain_text(verified)


def assert_popular(seen: Seen) -> None:
    written = seen.written
    shown = seen.overview["popularConfigurations"][:SHOWN_CONFIGURATIONS]
    assert seen.cells("popular") == [
        [
            written.configuration(each["configuration"]),
            written.money(each["averagePrice"]),
            written.number(each["selectionCount"]),
            written.number(each["completionCount"]),
            written.rate(each["completionCount"], each["selectionCount"]),
            written.moment(each["lastSelected"]),
        ]
        for each in shown
    ]


def assert_findings(seen: Seen) -> None:
    """In the language of the page; each with its figures, its interval and its sessions."""
    panel = seen.panel("findings")
    more = panel.locator("button[aria-expanded=false]")
    if more.count():
        more.click()
    told = [plain(text) for text in panel.locator("div:has(> p + div + small)").all_inner_texts()]
    assert len(told) == len(seen.findings)
    for text, finding in zip(told, seen.findings, strict=True):
        for part in _parts(seen, finding):
            assert part in text


def _parts(seen: Seen, finding: Json) -> list[str]:
    written = seen.written
    sessions = f"{written.number(finding['sessions'])} {seen.said(('sessions', 'Sitzungen'))}"
    if finding["kind"] == "decision_time":
        figures = [written.time(finding[name]) for name in ("figure", "against")]
        about = written.category(finding["category"])
        effect = signed(finding["effect"], written.time(abs(finding["effect"])))
        return [*figures, about, effect, sessions]
    figures = [written.share(finding[name]) for name in ("figure", "against")]
    category, value = finding["category"], finding["value"]
    about = written.option(category, value) if category else ""
    ends = [seen.points(finding[name]).split()[0] for name in ("low", "high")]
    return [*figures, about, seen.points(finding["effect"]), *ends, sessions]


def test_what_fails_says_so_and_the_rest_goes_on(page: Page, stack: Stack) -> None:
    problem = {"title": "x", "status": 500, "detail": "x", "error": "x"}
    overview = f"**{ANALYTICS}overview**"
    page.route(
        overview,
        lambda route: route.fulfill(
            status=500,
            content_type="application/problem+json",
            headers={"X-Request-Id": "request-of-the-test"},
            body=json.dumps(problem),
        ),
    )
    page.goto("/admin/overview")
    for what in ("The key figures", "The course of sessions", "The devices"):
        expect(page.get_by_role("alert").filter(has_text=f"{what} did not load.")).to_be_visible()
    expect(page.get_by_text("request-of-the-test").first).to_be_visible()
    findings = page.get_by_role("region", name="What stands out")
    expect(findings.get_by_role("alert")).to_have_count(0)
    page.unroute(overview)
    page.get_by_role("button", name="Try again").first.click()
    expect(page.locator("h1 + p")).to_contain_text("sessions")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_days_without_sessions_say_so(page: Page, stack: Stack) -> None:
    seen = Seen(page, stack, "since=2020-01-01&until=2020-01-08")
    expect(page.locator("h1 + p")).to_have_text("No sessions in these 7 days.")
    for name in ("daily", "endings", "devices", "popular"):
        expect(seen.panel(name)).to_contain_text("No sessions in these 7 days.")
    expect(seen.panel("figures")).to_contain_text(UNKNOWN)
    seen.panel("daily").get_by_role("button", name="Show 90 days").click()
    expect(page).to_have_url("/admin/overview?timeRange=90d")
    expect(page.locator("h1 + p")).to_contain_text("in 90 days led to")


def test_filters_that_nobody_matches_can_be_cleared(page: Page, stack: Stack) -> None:
    seen = Seen(page, stack, "utmSource=nobody&browser=none")
    panel = seen.panel("daily")
    expect(panel).to_contain_text("No session matches these 2 filters.")
    panel.get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url("/admin/overview")
    expect(page.locator("h1 + p")).to_contain_text("in 30 days led to")


def test_two_choices_made_at_once_both_count(page: Page, stack: Stack) -> None:
    """Before the page has drawn the first."""
    Seen(page, stack)
    with page.expect_response(
        lambda answer: "/overview?" in answer.url and "bots=include" in answer.url
    ) as both:
        page.evaluate(
            """() => {
                document.querySelector("main input[type=radio][value='7d']").click();
                const bots = document.querySelector("main select");
                Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value")
                    .set.call(bots, "include");
                bots.dispatchEvent(new Event("change", { bubbles: true }));
            }"""
        )
    assert "timeRange=7d" in both.value.url
    expect(page).to_have_url(re.compile(r"timeRange=7d&bots=include$"))


def test_links_and_downloads_keep_the_view(page: Page, stack: Stack) -> None:
    seen = Seen(page, stack, "timeRange=7d&deviceType=desktop")
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Daily figures (CSV)").click()
    text = download.value.path().read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    days = [(day["date"], str(day["sessions"])) for day in seen.overview["daily"]]
    assert [(row["date"], row["count"]) for row in rows if row["metricType"] == "sessions"] == [
        day for day in days if day[1] != "0"
    ]
    page.get_by_role("link", name="Converted").click()
    expect(page).to_have_url("/admin/sessions?timeRange=7d&deviceType=desktop&status=converted")
    page.go_back()
    page.get_by_role("link", name="All configurations").click()
    expect(page).to_have_url("/admin/configurations?timeRange=7d&deviceType=desktop")


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(390, "light", "de"), (820, "dark", "de"), (1280, "dark", "en")],
)
def test_it_is_accessible_and_fits(
    page: Page, stack: Stack, width: int, scheme: Literal["light", "dark"], language: str
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    Seen(page, stack, "timeRange=90d", language)
    assert_not_sideways(page)
    assert_accessible(page)
