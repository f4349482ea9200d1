"""Can an admin see, change, silence and try alerts, and is one that fires seen on every page?"""

from playwright.sync_api import Locator, Page, expect

from tests.alerts.receivers import Receiver
from tests.dashboard.people import assert_accessible, assert_not_sideways

WITHIN_MS = 20_000
DISK = "Disk nearly full"


def opened(page: Page) -> None:
    page.goto("/admin/operations")
    row = alerts(page).get_by_role("row").filter(has_text=DISK)
    expect(row).to_have_count(1)


def alerts(page: Page) -> Locator:
    return page.get_by_role("region", name="Alerts", exact=True).first


def test_an_alert_is_changed_fires_is_silenced_and_ends(page: Page, hook: Receiver) -> None:
    opened(page)
    row = alerts(page).get_by_role("row").filter(has_text=DISK)
    dialog = page.get_by_role("dialog")

    def change(threshold: str, silence: str = "As it is") -> None:
        row.get_by_role("button", name="Change").click()
        dialog.get_by_label("Threshold, %").fill(threshold)
        dialog.get_by_label("Over how long").fill("1")
        dialog.get_by_label("Holds for").fill("0")
        dialog.get_by_text(silence, exact=True).click()
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)

    change("0")
    expect(row).to_contain_text("Firing", timeout=WITHIN_MS)
    expect(row).to_contain_text("over 0")
    assert_accessible(page)
    page.goto("/admin/overview")
    page.get_by_role("link", name="See alerts").click(timeout=WITHIN_MS)
    expect(page).to_have_url("/admin/operations")
    change("0", "1 h")
    expect(row).to_contain_text("silent until")
    change("100", "None")
    expect(row).to_contain_text("Quiet", timeout=WITHIN_MS)
    expect(row).not_to_contain_text("silent until")
    row.get_by_role("button", name="Change").click()
    history = dialog.get_by_role("region", name="Last changes")
    expect(history.get_by_role("listitem").nth(0)).to_contain_text("Quiet")
    expect(history.get_by_role("listitem").nth(1)).to_contain_text("Firing")
    assert_accessible(page)
    dialog.get_by_role("button", name="Cancel").click()
    acts = page.get_by_role("region", name="Audit log", exact=True).first
    expect(acts.get_by_role("row").filter(has_text="Alert set").first).to_contain_text("disk")
    assert hook.told("disk")[0] == "ALERT"


def test_a_test_notice_says_of_each_channel_whether_it_went(page: Page, hook: Receiver) -> None:
    opened(page)
    row = alerts(page).get_by_role("row").filter(has_text="Age of the queue")
    dialog = page.get_by_role("dialog")
    for refuses, said in ((False, "sent"), (True, "not sent: ")):
        hook.refuses = refuses
        row.get_by_role("button", name="Test").click()
        dialog.get_by_role("button", name="Send a test notice").click()
        (channel,) = dialog.get_by_role("listitem").all_inner_texts() or [
            dialog.get_by_role("listitem").inner_text()
        ]
        assert channel.startswith("json://127.0.0.1")
        assert channel.split(") ")[1].startswith(said)
        dialog.get_by_role("button", name="Done").click()
    hook.refuses = False
    assert hook.told("queue_age") == ["TEST"]


def test_in_german_and_on_a_phone(page: Page) -> None:
    page.add_init_script("localStorage.setItem('nesthaus.language', 'de')")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/admin/operations")
    panel = page.get_by_role("region", name="Alarme", exact=True).first
    expect(panel.get_by_role("row").filter(has_text="Platte fast voll")).to_contain_text("Ruhig")
    assert_not_sideways(page)
    assert_accessible(page)


def test_a_viewer_sees_alerts_and_changes_none(viewer_page: Page) -> None:
    opened(viewer_page)
    expect(alerts(viewer_page).get_by_role("button", name="Change")).to_have_count(0)
    expect(alerts(viewer_page).get_by_role("button", name="Test")).to_have_count(0)
