from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Request

from tests.browser.shop import HeldBack, Shop, event_ids, kept_on_device, session_of
from tests.waiting import wait_for

SESSION = "JSON.parse(localStorage['nest:session'])"


def shifted(ms: int) -> str:
    """A device whose clock is wrong by so many milliseconds."""
    return (
        f"const real = Date.now; Date.now = () => real() + {ms};"
        f"const R = Date; Date = class extends R"
        f" {{ constructor(...a) {{ a.length ? super(...a) : super(R.now()); }} }};"
    )


@pytest.mark.parametrize("hours", [-200, -1, 0, 1, 200], ids=lambda hours: f"{hours} h")
def test_a_wrong_device_clock_makes_no_wrong_times(shop: Shop, hours: int) -> None:
    shop.context.add_init_script(shifted(hours * 3_600_000))
    begun = datetime.now(UTC)
    page = shop.open()
    session_id = session_of(page)
    page.evaluate("nest.start({nest: 'nest80'}); nest.selection('nest', 'nest100')")
    assert shop.values(session_id, 1) == ["nest100"]
    journey = shop.stack.journey(session_id)
    assert journey is not None
    for row in journey["interactions"]:
        at = datetime.fromisoformat(row["timestamp"])
        assert begun - timedelta(seconds=2) < at < datetime.now(UTC) + timedelta(seconds=2)
    assert [step["kind"] for step in journey["timeline"]] == ["start", "page_view", "selection"]


def test_choices_made_before_the_session_was_known_come_after_its_start(shop: Shop) -> None:
    """The first answer is slow, and the visitor quicker."""
    page = shop.open('data-nest-start="manual"')
    held = HeldBack(page, "**/api/sessions/create")
    with page.expect_request("**/api/sessions/create"):
        page.evaluate("nest.start({nest: 'nest80', gebaeudehuelle: 'trapezblech'})")
    page.evaluate("nest.selection('nest', 'nest100')")
    session_id = session_of(page)
    wait_for(lambda: session_of(page) and held.calls, 10, "the session's first call")
    held.let_go()
    assert shop.values(session_id, 1) == ["nest100"]
    journey = wait_for(
        lambda: (
            journey
            if session_of(page)
            and (journey := shop.stack.journey(session_id))
            and journey["timeline"][0]["kind"] == "start"
            else None
        ),
        10,
        "a start before the first choice",
    )
    prices = [(step["kind"], step["price"]) for step in journey["timeline"]]
    assert prices == [("start", 213_032), ("page_view", 213_032), ("selection", 254_731)]


def test_ids_are_uuid7_and_grow(shop: Shop) -> None:
    page = shop.open()
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/track-batch"):
            sent.extend(event_ids(request))

    page.on("request", note)
    page.evaluate("for (let n = 0; n < 400; n++) nest.track('probe')")
    wait_for(lambda: kept_on_device(page) == ["nest:session"], 10, "all sent")
    assert len(sent) >= 400
    assert all(event_id[14] == "7" and event_id[19] in "89ab" for event_id in sent)
    assert sent == sorted(set(sent))


def test_a_clock_that_was_set_right_meanwhile_is_measured_again(shop: Shop) -> None:
    page = shop.open('data-nest-start="manual"')
    wrong = "{id: 'a-session-of-before', begun: Date.now(), active: Date.now(), offset: 9e8}"
    page.evaluate(f"localStorage['nest:session'] = JSON.stringify({wrong})")
    page.evaluate("nest.start({nest: 'nest80'})")
    wait_for(lambda: abs(page.evaluate(f"{SESSION}.offset")) < 60_000, 10, "a new measure")
    page.evaluate("nest.selection('nest', 'nest100')")
    assert shop.values("a-session-of-before", 1) == ["nest100"]


@pytest.mark.parametrize(
    ("field", "age_ms"), [("active", 31 * 60_000), ("begun", 24 * 3_600_000 + 1)]
)
def test_a_long_pause_or_a_long_day_begins_a_new_session(
    shop: Shop, field: str, age_ms: int
) -> None:
    page = shop.open('data-nest-start="manual"')
    page.evaluate("nest.start({nest: 'nest80'}); nest.selection('nest', 'nest100')")
    first = session_of(page)
    assert len(first) == 22
    page.evaluate(f"s = {SESSION}; s.{field} = Date.now() - {age_ms}")
    page.evaluate("localStorage['nest:session'] = JSON.stringify(s)")
    page.evaluate("nest.selection('nest', 'nest120')")
    second = session_of(page)
    assert second != first
    assert shop.values(second, 1) == ["nest120"]
    rows = shop.stack.interactions(second)
    assert [(row["previousValue"], row["sequence"]) for row in rows] == [("nest100", 1)]
    journey = shop.stack.journey(second)
    assert journey is not None
    assert journey["timeline"][0]["configuration"] == {"nest": "nest100"}


def test_time_in_a_hidden_tab_is_not_time_spent(shop: Shop) -> None:
    shop.context.add_init_script(
        """
        let passed = 0, hidden = false;
        performance.now = () => passed;
        Object.defineProperty(document, 'hidden', {get: () => hidden});
        window.pass = (ms) => { passed += ms; };
        window.hide = (is) => {
          hidden = is;
          document.dispatchEvent(new Event('visibilitychange'));
        };
        """
    )
    page = shop.open()
    session_id = session_of(page)
    page.evaluate("pass(1000); nest.selection('size', 'large')")
    page.evaluate("pass(200); hide(true); pass(60000); hide(false); pass(300)")
    page.evaluate("nest.selection('size', 'small')")
    page.evaluate("pass(50); nest.selection('roof', 'flat', {cause: 'rule'})")
    assert shop.values(session_id, 3) == ["large", "small", "flat"]
    spent = [
        row["timeSpent"]
        for row in shop.stack.interactions(session_id)
        if row["eventType"] == "selection"
    ]
    assert spent == [1000, 500, None]
