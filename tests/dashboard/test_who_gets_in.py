"""Logging in and out, and what stays of a view."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.dashboard.people import ADMIN, VIEWER, Person, assert_accessible, assert_not_sideways

QUESTION = "What do people build, and what does it cost?"


def heading(page: Page, name: str = QUESTION) -> None:
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_the_form_leads_to_the_address_that_was_asked_for(new_context: BrowserContext) -> None:
    page = new_context.new_page()
    page.goto("/admin/configurations?timeRange=90d&deviceType=mobile")
    VIEWER.log_in(page)
    heading(page)
    assert page.url.endswith("/admin/configurations?timeRange=90d&deviceType=mobile")
    expect(page.get_by_text("Device: Phone")).to_be_visible()


def test_a_wrong_password_is_said_and_nothing_more(new_context: BrowserContext) -> None:
    page = new_context.new_page()
    page.goto("/admin")
    Person("somebody@example.com", "wrong").log_in(page)
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    expect(page.get_by_role("navigation")).to_have_count(0)


def test_after_logging_out_nobody_is_in(new_context: BrowserContext) -> None:
    page = new_context.new_page()
    page.goto("/admin/configurations")
    VIEWER.log_in(page)
    heading(page)
    page.get_by_role("button", name="Log out").last.click()
    expect(page.locator("input[name=email]")).to_be_visible()
    page.reload()
    expect(page.locator("input[name=email]")).to_be_visible()


def test_a_login_that_is_over_leads_to_the_form_and_back(new_context: BrowserContext) -> None:
    page = new_context.new_page()
    page.goto("/admin/configurations")
    ADMIN.log_in(page)
    heading(page)
    new_context.clear_cookies()
    page.get_by_role("link", name="Funnel and paths").last.click()
    ADMIN.log_in(page)
    heading(page, "Where do we lose people, and with which house?")


def test_a_reload_shows_the_same_view(page: Page) -> None:
    page.goto("/admin/configurations")
    heading(page)
    page.get_by_text("7 d", exact=True).click()
    page.get_by_label("Bots").select_option("include")
    expect(page).to_have_url("/admin/configurations?timeRange=7d&bots=include")
    page.reload()
    expect(page.get_by_role("radio", name="7 d")).to_be_checked()
    expect(page.get_by_label("Bots")).to_have_value("include")


def test_a_filter_is_added_and_taken_away(page: Page) -> None:
    page.goto("/admin/configurations")
    heading(page)
    page.keyboard.press("/")
    page.get_by_label("By", exact=True).select_option("category")
    page.get_by_label("Choice", exact=True).select_option("nest")
    page.get_by_label("Is", exact=True).select_option("nest160")
    page.get_by_role("button", name="Add a filter").click()
    expect(page).to_have_url("/admin/configurations?category=nest&value=nest160")
    page.get_by_role("button", name="Remove filter: Size").click()
    expect(page).to_have_url("/admin/configurations")


def test_days_of_ones_own_are_half_open_in_the_address(page: Page) -> None:
    page.goto("/admin/configurations")
    page.get_by_role("button", name="Dates").click()
    page.get_by_label("First day").fill("2026-06-01")
    page.get_by_label("Last day").fill("2026-06-30")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url("/admin/configurations?since=2026-06-01&until=2026-07-01")
    expect(page.get_by_role("button", name="1 Jun – 30 Jun 2026")).to_be_visible()


def test_language_and_theme_are_remembered(page: Page) -> None:
    page.goto("/admin/configurations")
    page.get_by_text("Deutsch", exact=True).last.click()
    page.get_by_text("Dunkel", exact=True).last.click()
    page.reload()
    heading(page, "Was wird gebaut, und was kostet es?")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("document.documentElement.lang") == "de"


def test_keys_open_pages_and_can_be_switched_off(page: Page) -> None:
    page.goto("/admin/configurations?timeRange=7d")
    heading(page)
    page.keyboard.press("g")
    page.keyboard.press("f")
    expect(page).to_have_url("/admin/funnel?timeRange=7d")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    dialog.get_by_role("switch").click()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url("/admin/funnel?timeRange=7d")


def test_the_first_tab_stop_skips_to_the_content(page: Page) -> None:
    page.goto("/admin/configurations")
    heading(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_is_accessible(new_context: BrowserContext, scheme: str) -> None:
    page = new_context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/admin")
    expect(page.locator("input[name=email]")).to_be_focused()
    assert_accessible(page)
    assert_not_sideways(page)


def test_an_address_that_is_no_page_says_so(page: Page) -> None:
    page.goto("/admin/nothing")
    heading(page, "There is no such page")
