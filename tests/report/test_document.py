"""Does the OpenAPI document describe what the reports really answer?"""

from datetime import UTC, datetime
from typing import Any, cast

import jsonschema_rs
from httpx import AsyncClient

from nesthaus.db.pool import Pool
from tests.report.rows import entry, finalisation, insert, selection, session, snapshot

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


async def assert_as_described(
    admin: AsyncClient, document: dict[str, Any], path: str, status: int, **asked: str
) -> None:
    response = await admin.get(path, params=asked)
    assert response.status_code == status
    described = document["paths"][path]["get"]["responses"][str(status)]["content"]
    (kind, content) = cast("tuple[str, dict[str, Any]]", next(iter(described.items())))
    assert response.headers["content-type"] == kind
    schema = {**content["schema"], "components": document["components"]}
    jsonschema_rs.validator_for(schema).validate(response.json())


async def test_what_is_answered_is_what_the_document_describes(
    admin: AsyncClient, db: Pool
) -> None:
    house: dict[str, object] = {"nest": "nest80", "pvanlage": {"quantity": 2}}
    await insert(db, "user_sessions", session("s1", NOON, final_configuration=house))
    await insert(db, "session_entries", entry("s1", NOON, house))
    await insert(db, "interaction_events", selection("s1", NOON, "nest", "nest80"))
    await insert(db, "configuration_snapshots", snapshot("s1", NOON, house, total_price=219084))
    await insert(db, "session_finalisations", finalisation("s1", NOON, "converted"))
    document = (await admin.get("/openapi.json")).json()
    journey = "/api/admin/analytics/user-journey"
    await assert_as_described(admin, document, "/api/admin/sessions", 200)
    await assert_as_described(admin, document, "/api/admin/sessions", 400, limit="0")
    await assert_as_described(admin, document, journey, 200, sessionId="s1")
    await assert_as_described(admin, document, journey, 404, sessionId="nobody")
    for name in ("sessions", "interactions", "snapshots"):
        await assert_as_described(admin, document, f"/api/admin/export/{name}.json", 200)
    await assert_as_described(admin, document, "/api/admin/export/daily.json", 400, since="x")


async def test_the_document_names_every_column_of_a_step(admin: AsyncClient) -> None:
    schemas = (await admin.get("/openapi.json")).json()["components"]["schemas"]
    assert sorted(schemas["Step"]["required"]) == [
        "at",
        "category",
        "changed",
        "configuration",
        "dwellMs",
        "from",
        "id",
        "kind",
        "label",
        "price",
        "priceDelta",
        "to",
        "trigger",
    ]


async def test_the_document_says_that_a_token_or_a_login_is_needed(admin: AsyncClient) -> None:
    document = (await admin.get("/openapi.json")).json()
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for path in ("/api/admin/sessions", "/api/admin/analytics/user-journey"):
        assert document["paths"][path]["get"]["security"] == [{"bearer": []}, {"cookie": []}]
        assert "422" not in document["paths"][path]["get"]["responses"]
