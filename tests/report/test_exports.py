"""What is in an exported file, and is it what the pages tell?"""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient, Response

from nesthaus.db.pool import Pool
from nesthaus.report.exports import EXPORTS
from nesthaus.report.formats import columns_of
from tests.clocks import SettableClock
from tests.report.rows import insert, interaction, selection, session, snapshot

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
NAMES = [export.name for export in EXPORTS]
HOUSE: dict[str, object] = {"nest": "nest80", "fassade": "laerche"}


async def exported(admin: AsyncClient, file: str, **asked: str) -> Response:
    response = await admin.get(f"/api/admin/export/{file}", params=asked)
    assert response.status_code == 200, response.text
    return response


async def items(admin: AsyncClient, name: str, **asked: str) -> list[dict[str, Any]]:
    return (await exported(admin, f"{name}.json", **asked)).json()["items"]


async def cells(admin: AsyncClient, name: str, **asked: str) -> list[dict[str, str]]:
    content = (await exported(admin, f"{name}.csv", **asked)).content
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


async def some_of_everything(db: Pool) -> None:
    house = HOUSE | {"pvanlage": {"quantity": 2}}
    await insert(
        db,
        "user_sessions",
        session(
            "s1",
            NOON,
            final_configuration=house,
            final_configuration_hash="a" * 64,
            final_snapshot_at=NOON,
            last_price=213032,
        ),
    )
    await insert(db, "interaction_events", selection("s1", NOON, "nest", "nest80", time_spent=700))
    await insert(db, "configuration_snapshots", snapshot("s1", NOON, house, total_price=213032))
    await insert(db, "performance_metrics", metric("lcp", NOON, "s1"))


def metric(name: str, at: datetime, session_id: str | None, **columns: object) -> dict[str, object]:
    number = int(at.timestamp() * 1000) % 10**12
    return {
        "id": f"00000000-0000-7000-8000-{number:012d}",
        "timestamp": at,
        "received_at": at,
        "session_id": session_id,
        "metric_name": name,
        "value": 12.5,
        "unit": "ms",
        "additional_data": {"route": "/x"},
    } | columns


async def counted_by_hand(db: Pool) -> None:
    """Stored figures of the day, as the aggregation leaves them."""
    await insert(
        db,
        "daily_analytics",
        {"date": "2026-06-15", "metric_type": "sessions", "count": 1, "unique_sessions": 1},
        {
            "date": "2026-06-15",
            "metric_type": "selections",
            "category": "nest",
            "value_text": "nest80",
            "count": 3,
            "unique_sessions": 2,
            "time_sum_ms": 700,
            "timed_count": 2,
        },
    )
    await insert(db, "aggregation_state", {"time_zone": "Europe/Vienna", "counted_at": NOON})


@pytest.mark.parametrize("name", NAMES)
async def test_the_three_formats_tell_the_same_rows_in_the_same_columns(
    admin: AsyncClient, db: Pool, name: str
) -> None:
    await some_of_everything(db)
    # One that only sessions themselves can tell.
    asked = {"minPrice": "1"}
    in_json = await items(admin, name, **asked)
    lines = (await exported(admin, f"{name}.ndjson", **asked)).text.splitlines()
    in_csv = await cells(admin, name, **asked)
    columns = list(columns_of(next(each.row for each in EXPORTS if each.name == name)))
    assert in_json
    assert [json.loads(line) for line in lines] == in_json
    assert all(list(row) == columns for row in [*in_json, *in_csv])
    for cells_of_row, row in zip(in_csv, in_json, strict=True):
        assert [said(cell, row[name]) for name, cell in cells_of_row.items()] == [*row.values()]


def said(cell: str, value: object) -> object:
    """What a cell says, read as a value of the kind that JSON says."""
    assert "\n" not in cell
    if value is None:
        return cell or None
    return cell if isinstance(value, str) else json.loads(cell)


