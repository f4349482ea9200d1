"""What does the journey of one session tell?"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from nesthaus.archive.sessions import Archive
from nesthaus.db.pool import Pool
from nesthaus.domain.pricing import Catalogue
from nesthaus.report.journeys import journey
from tests.report.rows import (
    entry,
    finalisation,
    insert,
    interaction,
    selection,
    session,
    snapshot,
)

# The list of 2025-12 is in force.
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
JOURNEY = "/api/admin/analytics/user-journey"


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


async def told(admin: AsyncClient, session_id: str = "s1") -> dict[str, Any]:
    response = await admin.get(JOURNEY, params={"sessionId": session_id})
    assert response.status_code == 200, response.text
    return response.json()


async def a_session_with_clicks(db: Pool) -> None:
    """A tracker sends a selection and then, by itself, what stands on the page."""
    small: dict[str, object] = {"nest": "nest80", "gebaeudehuelle": "trapezblech"}
    wooden: dict[str, object] = {"nest": "nest80", "gebaeudehuelle": "holzlattung"}
    last = after(30)
    await insert(db, "user_sessions", session("s1", NOON, last_activity=last, last_price=213032))
    await insert(db, "session_entries", entry("s1", NOON, small))
    shell = "gebaeudehuelle"
    await insert(
        db,
        "interaction_events",
        selection(
            "s1", after(5), shell, "holzlattung", previous_value="trapezblech", sequence=1, page="p"
        ),
        selection(
            "s1",
            after(20),
            shell,
            "trapezblech",
            previous_value="holzlattung",
            sequence=2,
            page="p",
        ),
    )
    await insert(
        db,
        "configuration_snapshots",
        snapshot("s1", after(5.5), wooden, total_price=237445, completion_percentage=50),
        snapshot("s1", after(20.5), small, total_price=213032, completion_percentage=50),
    )
    await insert(
        db, "session_finalisations", finalisation("s1", last, "abandoned", exit_page="/demo")
    )


async def test_each_click_is_told_with_the_price_before_and_after(
    admin: AsyncClient, db: Pool
) -> None:
    await a_session_with_clicks(db)
    answer = await told(admin)
    steps = answer["timeline"]
    assert [step["kind"] for step in steps] == [
        "start",
        "selection",
        "snapshot",
        "selection",
        "snapshot",
        "abandoned",
    ]
    assert [step["price"] for step in steps] == [213032, 237445, 237445, 213032, 213032, 213032]
    assert [step["priceDelta"] for step in steps] == [None, 24413, 0, -24413, 0, 0]
    assert [step["dwellMs"] for step in steps] == [5000, 500, 14500, 500, 9500, None]
    first_click = steps[1]
    assert {name: first_click[name] for name in ("at", "category", "from", "to", "label")} == {
        "at": "2026-06-15T12:00:05Z",
        "category": "gebaeudehuelle",
        "from": "trapezblech",
        "to": "holzlattung",
        "label": "Gebäudehülle: Trapezblech → Holzlattung Lärche Natur",
    }
    assert first_click["configuration"] == {"nest": "nest80", "gebaeudehuelle": "holzlattung"}
    assert first_click["changed"] == {
        "gebaeudehuelle": {"from": "trapezblech", "to": "holzlattung"}
    }


async def test_the_insights_say_how_it_was_decided(admin: AsyncClient, db: Pool) -> None:
    await a_session_with_clicks(db)
    again = selection("s1", after(25), "gebaeudehuelle", "holzlattung", sequence=3, page="p")
    await insert(db, "interaction_events", again)
    assert (await told(admin))["insights"] == {
        "timePerCategory": [{"category": "gebaeudehuelle", "ms": 25000}],
        "changesOfMind": [
            {"category": "gebaeudehuelle", "from": "holzlattung", "via": "trapezblech"}
        ],
        "lastStep": "gebaeudehuelle",
        "firstPrice": 213032,
        "highestPrice": 237445,
        "finalPrice": 237445,
    }


async def test_rows_appear_with_their_columns_in_camel_case(admin: AsyncClient, db: Pool) -> None:
    await a_session_with_clicks(db)
    answer = await told(admin)
    assert answer["asOf"] == "2026-06-15T12:00:00Z"
    assert answer["truncated"] is False
    listed = (await admin.get("/api/admin/sessions")).json()["items"]
    assert answer["session"] == listed[0]
    first = answer["interactions"][0]
    assert UUID(first.pop("id")).version == 4
    assert first == {
        "sessionId": "s1",
        "timestamp": "2026-06-15T12:00:05Z",
        "receivedAt": "2026-06-15T12:00:05.080000Z",
        "eventType": "selection",
        "category": "gebaeudehuelle",
        "elementId": None,
        "selectionValue": "holzlattung",
        "previousValue": "trapezblech",
        "quantity": None,
        "squareMeters": None,
        "timeSpent": None,
        "cause": None,
        "page": "p",
        "sequence": 1,
        "deviceType": None,
        "viewportWidth": None,
        "viewportHeight": None,
        "over": False,
    }
    saved = answer["snapshots"][0]
    assert {
        name: saved[name] for name in ("totalPrice", "completionPercentage", "triggerEvent")
    } == {
        "totalPrice": 237445,
        "completionPercentage": 50.0,
        "triggerEvent": "auto_save",
    }
    assert saved["configurationData"] == {"nest": "nest80", "gebaeudehuelle": "holzlattung"}


async def test_an_order_of_another_session_leads_to_no_conversion(
    admin: AsyncClient, db: Pool
) -> None:
    """Persist gives the order to whom reported it first; the step is told all the same."""
    await insert(db, "user_sessions", session("s1", NOON))
    later = finalisation("s1", NOON + timedelta(minutes=1), "converted", order_id="A-7")
    await insert(db, "session_finalisations", later)
    answer = await told(admin)
    assert [step["kind"] for step in answer["timeline"]] == ["start", "converted"]
    assert answer["insights"]["lastStep"] == "started"


async def test_what_was_over_is_listed_but_is_no_step(admin: AsyncClient, db: Pool) -> None:
    late = NOON + timedelta(days=8)
    await insert(db, "user_sessions", session("s1", NOON, converted_at=late))
    await insert(
        db,
        "interaction_events",
        selection("s1", NOON, "nest", "nest80"),
        selection("s1", late, "nest", "nest160", over=True),
    )
    await insert(
        db, "configuration_snapshots", snapshot("s1", late, {"nest": "nest160"}, over=True)
    )
    await insert(
        db,
        "session_finalisations",
        finalisation("s1", late, "abandoned", over=True),
        finalisation("s1", late, "converted", over=True, order_id="A-7"),
    )
    answer = await told(admin)
    assert [row["over"] for row in answer["interactions"]] == [False, True]
    assert [row["over"] for row in answer["snapshots"]] == [True]
    steps = answer["timeline"]
    assert [(step["kind"], step["price"]) for step in steps] == [
        ("start", 0),
        ("selection", 213032),
        ("converted", 213032),
    ]
    assert steps[-1]["label"] == "Converted A-7"
    assert answer["insights"]["lastStep"] == "converted"


async def test_a_second_create_changes_neither_start_nor_opening(
    admin: AsyncClient, db: Pool
) -> None:
    await insert(db, "user_sessions", session("s1", NOON))
    await insert(
        db,
        "session_entries",
        entry("s1", after(-1), implied=True, header_user_agent="x"),
        entry("s1", after(1)),
        entry("s1", after(2), {"nest": "nest80"}),
        entry("s1", after(9), {"nest": "nest160"}),
    )
    (start,) = (await told(admin))["timeline"]
    assert (start["kind"], start["at"], start["price"]) == ("start", "2026-06-15T12:00:01Z", 213032)


async def test_a_header_alone_is_no_create(admin: AsyncClient, db: Pool) -> None:
    await insert(db, "user_sessions", session("s1", NOON))
    await insert(db, "session_entries", entry("s1", after(3), implied=True))
    await insert(db, "interaction_events", interaction("s1", after(3), "scroll"))
    steps = (await told(admin))["timeline"]
    assert [(step["kind"], step["at"]) for step in steps] == [
        ("start", "2026-06-15T12:00:00Z"),
        ("scroll", "2026-06-15T12:00:03Z"),
    ]


async def test_a_snapshot_that_could_not_be_priced_stands_there_as_it_was_sent(
    admin: AsyncClient, db: Pool
) -> None:
    await insert(db, "user_sessions", session("s1", NOON))
    sent: dict[str, object] = {"nest": "nest80", "gebaeudehuelle": "gold", "kamindurchzug": True}
    await insert(db, "configuration_snapshots", snapshot("s1", after(1), sent, price_error="gold?"))
    answer = await told(admin)
    assert answer["snapshots"][0]["configurationData"] == sent
    assert answer["snapshots"][0]["priceError"] == "gold?"
    assert answer["timeline"][1]["price"] is None
    assert answer["timeline"][1]["configuration"] == {
        "gebaeudehuelle": "gold",
        "kamindurchzug": "enabled",
        "nest": "nest80",
    }


async def test_an_unknown_session_is_404(admin: AsyncClient) -> None:
    response = await admin.get(JOURNEY, params={"sessionId": "nobody"})
    assert response.status_code == 404
    assert response.json()["error"] == "There is no session nobody."


async def test_without_a_session_it_is_400(admin: AsyncClient) -> None:
    for query in ("", "?sessionId=", "?sessionId=a%00b", f"?sessionId={'x' * 256}"):
        response = await admin.get(JOURNEY + query)
        assert (response.status_code, response.json()["field"]) == (400, "sessionId"), query


async def test_without_a_token_it_is_401_whatever_is_asked(admin: AsyncClient) -> None:
    for query in ("", "?sessionId=nobody"):
        response = await admin.get(JOURNEY + query, headers={"Authorization": ""})
        assert response.status_code == 401


async def test_a_session_with_too_many_rows_is_cut_and_says_so(
    db: Pool, reports: Pool, archive: Archive, catalogue: Catalogue
) -> None:
    await insert(db, "user_sessions", session("s1", NOON))
    rows = [interaction("s1", after(second), "scroll") for second in range(4)]
    await insert(db, "interaction_events", *rows)
    cut = await journey(reports, archive, "s1", catalogue, NOON, most=3)
    assert cut is not None
    assert cut.truncated
    assert [step.kind for step in cut.timeline] == ["start", "scroll", "scroll", "scroll"]
    whole = await journey(reports, archive, "s1", catalogue, NOON, most=4)
    assert whole is not None
    assert not whole.truncated


async def test_a_statement_over_its_time_limit_is_503_and_the_pool_goes_on(
    admin: AsyncClient, db: Pool
) -> None:
    await insert(db, "user_sessions", session("s1", NOON))
    async with db.connection() as connection:
        await connection.execute("lock table configuration_snapshots")
        response = await admin.get(JOURNEY, params={"sessionId": "s1"})
    assert response.status_code == 503
    assert response.headers["retry-after"] == "30"
    assert response.json()["error"].startswith("The database took too long")
    answers = await asyncio.gather(*[told(admin) for _ in range(4)])
    assert [len(answer["timeline"]) for answer in answers] == [1, 1, 1, 1]


@pytest.mark.parametrize("table", ["interaction_events", "configuration_snapshots"])
async def test_a_journey_reads_an_index(db: Pool, table: str) -> None:
    async with db.connection() as connection:
        await connection.execute("set local enable_seqscan = off")
        cursor = await connection.execute(
            f"explain select * from {table} where session_id = 's1'".encode()
        )
        plan = "\n".join(row[0] for row in await cursor.fetchall())
    assert "Seq Scan" not in plan
