"""Calls made from the OpenAPI document, right ones and wrong ones, of every route: is any a fault?

As schemathesis makes them; the whole of it runs from outside with
`schemathesis run http://localhost:8000/api/openapi.json -H "Authorization: Bearer TOKEN"`.
"""

import re
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from nesthaus.access.actors import Role
from nesthaus.access.parts import Access
from nesthaus.access.rights import LOGIN_PATH

EXAMPLES = 2
_QUIET = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=(
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ),
)


def made_calls(document: dict[str, Any], mode: GenerationMode) -> list[Any]:
    made: list[Any] = []
    schema: Any = schemathesis.openapi.from_dict(document)
    for found in schema.get_all_operations():
        operation: Any = found.ok()

        @_QUIET
        @given(operation.as_strategy(generation_mode=mode))
        def note(case: Any) -> None:
            made.append(case)

        if mode is GenerationMode.POSITIVE or operation.query or operation.body:
            note()
    return made


async def answer_to(client: httpx.AsyncClient, case: Any) -> httpx.Response:
    told: dict[str, Any] = case.as_transport_kwargs(base_url="http://api")
    data: Any = told.get("data")
    content: Any = urlencode(data) if isinstance(data, dict) else data  # pyright: ignore[reportUnknownArgumentType]
    body: dict[str, Any] = {"json": told.get("json")} if data is None else {"content": content}
    headers = {
        name: value.encode("utf-8", "surrogatepass").replace(b"\n", b"").replace(b"\r", b"")
        for name, value in dict(told.get("headers") or {}).items()
        if re.fullmatch(r"[A-Za-z0-9_-]+", name) and name.lower() != "authorization"
    }
    return await client.request(
        told["method"], told["url"], params=told.get("params"), headers=headers, **body
    )


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
async def test_no_call_is_answered_by_a_fault(
    client: httpx.AsyncClient, access: Access, mode: GenerationMode
) -> None:
    document: dict[str, Any] = (await client.get("/api/openapi.json")).json()
    document["paths"].pop(LOGIN_PATH)  # wrong passwords are limited, and have tests of their own
    token = (await access.tokens.create("made calls", Role.ADMIN)).token
    client.headers["Authorization"] = f"Bearer {token}"

    calls = made_calls(document, mode)

    assert len({(case.method, case.path) for case in calls}) > 45
    for case in calls:
        answer = await answer_to(client, case)
        told = f"{case.as_curl_command()}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code < 500, told
        assert "Traceback" not in answer.text, told
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", told