async def test_an_interaction_in_csv(admin: AsyncClient, db: Pool) -> None:
    await insert(db, "user_sessions", session("s1", NOON))
    event = selection(
        "s1",
        NOON + timedelta(milliseconds=1500),
        "nest",
        'nest, "80"',
        id="0197729a-0000-7000-8000-000000000001",
        element_id="a\nb",
        quantity=2,
        square_meters=-5.5,
        time_spent=700,
        previous_value="=1+1",
    )
    await insert(db, "interaction_events", event)
    response = await exported(admin, "interactions.csv")
    assert response.content == (
        b"\xef\xbb\xbfid,sessionId,timestamp,receivedAt,eventType,category,elementId,"
        b"selectionValue,previousValue,quantity,squareMeters,timeSpent,cause,page,sequence,"
        b"deviceType,viewportWidth,viewportHeight,over\r\n"
        b"0197729a-0000-7000-8000-000000000001,s1,2026-06-15T12:00:01.5Z,"
        b"2026-06-15T12:00:01.58Z,selection,nest,a b,"
        b'"nest, ""80""",\'=1+1,2,-5.5,700,,,,,,,false\r\n'
    )
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == (
        'attachment; filename="interactions-2026-05-17-to-2026-06-15.csv"'
    )
    assert response.headers["cache-control"] == "no-store"


async def test_json_says_texts_as_they_were_sent(admin: AsyncClient, db: Pool) -> None:
    said = '=a\\b"c"\n\r\t\x01\x85\u2028ä'
    await insert(db, "user_sessions", session("s1", NOON, exit_page=said))
    await insert(db, "interaction_events", interaction("s1", NOON, "click", element_id=said))
    for name, column in (("sessions", "exitPage"), ("interactions", "elementId")):
        assert [item[column] for item in await items(admin, name)] == [said]
        (line,) = (await exported(admin, f"{name}.ndjson")).text.splitlines()
        assert json.loads(line)[column] == said


async def test_a_json_file_says_when_it_is_of(admin: AsyncClient, db: Pool) -> None:
    assert (await exported(admin, "sessions.json")).content == (
        b'{"items":[],"asOf":"2026-06-15T12:00:00Z"}'
    )
    assert (await exported(admin, "daily.json")).json() == {"items": [], "asOf": None}


@pytest.mark.parametrize("name", NAMES)
async def test_a_file_without_rows_is_a_file(admin: AsyncClient, name: str) -> None:
    assert await items(admin, name) == []
    assert (await exported(admin, f"{name}.ndjson")).content == b""
    heading = ",".join(columns_of(next(each.row for each in EXPORTS if each.name == name)))
    assert (await exported(admin, f"{name}.csv")).text == f"\ufeff{heading}\r\n"


async def test_files_longer_than_a_part_are_whole(admin: AsyncClient, db: Pool) -> None:
    await insert(db, "user_sessions", *[session(f"s{n:04d}", NOON) for n in range(1200)])
    names = [f"s{n:04d}" for n in range(1200)]
    assert [item["sessionId"] for item in await items(admin, "sessions")] == names
    assert [row["sessionId"] for row in await cells(admin, "sessions")] == names


async def test_rows_come_session_by_session_in_the_order_of_each(
    admin: AsyncClient, db: Pool
) -> None:
    await insert(
        db, "user_sessions", session("late", NOON), session("early", NOON - timedelta(minutes=5))
    )
    minute = timedelta(minutes=1)
    events = [("late", 0, 2), ("early", 1, None), ("late", 0, 1), ("early", 0, None)]
    await insert(
        db,
        "interaction_events",
        *[
            interaction(each, NOON + after * minute, "click", sequence=sequence, element_id=str(n))
            for n, (each, after, sequence) in enumerate(events)
        ],
    )
    told = [(item["sessionId"], item["elementId"]) for item in await items(admin, "interactions")]
    assert told == [("early", "3"), ("early", "1"), ("late", "2"), ("late", "0")]


