"""Who is told without a token what only those on this machine may know?"""

import httpx
import pytest

from nesthaus.access.actors import Role
from nesthaus.access.parts import Access


async def test_a_call_from_here_reads_metrics(client: httpx.AsyncClient) -> None:
    assert (await client.get("/metrics")).status_code == 200


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "Via"]
)
async def test_a_call_that_a_proxy_here_passes_on_comes_from_elsewhere(
    client: httpx.AsyncClient, access: Access, header: str
) -> None:
    passed_on = {header: "127.0.0.1"}
    token = (await access.tokens.create("prometheus", Role.VIEWER)).token

    assert (await client.get("/metrics", headers=passed_on)).status_code == 403
    with_token = passed_on | {"Authorization": f"Bearer {token}"}
    assert (await client.get("/metrics", headers=with_token)).status_code == 200
