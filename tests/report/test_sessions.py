"""Which sessions does the list show, in what order, and how does it page?"""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from httpx import AsyncClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nesthaus.db.pool import Pool
from nesthaus.report.sessions import Place
from nesthaus.responses import Problem, cursor_of, place_of
from tests.clocks import SettableClock
from tests.report.rows import insert, session

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
SESSIONS = "/api/admin/sessions"


async def page(admin: AsyncClient, **parameters: object) -> dict[str, Any]:
    response = await admin.get(SESSIONS, params=cast("dict[str, str]", parameters))
    assert response.status_code == 200, response.text
    return response.json()


async def ids(admin: AsyncClient, **parameters: object) -> list[str]:
    return [item["sessionId"] for item in (await page(admin, **parameters))["items"]]


async def test_a_row_appears_with_its_columns_in_camel_case(admin: AsyncClient, db: Pool) -> None:
    await insert(
        db,
        "user_sessions",
        session(
            "s1",
            NOON,
            last_activity=NOON + timedelta(seconds=95),
            session_duration=95,
            total_interactions=7,
            conversion_status="converted",
            converted_at=NOON + timedelta(seconds=90),
            order_id="A-1",
            ip_address="192.0.2.0",
            device_type="mobile",
            viewport_width=390,
            final_configuration={"nest": "nest80"},
            last_price=213032,
            tracker_version="1.4.0",
            clock_skew_ms=-250,
        ),
    )
    answer = await page(admin)
    assert answer["nextCursor"] is None
    assert answer["asOf"] == "2026-06-15T12:00:00Z"
    (row,) = answer["items"]
    expected = {
        "sessionId": "s1",
        "startTime": "2026-06-15T12:00:00Z",
        "endTime": None,
        "lastActivity": "2026-06-15T12:01:35Z",
        "sessionDuration": 95,
        "totalInteractions": 7,
        "conversionStatus": "converted",
        "convertedAt": "2026-06-15T12:01:30Z",
        "orderId": "A-1",
        "ipAddress": "192.0.2.0",
        "deviceType": "mobile",
        "browserName": "unknown",
        "viewportWidth": 390,
        "referrerHost": "direct",
        "utmSource": "direct",
        "botReason": None,
        "finalConfiguration": {"nest": "nest80"},
        "lastPrice": 213032,
        "trackerVersion": "1.4.0",
        "clockSkewMs": -250,
    }
    assert {name: row[name] for name in expected} == expected


async def test_the_latest_start_comes_first(admin: AsyncClient, db: Pool) -> None:
    starts = {"a": 3, "b": 1, "c": 2}
    await insert(
        db,
        "user_sessions",
        *[session(name, NOON - timedelta(hours=hours)) for name, hours in starts.items()],
    )
    assert await ids(admin) == ["b", "c", "a"]


async def test_without_a_range_the_last_30_days_are_shown(admin: AsyncClient, db: Pool) -> None:
    # 17 May is the first of the 30 days that end with 15 June; it begins at 22:00 UTC of the 16th.
    first = datetime(2026, 5, 16, 22, 0, tzinfo=UTC)
    await insert(
        db,
        "user_sessions",
        session("first", first),
        session("too-early", first - timedelta(microseconds=1)),
        session("tonight", datetime(2026, 6, 15, 21, 59, 59, tzinfo=UTC)),
        session("tomorrow", datetime(2026, 6, 15, 22, 0, tzinfo=UTC)),
    )
    assert await ids(admin) == ["tonight", "first"]
    assert await ids(admin, timeRange="7d") == ["tonight"]
    assert await ids(admin, since="2026-05-16", until="2026-05-17") == ["too-early"]
    assert await ids(admin, since="2026-06-16", until="2026-06-17") == ["tomorrow"]


async def test_24h_goes_by_whole_hours(admin: AsyncClient, db: Pool, clock: SettableClock) -> None:
    clock.set(datetime(2026, 6, 15, 12, 40, tzinfo=UTC))
    await insert(
        db,
        "user_sessions",
        session("in", datetime(2026, 6, 14, 12, 0, tzinfo=UTC)),
        session("out", datetime(2026, 6, 14, 11, 59, 59, tzinfo=UTC)),
    )
    assert await ids(admin, timeRange="24h") == ["in"]


