"""How is an answer written, and what is told when something is wrong?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

import psycopg
import pytest
from fastapi import FastAPI, Query
from httpx import ASGITransport, AsyncClient
from msgspec import Struct, field
from psycopg.errors import QueryCanceled
from starlette.requests import Request

from nesthaus.responses import answer_problems, encode, invalid, json_response, not_found
from nesthaus.responses.documents import document_model, problem_documents


class Inner(Struct, rename="camel"):
    time_spent: float | None


class Outer(Struct, rename="camel"):
    from_: str = field(name="from")
    start_time: datetime
    inner_ones: list[Inner]
    anything: dict[str, object]


def raising(error: Exception) -> NoReturn:
    raise error


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    answer_problems(app)

    @app.get("/problem")
    async def problem() -> str:
        raise invalid("price", "price is missing")

    @app.get("/number", responses=problem_documents(_400="wrong"))
    async def number(value: Annotated[int, Query(alias="theValue", ge=1)]) -> int:
        return value

    @app.post("/body")
    async def body(given: dict[str, int]) -> dict[str, int]:
        return given

    @app.get("/slow")
    async def slow() -> str:
        raise QueryCanceled("canceling statement due to statement timeout")

    @app.get("/away")
    async def away() -> str:
        raise psycopg.OperationalError("connection to server at 10.0.0.1 failed")

    @app.get("/outer", response_model=document_model(Outer))
    async def outer() -> object:
        return json_response(Outer("x", datetime(2026, 1, 1, tzinfo=UTC), [Inner(None)], {}))

    async def plain(request: Request) -> NoReturn:
        raising({"fault": ZeroDivisionError("secret")}.get(request.url.path[1:], not_found("No.")))

    app.add_route("/fault", plain)
    app.add_route("/plain", plain)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def test_json_is_in_camel_case_with_times_in_utc_and_exact_numbers() -> None:
    assert encode(Inner(1.5)) == b'{"timeSpent":1.5}'
    assert encode(datetime(2026, 6, 15, 12, tzinfo=ZoneInfo("UTC"))) == b'"2026-06-15T12:00:00Z"'
    assert encode(Decimal("66.67")) == b"66.67"


async def test_a_problem_names_its_field(client: AsyncClient) -> None:
    response = await client.get("/problem")
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "price is missing",
        "error": "price is missing",
        "field": "price",
    }


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", "theValue: Field required"),
        ("?theValue=0", "theValue: Input should be greater than or equal to 1"),
        (
            "?theValue=x",
            "theValue: Input should be a valid integer, unable to parse string as an integer",
        ),
    ],
)
async def test_a_parameter_that_is_wrong_is_400_and_named(
    client: AsyncClient, query: str, error: str
) -> None:
    response = await client.get(f"/number{query}")
    assert response.status_code == 400
    assert (response.json()["field"], response.json()["error"]) == ("theValue", error)


async def test_a_body_that_is_no_json_is_400(client: AsyncClient) -> None:
    response = await client.post(
        "/body", content=b"{broken", headers={"Content-Type": "application/json"}
    )
    assert (response.status_code, response.json()["field"]) == (400, "body")


async def test_an_unknown_route_is_404_without_a_field(client: AsyncClient) -> None:
    response = await client.get("/nowhere")
    assert response.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at /nowhere.",
        "error": "There is nothing at /nowhere.",
    }


async def test_a_wrong_method_is_405_and_says_which_are_right(client: AsyncClient) -> None:
    response = await client.delete("/problem")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET"
    assert response.json()["error"] == "/problem does not take DELETE."


async def test_plain_routes_answer_problems_too(client: AsyncClient) -> None:
    response = await client.get("/plain")
    assert (response.status_code, response.json()["error"]) == (404, "No.")


async def test_a_fault_is_500_and_tells_nothing_of_itself(client: AsyncClient) -> None:
    response = await client.get("/fault")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text
    assert "Error" not in response.json()["detail"]


async def test_a_statement_over_its_time_limit_is_503(client: AsyncClient) -> None:
    response = await client.get("/slow")
    assert (response.status_code, response.headers["retry-after"]) == (503, "30")
    assert "took too long" in response.json()["error"]


async def test_a_database_that_is_away_is_503(client: AsyncClient) -> None:
    response = await client.get("/away")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert "10.0.0.1" not in response.text


async def test_the_document_describes_what_is_answered(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    assert sorted(schemas["Outer"]["properties"]) == ["anything", "from", "innerOnes", "startTime"]
    assert sorted(schemas["Outer"]["required"]) == ["anything", "from", "innerOnes", "startTime"]
    assert schemas["Outer"]["properties"]["startTime"]["format"] == "date-time"
    assert schemas["Outer"]["properties"]["innerOnes"]["items"]["$ref"].endswith("/Inner")
    assert {"type": "null"} in schemas["Inner"]["properties"]["timeSpent"]["anyOf"]


async def test_the_document_promises_problems_and_no_422(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    answers = document["paths"]["/number"]["get"]["responses"]
    assert sorted(answers) == ["200", "400", "default"]
    schema = answers["400"]["content"]["application/problem+json"]["schema"]
    assert schema["required"] == ["type", "title", "status", "detail", "error"]