async def test_what_is_over_is_exported_and_says_so(admin: AsyncClient, db: Pool) -> None:
    """Also where it lies after the range: a session's rows belong to the day of its start."""
    await insert(db, "user_sessions", session("s1", NOON))
    later = NOON + timedelta(days=8)
    await insert(db, "interaction_events", interaction("s1", later, "click", over=True))
    await insert(db, "configuration_snapshots", snapshot("s1", later, HOUSE, over=True))
    for name in ("interactions", "snapshots"):
        rows = await items(admin, name, since="2026-06-15", until="2026-06-16")
        assert [row["over"] for row in rows] == [True]


async def test_filters_choose_sessions_and_their_rows_follow(admin: AsyncClient, db: Pool) -> None:
    await insert(
        db,
        "user_sessions",
        session("mobile", NOON, device_type="mobile"),
        session("desktop", NOON, device_type="desktop"),
        session("robot", NOON, device_type="mobile", bot_reason="crawler"),
        session("before", NOON - timedelta(days=60), device_type="mobile"),
    )
    for each in ("mobile", "desktop", "robot", "before"):
        at = NOON - timedelta(days=60) if each == "before" else NOON
        await insert(db, "interaction_events", interaction(each, at, "click"))
        await insert(db, "configuration_snapshots", snapshot(each, at, HOUSE))
    for name in ("sessions", "interactions", "snapshots"):

        async def chosen(what: str = name, **asked: str) -> list[str]:
            return sorted([item["sessionId"] for item in await items(admin, what, **asked)])

        assert await chosen() == ["desktop", "mobile"]
        assert await chosen(deviceType="mobile") == ["mobile"]
        assert await chosen(bots="only") == ["robot"]
        assert await chosen(bots="include") == ["desktop", "mobile", "robot"]
        assert await chosen(since="2026-04-01", until="2026-05-01") == ["before"]
        assert await chosen(timeRange="24h") == ["desktop", "mobile"]


async def test_a_file_is_narrowed_as_the_list_of_sessions_is(admin: AsyncClient, db: Pool) -> None:
    await insert(
        db,
        "user_sessions",
        session("walk-1", NOON, conversion_status="converted"),
        session("walk-2", NOON, conversion_status="abandoned"),
        session("visit-1", NOON, conversion_status="converted"),
    )
    for asked, ids in (
        ({"status": "converted"}, ["visit-1", "walk-1"]),
        ({"q": "walk"}, ["walk-1", "walk-2"]),
        ({"status": "converted", "q": "walk"}, ["walk-1"]),
    ):
        rows = await items(admin, "sessions", **asked)
        assert [row["sessionId"] for row in rows] == ids
        listed = (await admin.get("/api/admin/sessions", params=asked)).json()["items"]
        assert sorted(row["sessionId"] for row in listed) == ids


async def test_values_of_no_session_are_exported_unless_sessions_are_filtered(
    admin: AsyncClient, db: Pool
) -> None:
    await insert(
        db,
        "user_sessions",
        session("s1", NOON, device_type="mobile"),
        session("robot", NOON, bot_reason="crawler"),
    )
    named = [("server", None), ("page", "s1"), ("crawl", "robot"), ("unknown", "nobody")]
    for second, (name, session_id) in enumerate(named):
        at = NOON + timedelta(seconds=second)
        await insert(db, "performance_metrics", metric(name, at, session_id))
    await insert(db, "performance_metrics", metric("old", NOON - timedelta(days=40), None))

    async def measured(**asked: str) -> list[str]:
        return [item["metricName"] for item in await items(admin, "performance", **asked)]

    assert await measured() == ["server", "page", "unknown"]
    assert await measured(deviceType="mobile") == ["page"]
    assert await measured(bots="include") == ["server", "page", "crawl", "unknown"]


