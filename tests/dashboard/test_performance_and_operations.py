"""Do the pages about performance and operations show what the API answers, and change what an
admin changes?"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Response, Route, expect

from nesthaus.domain.events import Interaction
from nesthaus.stream.envelope import encode
from tests.dashboard.people import ADMIN, VIEWER, assert_accessible, assert_not_sideways
from tests.dashboard.written import Written, plain
from tests.persist.traffic import FIREFOX, call, identifier
from tests.stack import Stack
from tests.waiting import WITHIN_S, wait_for

PERFORMANCE = "/api/admin/analytics/performance"
HEALTH = "/api/admin/analytics/tracking-health"
AUDIT_AT_ONCE = 15
QUESTIONS = {
    "performance": "Is it quick, and does everything arrive?",
    "operations": "Is everything running as it should?",
}
# As a tile is titled: the metric, and the percentile by which it is judged.
TITLES = {
    "api_response_time": ("Response time, p95", "Antwortzeit, p95"),
    "LCP": ("Largest contentful paint, p75", "Größter Inhalt sichtbar (LCP), p75"),
    "INP": ("Interaction to next paint, p75", "Reaktion auf Eingaben (INP), p75"),
    "CLS": ("Layout shift, p75", "Verschiebung des Layouts (CLS), p75"),
    "TTFB": ("Time to first byte, p75", "Erstes Byte (TTFB), p75"),
    "image_load_time": ("Image loads, p95", "Bilder laden, p95"),
    "price_calc_time": ("Price calculation, p95", "Preisberechnung, p95"),
}
VIEWS = [("", "en"), ("timeRange=90d", "de"), ("deviceType=mobile&bots=include", "en")]
_CELLS = """panel => [...panel.querySelectorAll("tbody tr")].map(
    row => [...row.cells].map(cell => cell.innerText))"""


def opened(page: Page, name: str, view: str = "", language: str = "en") -> None:
    if language == "de":
        page.add_init_script("localStorage.setItem('nesthaus.language', 'de')")
    page.goto(f"/admin/{name}?{view}")
    page.locator("h1 + p").wait_for()
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)


def panel(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True).first


def tile(page: Page, title: str) -> Locator:
    heading = page.get_by_role("heading", level=3, name=title, exact=True)
    return page.locator("section").filter(has=heading).last


def cells(found: Locator) -> list[list[str]]:
    expect(found.locator("tbody tr").first).to_be_visible()
    rows: list[list[str]] = found.evaluate(_CELLS)
    return [[plain(cell) for cell in row] for row in rows]


def asked(view: str) -> dict[str, str]:
    return {"timeRange": "30d"} | dict(pair.split("=") for pair in view.split("&") if pair)


def written_of(stack: Stack, language: str) -> Written:
    told: Literal["en", "de"] = "de" if language == "de" else "en"
    return Written(told, stack.get("/api/pricing/data"))


def rate(written: Written, ratio: float) -> str:
    digits = written.number(ratio * 100, 2 if ratio < 0.1 else 1)
    return f"{digits} %" if written.language == "de" else f"{digits}%"


def value_of(written: Written, unit: str, value: float) -> str:
    return written.time(value) if unit == "ms" else written.number(value, 2)


# Performance


@pytest.mark.parametrize(("view", "language"), VIEWS)
def test_performance_tells_what_the_api_answers(
    page: Page, stack: Stack, view: str, language: str
) -> None:
    # The program measures itself meanwhile: what it told the page is a minute old at most.
    answers: list[Response] = []
    page.on("response", lambda each: answers.append(each) if PERFORMANCE in each.url else None)
    opened(page, "performance", view, language)
    written = written_of(stack, language)
    tellings = {
        parse_qs(urlsplit(answer.url).query)["metric"][0]: answer.json() for answer in answers
    }
    for metric, titles in TITLES.items():
        told = tellings[metric]
        assert told["summary"]["count"] > 0
        judged = told["summary"]["p95" if titles[0].endswith("p95") else "p75"]
        shown = tile(page, titles[language == "de"])
        expect(shown).to_contain_text(value_of(written, told["unit"], judged))
        if metric == "LCP":
            expect(page.locator("h1 + p")).to_contain_text(written.time(judged))
    assert_tracking_health(page, stack, view, written)


def assert_tracking_health(page: Page, stack: Stack, view: str, written: Written) -> None:
    told, language = stack.get(HEALTH, **asked(view)), written.language
    title = "Kommt die Messung an?" if language == "de" else "Does tracking arrive?"
    figures = panel(page, title)
    expect(figures).to_contain_text(rate(written, told["lossRate"]))
    expect(page.locator("h1 + p")).to_contain_text(rate(written, told["lossRate"]))
    arrived = [written.number(told[field]) for field in ("received", "expected")]
    expect(figures).to_contain_text((" von " if language == "de" else " of ").join(arrived))
    skew = told["clockSkewMs"]
    sign = "−" if skew < 0 else ""
    expect(figures).to_contain_text(f"{sign}{written.time(abs(skew))}")
    fields = ("sessions", "expected", "received", "late", "duplicates", "over", "priceMismatches")
    title, unknown = (
        ("Nach Version des Trackers", "Nicht genannt")
        if language == "de"
        else ("By tracker version", "Not told")
    )
    versions = panel(page, title)
    shown = {row[0]: row[1:4] + row[5:] for row in cells(versions)}
    assert shown == {
        each["version"] or unknown: [written.number(each[field]) for field in fields]
        for each in told["versions"]
    }


def test_what_nobody_measures_says_so(page: Page, stack: Stack) -> None:
    opened(page, "performance", "metric=db_query_time&since=2020-01-01&until=2020-01-03")
    expect(tile(page, "Database statements, p95")).to_contain_text("Nothing measured in this range")
    expect(panel(page, "Largest values")).to_contain_text("Nothing measured in this range")


def test_one_metric_is_told_day_by_day_with_its_largest_values(page: Page, stack: Stack) -> None:
    opened(page, "performance")
    page.get_by_label("Metric", exact=True).select_option("TTFB")
    expect(page).to_have_url(re.compile(r"/admin/performance\?metric=TTFB$"))
    told, written = stack.get(PERFORMANCE, metric="TTFB"), written_of(stack, "en")
    summary, detail = told["summary"], panel(page, "Time to first byte")
    expect(detail).to_contain_text(f"{written.number(summary['count'])} measured")
    shown = plain(detail.inner_text())
    for name in ("p50", "p75", "p95", "p99"):
        assert f"{name} {written.time(summary[name])}" in shown
    detail.get_by_role("button", name="Show as table").click()
    rows = cells(detail)
    assert [row[1] for row in rows] == [written.number(point["count"]) for point in told["series"]]
    assert [row[4] for row in rows] == [written.time(point["p75"]) for point in told["series"]]
    slowest = cells(panel(page, "Largest values"))
    assert [row[1] for row in slowest] == [written.time(each["value"]) for each in told["slowest"]]


def test_the_queue_is_asked_again_and_again(page: Page) -> None:
    with page.expect_response(re.compile("analytics/real-time")) as first:
        page.goto("/admin/performance")
    depth = first.value.json()["streamDepth"]
    expect(tile(page, "Waiting to be stored")).to_contain_text(str(depth))

    def busy(route: Route) -> None:
        told = first.value.json() | {"streamDepth": 4321, "oldestUnstoredS": 12.5}
        route.fulfill(json=told)

    page.route("**/api/admin/analytics/real-time*", busy)
    expect(tile(page, "Waiting to be stored")).to_contain_text("4,321")
    expect(tile(page, "Oldest unstored event")).to_contain_text("12.5")
    expect(page.locator("h1 + p")).to_contain_text("12.5")


def test_a_metric_that_fails_leaves_the_others_and_can_be_asked_again(page: Page) -> None:
    page.route("**/analytics/performance?*metric=LCP*", failing)
    opened(page, "performance")
    expect(tile(page, "Largest contentful paint, p75")).to_contain_text("Did not load")
    expect(tile(page, "Time to first byte, p75")).to_contain_text("ms")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("request 7f3c-19")
    page.unroute("**/analytics/performance?*metric=LCP*")
    alert.get_by_role("button", name="Try again").click()
    expect(tile(page, "Largest contentful paint, p75")).to_contain_text("Limit")
    expect(alert).to_have_count(0)


def failing(route: Route) -> None:
    problem = {"title": "Internal error", "status": 500, "detail": "The database took too long."}
    route.fulfill(status=500, json=problem, headers={"X-Request-Id": "7f3c-19"})


# Operations


def test_jobs_and_price_lists_are_the_apis(page: Page, stack: Stack) -> None:
    opened(page, "operations")
    names = {row[0] for row in cells(panel(page, "Jobs"))}
    assert {"Figures", "Partitions", "Release", "Verification"} <= names
    told = stack.get("/api/admin/jobs")
    results = [row[1] for row in cells(panel(page, "Jobs"))]
    release = next(job for job in told["items"] if job["name"] == "release")
    assert release["result"] in results
    assert len(cells(panel(page, "Processes"))) == len(told["workers"])
    lists = stack.get("/api/admin/price-lists")["items"]
    in_force = [plain(each["version"]) for each in lists if each["inForce"]]
    shown = [row[0] for row in cells(panel(page, "Price lists"))]
    assert [row.split()[0] for row in shown] == [each["version"] for each in reversed(lists)]
    assert [row.split()[0] for row in shown if "In force" in row] == in_force


def test_what_jobs_did_is_told_in_german(page: Page, stack: Stack) -> None:
    told = {job["name"]: job["result"] for job in stack.get("/api/admin/jobs")["items"]}
    made = told["partitions"].removesuffix(" partitions made")
    opened(page, "operations", language="de")
    results = [row[1] for row in cells(panel(page, "Aufgaben"))]
    assert f"{made} Partitionen angelegt" in results
    assert told["release"].replace(" runs", " läuft") in results
    assert any(re.fullmatch(r"\d+ Tage nachgezählt, [\d.]+ Zahlen wichen ab", r) for r in results)
    counted = r"[\d.]+ Sitzungen beendet, [\d.]+ Stunden gezählt, [\d.]+ Zahlen geändert"
    assert any(re.fullmatch(counted, result) for result in results)


def test_a_token_is_shown_once_works_and_is_revoked(page: Page, stack: Stack) -> None:
    name = f"shop {uuid4().hex[:8]}"
    opened(page, "operations")
    page.get_by_role("button", name="New token").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Role").select_option("admin")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_contain_text("This is shown once.")
    token = dialog.get_by_label("API token").inner_text()
    expect(dialog.get_by_role("button", name="Copy")).to_be_visible()
    assert me(stack, token).json()["role"] == "admin"
    dialog.get_by_role("button", name="Done").click()
    assert token not in page.content()
    row = panel(page, "API tokens").get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("Valid")
    expect(panel(page, "Audit log").get_by_role("row").filter(has_text=name)).to_contain_text(
        "Token created"
    )
    row.get_by_role("button", name="Revoke").click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("Revoked")
    expect(row.get_by_role("button")).to_have_count(0)
    assert me(stack, token).status_code == 401
    acts = panel(page, "Audit log").get_by_role("row").filter(has_text=name)
    expect(acts.first).to_contain_text("Token revoked")
    expect(acts.first).to_contain_text(ADMIN.name)


def me(stack: Stack, token: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{stack.url}/api/admin/me", headers=headers, timeout=10)


def test_a_flag_is_changed_and_sessions_have_it(page: Page, stack: Stack) -> None:
    opened(page, "operations")
    row = panel(page, "Feature flags").get_by_role("row").filter(has_text="hover")
    expect(row).to_contain_text("Never: the page decides")
    dialog = page.get_by_role("dialog")

    def change(percentage: str, *, enabled: bool) -> None:
        row.get_by_role("button", name="Change").click()
        dialog.get_by_label("Enabled").set_checked(enabled)
        dialog.get_by_label("Share of sessions").fill(percentage)
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)

    change("100", enabled=True)
    expect(row).to_contain_text("100%")
    create = f"{stack.url}/api/sessions/create"
    body = {"consent": "none"}
    wait_for(
        lambda: httpx.post(create, json=body).json()["flags"].get("hover") is True,
        WITHIN_S,
        "a session that has the flag",
    )
    change("30", enabled=True)
    expect(row).to_contain_text("For some")
    expect(row).to_contain_text("30%")
    change("30", enabled=False)
    expect(row).to_contain_text("Off")
    acts = panel(page, "Audit log").get_by_role("row").filter(has_text="Flag set")
    expect(acts.first).to_contain_text("now: off, 30 %, was: on, 30 %")
    expect(acts.first).to_contain_text(ADMIN.name)


def test_the_effect_of_a_flag_has_an_address_of_its_own(page: Page) -> None:
    opened(page, "operations", "flag=nobody_set_it")
    dialog = page.get_by_role("dialog", name="Effect of “nobody_set_it”")
    expect(dialog).to_contain_text("No session in this time was told of the flag")
    expect(dialog.get_by_role("row").filter(has_text="Events lost")).to_contain_text("–")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    expect(page).not_to_have_url(re.compile("flag="))


def test_a_flag_shows_the_sessions_with_it_and_without(page: Page, stack: Stack) -> None:
    opened(page, "operations")
    csrf = page.request.get("/api/admin/me").json()["csrfToken"]
    key, session_id = f"f{uuid4().hex[:8]}", uuid4().hex
    page.request.put(
        f"/api/admin/flags/{key}",
        data={"enabled": True, "percentage": 100},
        headers={"X-CSRF-Token": csrf},
    )
    create = f"{stack.url}/api/sessions/create"
    wait_for(
        lambda: key in httpx.post(create, json={"consent": "none"}).json()["flags"],
        WITHIN_S,
        "an API process that knows the flag",
    )
    httpx.post(create, json={"sessionId": session_id}, headers={"User-Agent": FIREFOX})
    listed = f"/api/admin/sessions?timeRange=24h&q={session_id}"
    wait_for(lambda: page.request.get(listed).json()["items"], WITHIN_S, "the stored session")
    opened(page, "operations")
    row = panel(page, "Feature flags").get_by_role("row").filter(has_text=key)
    row.get_by_role("button", name="Effect").click()
    sides = page.get_by_role("dialog").get_by_role("row")
    expect(sides.filter(has_text="Sessions").get_by_role("cell")).to_have_text(["1", "0"])
    expect(sides.filter(has_text="Calls failed").get_by_role("cell")).to_have_text(["–", "–"])
    assert_accessible(page)


def test_an_account_is_made_and_deleted(page: Page, stack: Stack) -> None:
    email = f"{uuid4().hex[:8]}@example.com"
    opened(page, "operations")
    page.get_by_role("button", name="New account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill(email)
    dialog.get_by_label("Password").fill("short")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_contain_text("a password has at least 10 characters")
    dialog.get_by_label("Password").fill("")
    dialog.get_by_role("button", name="Create").click()
    password = dialog.get_by_label(f"Password of {email}").inner_text()
    login = {"email": email, "password": password}
    assert httpx.post(f"{stack.url}/api/admin/login", json=login).json()["role"] == "viewer"
    dialog.get_by_role("button", name="Done").click()
    accounts = panel(page, "Accounts")
    row = accounts.get_by_role("row").filter(has_text=email)
    row.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert email not in {each["email"] for each in stack.get("/api/admin/users")["items"]}
    own = accounts.get_by_role("row").filter(has_text="logged in here")
    expect(own).to_contain_text(ADMIN.name)
    expect(own.get_by_role("button")).to_have_count(0)
    acts = panel(page, "Audit log").get_by_role("row").filter(has_text=email)
    expect(acts.first).to_contain_text("Account deleted")


@pytest.fixture
def letters(stack: Stack) -> Iterator[dict[str, UUID]]:
    """Dead letters, by their sessions. What they say could be stored by now."""
    ids = {f"letter-{uuid4().hex[:8]}": uuid4() for _ in range(AUDIT_AT_ONCE + 2)}
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        for session_id, letter_id in ids.items():
            bury(connection, session_id, letter_id)
        yield ids
        connection.execute("delete from dead_letters")


def bury(connection: psycopg.Connection[Any], session_id: str, letter_id: UUID) -> None:
    now = datetime.now(UTC)
    click = Interaction(id=identifier(now), at=now, type="click", category="nest")
    row = (letter_id, session_id, encode(call(session_id, click)), now)
    connection.execute(
        "insert into dead_letters (id, session_id, reason, detail, payload, created_at)"
        " values (%s, %s, 'unstorable', 'no such column', %s, %s)",
        row,
    )


def test_dead_letters_are_shown_replayed_and_deleted(
    page: Page, stack: Stack, letters: dict[str, UUID]
) -> None:
    replayed, dropped, *others = letters
    opened(page, "operations")
    found = panel(page, "Dead letters")
    expect(found).to_contain_text(f"{len(letters)} could not be stored")
    expect(page.locator("h1 + p")).to_contain_text("waits for a decision")
    row = found.get_by_role("row").filter(has_text=replayed)
    expect(row).to_contain_text("Not storable")
    row.get_by_role("button", name="Show").click()
    dialog = page.get_by_role("dialog")
    content: dict[str, Any] = json.loads(dialog.locator("pre").inner_text())
    assert content["session_id"] == replayed
    dialog.get_by_role("button", name="Close").click()
    row.get_by_role("button", name="Replay").click()
    expect(found.get_by_role("status").first).to_have_text("One was sent through the stream again.")
    expect(row).to_have_count(0)
    stored(stack, [replayed])
    row = found.get_by_role("row").filter(has_text=dropped)
    row.get_by_role("button", name="Delete").click()
    expect(dialog).to_contain_text("deleted for good")
    dialog.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    log = panel(page, "Audit log")
    expect(log.get_by_role("row").filter(has_text=str(letters[dropped]))).to_contain_text(
        "Dead letter deleted"
    )
    found.get_by_role("button", name="Replay all").click()
    dialog.get_by_role("button", name="Replay all").click()
    expect(found).to_contain_text(f"{len(others)} were sent through the stream again.")
    expect(found).to_contain_text("Everything that came was stored.")
    stored(stack, others)
    assert_paged(log, stack)


def stored(stack: Stack, sessions: list[str]) -> None:
    wait_for(
        lambda: all(len(stack.interactions(each)) == 1 for each in sessions),
        WITHIN_S,
        f"the interactions of {sessions}",
    )


def assert_paged(log: Locator, stack: Stack) -> None:
    """All that was replayed stands in the audit log, which has a second page by now."""
    told = stack.get("/api/admin/audit", limit=str(2 * AUDIT_AT_ONCE))["items"]
    pages = [told[:AUDIT_AT_ONCE], told[AUDIT_AT_ONCE:]]
    expect(log.get_by_text(told[0]["subject"], exact=True)).to_be_visible()
    assert_rows(log, pages[0])
    log.get_by_role("button", name="Next").click()
    expect(log).to_contain_text("Page 2")
    expect(log.get_by_text(pages[1][0]["subject"], exact=True).first).to_be_visible()
    assert_rows(log, pages[1])
    log.get_by_role("button", name="Previous").click()
    expect(log).to_contain_text("Page 1")


def assert_rows(log: Locator, entries: list[dict[str, Any]]) -> None:
    shown = [row[2] for row in cells(log)]
    assert [text.split()[0] for text in shown] == [each["subject"].split()[0] for each in entries]


def test_a_viewer_sees_everything_and_finds_nothing_to_change(
    viewer_page: Page, letters: dict[str, UUID]
) -> None:
    opened(viewer_page, "operations")
    expect(panel(viewer_page, "Dead letters")).to_contain_text(next(iter(letters)))
    expect(panel(viewer_page, "Accounts")).to_contain_text(VIEWER.name)
    expect(panel(viewer_page, "API tokens")).to_contain_text("browser tests")
    main = viewer_page.get_by_role("main")
    words = re.compile("^(New token|New account|Replay|Replay all|Revoke|Delete)$")
    expect(main.get_by_role("button", name=words)).to_have_count(0)
    expect(main.get_by_role("button", name="Show").first).to_be_visible()


def test_what_a_role_may_not_see_is_locked_and_the_rest_works(page: Page) -> None:
    refusal = {"title": "Forbidden", "status": 403, "detail": "No right to this."}
    page.route("**/api/admin/tokens?*", lambda route: route.fulfill(status=403, json=refusal))
    page.route("**/api/admin/audit?*", failing)
    opened(page, "operations")
    expect(panel(page, "API tokens")).to_contain_text("Only admins see this.")
    expect(panel(page, "Audit log")).to_contain_text("Audit log did not load.")
    expect(panel(page, "Accounts")).to_contain_text(ADMIN.name)
    page.unroute("**/api/admin/audit?*")
    panel(page, "Audit log").get_by_role("button", name="Try again").click()
    expect(panel(page, "Audit log").get_by_role("row").nth(1)).to_be_visible()


def test_every_export_has_the_range_and_filters_of_the_view(
    page: Page, context: BrowserContext, stack: Stack
) -> None:
    opened(page, "operations", "timeRange=7d&deviceType=mobile")
    exports = panel(page, "Exports")
    expect(exports.get_by_role("link")).to_have_count(6 * 3)
    links = exports.get_by_role("link").evaluate_all("all => all.map(each => each.href)")
    for link in links:
        assert link.endswith("?timeRange=7d&deviceType=mobile")
    with page.expect_download() as started:
        exports.get_by_role("link", name="Sessions, JSON", exact=True).click()
    told = stack.get("/api/admin/export/sessions.json", timeRange="7d", deviceType="mobile")
    assert started.value.suggested_filename.startswith("sessions-")
    saved = json.loads(started.value.path().read_text())
    assert saved["items"] == told["items"]
    assert saved["items"]


# Both


def test_operations_in_german_address_nobody(page: Page) -> None:
    opened(page, "operations", language="de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Läuft alles, wie es soll?")
    for title in ("Unzustellbares", "Aufgaben", "Prozesse", "API-Tokens", "Konten", "Exporte"):
        expect(panel(page, title)).to_be_visible()
    said = page.get_by_role("main").inner_text()
    assert re.search(r"\b(Sie|Ihr|Ihre|du|dein|deine)\b", said) is None


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_both_pages_are_accessible_and_fit(page: Page, name: str, width: int, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, name)
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTIONS[name])
    assert_accessible(page)
    assert_not_sideways(page)