async def test_bots_are_left_out_unless_asked_for(admin: AsyncClient, db: Pool) -> None:
    await insert(
        db,
        "user_sessions",
        session("person", NOON),
        session("robot", NOON - timedelta(hours=1), bot_reason="crawler"),
    )
    assert await ids(admin) == ["person"]
    assert await ids(admin, bots="exclude") == ["person"]
    assert await ids(admin, bots="include") == ["person", "robot"]
    assert await ids(admin, bots="only") == ["robot"]


async def test_a_filter_chooses_the_sessions_that_have_the_value(
    admin: AsyncClient, db: Pool
) -> None:
    filters = {
        "deviceType": ("device_type", "tablet"),
        "browser": ("browser_name", "Firefox"),
        "utmSource": ("utm_source", "newsletter"),
        "utmMedium": ("utm_medium", "mail"),
        "utmCampaign": ("utm_campaign", "spring & summer"),
        "referrerHost": ("referrer_host", "example.at"),
        "status": ("conversion_status", "abandoned"),
    }
    for parameter, (column, value) in filters.items():
        await insert(db, "user_sessions", session(parameter, NOON, **{column: value}))
    for parameter, (_, value) in filters.items():
        assert await ids(admin, **{parameter: value}) == [parameter]


async def test_filters_are_combined(admin: AsyncClient, db: Pool) -> None:
    await insert(
        db,
        "user_sessions",
        session("both", NOON, device_type="mobile", utm_source="ad"),
        session("one", NOON, device_type="mobile"),
        session("other", NOON, utm_source="ad"),
    )
    assert await ids(admin, deviceType="mobile", utmSource="ad") == ["both"]


async def test_prices_are_between_and_what_has_none_is_not(admin: AsyncClient, db: Pool) -> None:
    await insert(
        db,
        "user_sessions",
        session("3", NOON, last_price=300000),
        session("2", NOON, last_price=200000),
        session("1", NOON, last_price=199999),
        session("0", NOON),
    )
    assert await ids(admin, minPrice=200000) == ["3", "2"]
    assert await ids(admin, maxPrice=200000) == ["2", "1"]
    assert await ids(admin, minPrice=200000, maxPrice=200000) == ["2"]


async def test_a_category_and_its_value_are_those_of_the_final_configuration(
    admin: AsyncClient, db: Pool
) -> None:
    configurations: dict[str, dict[str, object]] = {
        "6": {"pvanlage": {"quantity": 4}},
        "5": {"pvanlage": {"value": "pv_modules", "quantity": 4}},
        "4": {"pvanlage": {"value": "pv_panels", "quantity": 4}},
        "3": {"kamindurchzug": True},
        "2": {"kamindurchzug": "enabled"},
        "1": {"nest": "nest80"},
        "0": {},
    }
    await insert(
        db,
        "user_sessions",
        *[
            session(name, NOON, final_configuration=it, final_snapshot_at=NOON)
            for name, it in configurations.items()
        ],
        session("none", NOON),
    )
    assert await ids(admin, category="pvanlage") == ["6", "5", "4"]
    assert await ids(admin, category="nest", value="nest80") == ["1"]
    assert await ids(admin, category="nest", value="nest100") == []
    # a quantity alone, or a ticked box, means the only option of the category
    assert await ids(admin, category="pvanlage", value="pv_modules") == ["6", "5"]
    assert await ids(admin, category="kamindurchzug", value="enabled") == ["3", "2"]


async def test_a_ticked_box_is_the_only_option_of_the_list_in_force_when_it_was_saved(
    admin: AsyncClient, db: Pool
) -> None:
    ticked = {"pvanlage": True}
    await insert(
        db,
        "user_sessions",
        session("2", NOON, final_configuration=ticked, final_snapshot_at=NOON),
        session(
            "1",
            NOON,
            final_configuration=ticked,
            final_snapshot_at=datetime(2025, 7, 1, tzinfo=UTC),
        ),
    )
    assert await ids(admin, category="pvanlage", value="pv_modules") == ["2"]
    assert await ids(admin, category="pvanlage", value="pv_panels") == ["1"]
    assert await ids(admin, category="pvanlage", value="true") == []


async def test_q_is_a_part_of_an_id_and_no_pattern(admin: AsyncClient, db: Pool) -> None:
    await insert(db, "user_sessions", session("ab_c", NOON), session("abxc", NOON))
    assert await ids(admin, q="b_") == ["ab_c"]
    assert await ids(admin, q="%") == []
    assert await ids(admin, q="xc") == ["abxc"]


