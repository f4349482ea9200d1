"""How do the dashboard's files reach a browser?"""

import gzip
import re
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from nesthaus.pages import WEB, page_routes
from nesthaus.responses import answer_problems

MOST_BYTES = 250 * 1024


def client_of(web: Path = WEB) -> AsyncClient:
    application = Starlette(routes=page_routes(web=web))
    answer_problems(application)
    return AsyncClient(transport=ASGITransport(application), base_url="http://test")


@pytest.fixture
def client() -> AsyncClient:
    return client_of()


@pytest.mark.parametrize("path", ["/admin", "/admin/", "/admin/sessions/one.two"])
async def test_every_address_below_it_is_the_same_page(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    known = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert known.status_code == 304


async def test_assets_are_kept_for_ever_and_smaller_where_a_browser_takes_that(
    client: AsyncClient,
) -> None:
    name = next((WEB / "admin" / "assets").glob("index-*.js")).name
    packed = await client.get(f"/admin/assets/{name}", headers={"Accept-Encoding": "gzip"})
    plain = await client.get(f"/admin/assets/{name}", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    for answer in (packed, plain):
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"


async def test_an_asset_that_is_not_there_is_no_page(client: AsyncClient) -> None:
    assert (await client.get("/admin/assets/old-1234.js")).status_code == 404


async def test_what_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    answer = await client_of(tmp_path).get("/admin")
    assert answer.status_code == 404
    assert "make install" in answer.json()["detail"]


def test_the_first_page_loads_little_script() -> None:
    """At most 250 KB, compressed; charts are loaded when one is drawn."""
    html = (WEB / "admin" / "index.html").read_text()
    scripts = re.findall(r'(?:src|href)="/admin/(assets/[^"]+\.js)"', html)
    assert scripts
    sizes = [len(gzip.compress((WEB / "admin" / name).read_bytes(), 9)) for name in scripts]
    assert sum(sizes) <= MOST_BYTES
