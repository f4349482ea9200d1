from playwright.sync_api import Route, expect

from tests.browser.shop import HeldBack, Shop, event_ids, everything_is_sent, session_of
from tests.waiting import wait_for

PICK = "nest.selection('size', {!r})"
SENT_WITHIN_S = 15.0


def test_a_page_closed_right_after_a_click_tells_that_click(shop: Shop) -> None:
    page = shop.open()
    session_id = session_of(page)
    page.evaluate(PICK.format("large"))
    page.close(run_before_unload=True)
    assert shop.values(session_id, 1) == ["large"]


def test_a_choice_nobody_saved_is_saved_when_the_page_is_left(shop: Shop) -> None:
    page = shop.open()
    session_id = session_of(page)
    page.evaluate("nest.save({nest: 'nest80'}); nest.selection('nest', 'nest100')")
    everything_is_sent(page)
    page.close(run_before_unload=True)

    def saved() -> list[str] | None:
        journey = shop.stack.journey(session_id)
        triggers = [row["triggerEvent"] for row in journey["snapshots"]] if journey else []
        return triggers if len(triggers) == 2 else None

    assert wait_for(saved, SENT_WITHIN_S, "two snapshots") == ["auto_save", "page_exit"]


def test_what_happens_offline_arrives_once_when_the_connection_is_back(shop: Shop) -> None:
    page = shop.open()
    session_id = session_of(page)
    page.evaluate(PICK.format("first"))
    everything_is_sent(page)
    shop.context.set_offline(True)
    for number in range(20):
        page.evaluate(PICK.format(f"offline {number}"))
    shop.context.set_offline(False)
    everything_is_sent(page)
    assert shop.values(session_id, 21) == ["first", *(f"offline {n}" for n in range(20))]


def test_what_a_closed_tab_could_not_send_is_sent_by_the_next(shop: Shop) -> None:
    page = shop.open()
    session_id = session_of(page)
    everything_is_sent(page)
    page.route("**/api/sessions/**", lambda route: route.abort())
    page.evaluate(PICK.format("unsent"))
    page.close(run_before_unload=True)
    later = shop.open()
    everything_is_sent(later)
    assert session_of(later) == session_id
    assert shop.values(session_id, 1) == ["unsent"]


def test_what_an_open_tab_has_not_sent_yet_is_left_to_it(shop: Shop) -> None:
    first = shop.open('data-nest-start="manual"')
    held = HeldBack(first, "**/api/sessions/create")
    first.evaluate("nest.start()")
    wait_for(lambda: session_of(first) and held.calls, SENT_WITHIN_S, "a first call without answer")
    second = shop.open()
    session_id = session_of(second)
    assert session_id == session_of(first)
    assert shop.values(session_id, 1, "page_view") == ["/shop"]
    held.let_go()
    everything_is_sent(first)
    assert shop.values(session_id, 2, "page_view") == ["/shop", "/shop"]
    assert len({row["page"] for row in shop.stack.interactions(session_id)}) == 2


def test_without_beacons_the_last_click_goes_by_fetch(shop: Shop) -> None:
    shop.context.add_init_script("navigator.sendBeacon = () => false")
    page = shop.open()
    session_id = session_of(page)
    page.evaluate(PICK.format("large"))
    page.close(run_before_unload=True)
    assert shop.values(session_id, 1) == ["large"]


def test_an_answer_that_never_arrived_does_not_count_an_event_twice(shop: Shop) -> None:
    page = shop.open()
    session_id = session_of(page)
    everything_is_sent(page)
    ids: list[str] = []

    def answer_lost(route: Route) -> None:
        ids.extend(event_ids(route.request))
        route.fetch()
        if len(ids) == 1:
            route.abort()
        else:
            route.fulfill(json={"success": True})

    page.route("**/track-batch", answer_lost)
    page.evaluate(PICK.format("once"))
    everything_is_sent(page)
    assert len(ids) == 2
    assert len(set(ids)) == 1
    page.unroute("**/track-batch")
    page.evaluate(PICK.format("after"))
    assert shop.values(session_id, 2) == ["once", "after"]


def test_a_server_that_asks_for_time_gets_it(shop: Shop) -> None:
    page = shop.open()
    session_id = session_of(page)
    everything_is_sent(page)
    # Timers and Date.now() stand still from here on, until this test moves them.
    page.clock.install()
    page.reload()
    asked: list[str] = []

    def busy(route: Route) -> None:
        asked.append(route.request.url)
        headers = {"Retry-After": "40", "Access-Control-Expose-Headers": "Retry-After"}
        headers["Access-Control-Allow-Origin"] = "*"
        route.fulfill(status=503, headers=headers, json={"error": "later"})

    page.clock.run_for(5_000)
    everything_is_sent(page)
    page.route("**/track-batch", busy)
    page.evaluate(PICK.format("patient"))
    with page.expect_response("**/track-batch"):
        page.clock.run_for(1_000)
    page.wait_for_function("Object.keys(localStorage).length === 2")
    page.clock.run_for(35_000)
    assert len(asked) == 1
    page.unroute("**/track-batch")
    with page.expect_response("**/track-batch"):
        page.clock.run_for(10_000)
    assert shop.values(session_id, 1) == ["patient"]


def test_a_refused_event_is_given_up_and_the_others_are_kept(shop: Shop) -> None:
    page = shop.open()
    session_id = session_of(page)
    page.evaluate(PICK.format("before"))
    page.evaluate("nest.track('probe', {value: 'x'.repeat(101)})")
    page.evaluate(PICK.format("after"))
    everything_is_sent(page)
    assert shop.values(session_id, 2) == ["before", "after"]


def test_more_than_a_batch_can_hold_is_sent_in_several(shop: Shop) -> None:
    page = shop.open()
    session_id = session_of(page)
    everything_is_sent(page)
    sizes: list[int] = []

    def weigh(route: Route) -> None:
        sizes.append(len(route.request.post_data_buffer or b""))
        route.continue_()

    page.route("**/track-batch", weigh)
    page.evaluate(
        "for (let n = 0; n < 700; n++) nest.track('probe', {value: 'ä'.repeat(99) + n % 10})"
    )
    everything_is_sent(page)
    assert len(sizes) > 3
    assert max(sizes) <= 60_000
    shop.values(session_id, 700, "probe")
    rows = [row for row in shop.stack.interactions(session_id) if row["eventType"] == "probe"]
    assert [row["sequence"] for row in rows] == list(range(2, 702))


def test_a_page_works_on_where_the_tracker_cannot_be_reached(shop: Shop) -> None:
    errors: list[str] = []
    shop.context.on("weberror", lambda error: errors.append(str(error.error)))
    page = shop.open(
        'data-nest-endpoint="http://127.0.0.1:9"',
        '<button data-nest-category="size" onclick="this.textContent = 1">0</button>',
    )
    page.get_by_role("button").click()
    expect(page.get_by_role("button")).to_have_text("1")
    page.evaluate("const loop = {}; loop.loop = loop; nest.track('x', loop); nest.save(loop)")
    page.evaluate("nest.selection(); nest.convert(5); nest.track(); nest.consent('perhaps')")
    assert errors == []
