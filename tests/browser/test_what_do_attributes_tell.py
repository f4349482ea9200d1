from tests.browser.shop import Shop, session_of
from tests.waiting import wait_for

MARKED = """
<button id="help" data-nest-category="navigation" data-nest-value="help"><i>?</i></button>
<button data-nest-type="zoom_in" data-nest-category="picture">+</button>
<label><input type="radio" name="s" data-nest-category="size" value="small">S</label>
<label><input type="radio" name="s" data-nest-category="size" value="large">L</label>
<label data-nest-category="chimney"><input type="checkbox" value="yes">C</label>
<select data-nest-category="floor"><option value="oak">Oak<option value="stone">Stone</select>
<p data-nest-type="selection" data-nest-category="roof" data-nest-value="flat">flat</p>
<p id="plain">nothing</p>
<div id="nest">an element that answers to window.nest</div>
"""


def test_marked_elements_and_fields_tell_one_event_each(shop: Shop) -> None:
    page = shop.open("defer", MARKED)
    session_id = session_of(page)
    page.locator("#help i").click()
    page.get_by_text("+").click()
    page.get_by_text("S", exact=True).click()
    page.keyboard.press("ArrowDown")
    page.get_by_text("C", exact=True).click()
    page.get_by_text("C", exact=True).click()
    page.locator("select").select_option("stone")
    page.get_by_text("flat").click()
    page.locator("#plain").click()
    rows = wait_for(
        lambda: rows if len(rows := shop.stack.interactions(session_id)) >= 9 else None,
        10,
        "nine events",
    )
    assert [
        (row["eventType"], row["category"], row["previousValue"], row["selectionValue"])
        for row in rows
    ] == [
        ("page_view", "page", None, "/shop"),
        ("click", "navigation", None, "help"),
        ("zoom_in", "picture", None, None),
        ("selection", "size", None, "small"),
        ("selection", "size", "small", "large"),
        ("selection", "chimney", None, "yes"),
        ("selection", "chimney", "yes", None),
        ("selection", "floor", None, "stone"),
        ("selection", "roof", None, "flat"),
    ]
    assert rows[1]["elementId"] == "help"


def test_scrolling_tells_each_quarter_once(shop: Shop) -> None:
    page = shop.open(body='<div style="height: 4000px">long</div>')
    session_id = session_of(page)
    for y in (1200, 0, 1200, 4000):
        page.evaluate(f"scrollTo(0, {y})")
    assert shop.values(session_id, 4, "scroll") == ["25", "50", "75", "100"]


def test_a_session_knows_where_its_visitor_came_from(shop: Shop) -> None:
    page = shop.open(query="?utm_source=newsletter&utm_medium=mail&utm_campaign=spring")
    session_id = session_of(page)
    shop.values(session_id, 1, "page_view")
    journey = shop.stack.journey(session_id)
    assert journey is not None
    session = journey["session"]
    assert [session[f"utm{name}"] for name in ("Source", "Medium", "Campaign")] == [
        "newsletter",
        "mail",
        "spring",
    ]
    assert session["deviceType"] == "desktop"


def test_the_module_is_the_same_tracker(shop: Shop) -> None:
    code = f"""<script type="module">
    import {{ start }} from "{shop.stack.url}/tracker.mjs";
    window.own = start({{ endpoint: "{shop.stack.url}", manual: true }});
    own.start({{ nest: "nest80" }});
    own.selection("nest", "nest100");
    </script>"""
    page = shop.open('data-nest-start="manual"', code)
    page.wait_for_function("window.own")
    session_id = page.evaluate("own.sessionId()")
    assert shop.values(session_id, 1) == ["nest100"]