async def test_daily_has_the_stored_figures_row_by_row(admin: AsyncClient, db: Pool) -> None:
    await counted_by_hand(db)
    assert (await exported(admin, "daily.json")).json() == {
        "items": [
            {
                "date": "2026-06-15",
                "metricType": "selections",
                "category": "nest",
                "valueText": "nest80",
                "count": 3,
                "uniqueSessions": 2,
                "timeSumMs": 700,
                "timedCount": 2,
                "averageTime": 350.0,
                "amountSum": 0,
            },
            {
                "date": "2026-06-15",
                "metricType": "sessions",
                "category": "",
                "valueText": "",
                "count": 1,
                "uniqueSessions": 1,
                "timeSumMs": 0,
                "timedCount": 0,
                "averageTime": None,
                "amountSum": 0,
            },
        ],
        "asOf": "2026-06-15T12:00:00Z",
    }


async def test_daily_is_counted_from_the_sessions_where_a_filter_asks_for_it(
    admin: AsyncClient, db: Pool, clock: SettableClock
) -> None:
    """By the hour for 24h, and days begin where the project is: 22:00 UTC is the day after."""
    await counted_by_hand(db)
    evening = datetime(2026, 6, 14, 22, 30, tzinfo=UTC)
    await insert(
        db,
        "user_sessions",
        session("a", NOON, browser_name="Firefox", session_duration=30),
        session("b", evening, browser_name="Firefox", session_duration=12),
        session("c", evening - timedelta(hours=1), browser_name="Firefox", session_duration=5),
        session("d", NOON, browser_name="Chrome", session_duration=9),
    )

    async def sessions(**asked: str) -> dict[str, tuple[int, int]]:
        rows = await items(admin, "daily", browser="Firefox", **asked)
        return {
            row["date"]: (row["count"], row["amountSum"])
            for row in rows
            if row["metricType"] == "sessions"
        }

    assert await sessions() == {"2026-06-14": (1, 5), "2026-06-15": (2, 42)}
    assert await sessions(timeRange="24h") == {
        "2026-06-14T21:00:00Z": (1, 5),
        "2026-06-14T22:00:00Z": (1, 12),
        "2026-06-15T12:00:00Z": (1, 30),
    }


async def test_popular_configurations_are_all_of_them_the_most_frequent_first(
    admin: AsyncClient, db: Pool
) -> None:
    ended: dict[str, object] = {"final_configuration": HOUSE, "final_snapshot_at": NOON}
    await insert(
        db,
        "user_sessions",
        *[
            session(
                f"s{n}",
                NOON,
                final_configuration_hash=f"{n // 2:064d}" if n else "f" * 64,
                last_price=100_001 + n,
                converted_at=NOON if n == 2 else None,
                **ended,
            )
            for n in range(4)
        ],
    )
    rows = await items(admin, "popular-configurations", minPrice="1")
    assert [(row["configurationHash"][-1], row["selectionCount"]) for row in rows] == [
        ("1", 2),
        ("0", 1),
        ("f", 1),
    ]
    assert rows[0] == {
        "configurationHash": f"{1:064d}",
        "configuration": {"fassade": "laerche", "nest": "nest80"},
        "selectionCount": 2,
        "completionCount": 1,
        "averagePrice": 100_004,  # of 100,003 and 100,004, half up
        "lastSelected": "2026-06-15T12:00:00Z",
    }


@pytest.mark.parametrize("file", ["sessions.xlsx", "accounts.csv", "sessions"])
async def test_there_is_no_other_file(admin: AsyncClient, file: str) -> None:
    assert (await admin.get(f"/api/admin/export/{file}")).status_code == 404


async def test_a_wrong_parameter_is_told_before_a_file_begins(admin: AsyncClient) -> None:
    answer = await admin.get("/api/admin/export/daily.csv", params={"since": "2026-06-01"})
    assert (answer.status_code, answer.json()["field"]) == (400, "until")