WRONG = (
    ("limit=0", "limit"),
    ("limit=501", "limit"),
    ("limit=ten", "limit"),
    ("timeRange=1y", "timeRange"),
    ("bots=maybe", "bots"),
    ("deviceType=watch", "deviceType"),
    ("status=lost", "status"),
    ("since=2026-06-01", "until"),
    ("until=2026-06-01", "since"),
    ("since=2026-06-31&until=2026-07-02", "since"),
    ("since=yesterday&until=2026-07-02", "since"),
    ("since=2026-06-02&until=2026-06-02", "until"),
    ("since=0001-01-01&until=2026-06-02", "since"),
    ("timeRange=7d&since=2026-06-01&until=2026-06-02", "timeRange"),
    ("minPrice=1e3", "minPrice"),
    ("minPrice=-1", "minPrice"),
    ("maxPrice=99999999999999999999", "maxPrice"),
    ("minPrice=2&maxPrice=1", "maxPrice"),
    ("value=nest80", "category"),
    ("q=a%00b", "q"),
    ("browser=%00", "browser"),
    ("cursor=abc", "cursor"),
    ("cursor=%FF", "cursor"),
    ("cursor=", "cursor"),
)


async def test_a_parameter_that_is_wrong_is_400_and_named(admin: AsyncClient) -> None:
    for query, field in WRONG:
        response = await admin.get(f"{SESSIONS}?{query}")
        assert (response.status_code, response.json().get("field")) == (400, field), query
        assert field in response.json()["error"]


async def test_there_is_a_next_page_only_where_something_is_on_it(
    admin: AsyncClient, db: Pool
) -> None:
    await insert(db, "user_sessions", session("b", NOON), session("a", NOON))
    assert (await page(admin, limit=2))["nextCursor"] is None
    first = await page(admin, limit=1)
    assert [item["sessionId"] for item in first["items"]] == ["b"]
    second = await page(admin, limit=1, cursor=first["nextCursor"])
    assert [item["sessionId"] for item in second["items"]] == ["a"]
    assert second["nextCursor"] is None


async def all_pages(admin: AsyncClient, limit: int) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        asked = {"limit": limit} | ({} if cursor is None else {"cursor": cursor})
        answer = await page(admin, **asked)
        found += [item["sessionId"] for item in answer["items"]]
        cursor = answer["nextCursor"]
        if cursor is None:
            return found


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    # few distinct starts, so that many sessions began in the same microsecond
    starts=st.lists(st.integers(0, 3), max_size=25),
    limit=st.integers(1, 7),
)
async def test_the_pages_together_are_the_plain_list(
    admin: AsyncClient, db: Pool, starts: list[int], limit: int
) -> None:
    async with db.connection() as connection:
        await connection.execute("delete from user_sessions")
    rows = [(NOON - timedelta(microseconds=start), f"s-{n}") for n, start in enumerate(starts)]
    await insert(db, "user_sessions", *[session(name, start) for start, name in rows])
    plain = await ids(admin, limit=500)
    assert sorted(plain) == sorted(name for _, name in rows)
    assert await all_pages(admin, limit) == plain


async def test_a_page_is_read_from_the_index(db: Pool) -> None:
    async with db.connection() as connection:
        await connection.execute("set local enable_seqscan = off")
        cursor = await connection.execute(
            "explain select session_id from user_sessions"
            " where (start_time, session_id) < (now(), '') order by start_time desc,"
            " session_id desc limit 10"
        )
        plan = "\n".join(row[0] for row in await cursor.fetchall())
    assert "idx_user_sessions_start_time" in plan
    assert "Sort" not in plan


@given(
    start=st.integers(0, 4_000_000_000_000_000).map(
        lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    ),
    session_id=st.text("abcXYZ019_.:-", min_size=1, max_size=255),
)
def test_a_cursor_leads_back_to_its_place(start: datetime, session_id: str) -> None:
    place = Place(start, session_id)
    assert place_of(cursor_of(place), Place) == place


@given(position=st.integers(0, 30), character=st.sampled_from("ABCxyz019-_"))
def test_a_cursor_that_was_tampered_with_is_refused(position: int, character: str) -> None:
    cursor = cursor_of(Place(NOON, "session-1"))
    tampered = cursor[:position] + character + cursor[position + 1 :]
    if tampered != cursor:
        with pytest.raises(Problem) as caught:
            place_of(tampered, Place)
        assert caught.value.field == "cursor"
