"""Under which paths are the tracker's files, and what do they weigh on the way?"""

import gzip
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from nesthaus.pages import page_routes
from nesthaus.settings import BadSetting, load_settings

NO_FILE = Path("/nonexistent/.env")
FILES = {
    "tracker.js": b"main();" * 50,
    "tracker-more.js": b"export const begin = 1;",
    "tracker.mjs": b"export const start = 1;",
    "tracker.d.ts": b"export declare const start: 1;",
    "tracker.d.mts": b"export declare const start: 1;",
}


def site(folder: Path, tracker_path: str = "/tracker.js") -> AsyncClient:
    for name, body in FILES.items():
        (folder / name).write_bytes(body)
    application = Starlette(routes=page_routes(tracker_path, folder))
    return AsyncClient(transport=ASGITransport(application), base_url="http://nest")


async def test_all_its_files_answer_under_the_name_of_the_setting_and_under_their_own(
    tmp_path: Path,
) -> None:
    client = site(tmp_path, "/assets/shop.js")

    for name, body in FILES.items():
        for path in (f"/{name}", f"/assets/shop{name.removeprefix('tracker')}"):
            answer = await client.get(path)
            assert (answer.status_code, answer.content) == (200, body), path
            assert answer.headers["access-control-allow-origin"] == "*"
            kind = "text/plain" if ".d." in name else "text/javascript"
            assert answer.headers["content-type"] == f"{kind}; charset=utf-8"


async def test_it_is_sent_compressed_to_browsers_that_can_read_it(tmp_path: Path) -> None:
    client = site(tmp_path)

    packed = await client.get("/tracker.js", headers={"Accept-Encoding": "br, gzip"})
    plain = await client.get("/tracker.js", headers={"Accept-Encoding": "identity"})

    assert int(packed.headers["content-length"]) == len(gzip.compress(FILES["tracker.js"], 9))
    assert packed.content == plain.content == FILES["tracker.js"]
    assert int(plain.headers["content-length"]) == len(FILES["tracker.js"])
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.headers["etag"] != plain.headers["etag"]


async def test_a_browser_that_has_this_version_gets_it_not_again(tmp_path: Path) -> None:
    client = site(tmp_path)
    etag = (await client.get("/tracker.js")).headers["etag"]

    known = await client.get("/tracker.js", headers={"If-None-Match": etag})
    (tmp_path / "tracker.js").write_bytes(b"another();")

    assert (known.status_code, known.content) == (304, b"")
    assert (
        await client.get("/tracker.js", headers={"If-None-Match": etag})
    ).content == b"another();"


@pytest.mark.parametrize(
    "path",
    [
        *("tracker.js", "/tracker.css", "/tracker", "/.js", "//x.js", "/../x.js", "/x.js?v=1"),
        *("/api/x.js", "/admin/x.js", "/demo/assets/x.js", "/tracker-more.js"),
        *("https://x.example/x.js", "/a b.js", "/" + "x" * 200 + ".js"),
    ],
)
def test_a_path_that_cannot_be_the_trackers_is_refused_in_one_line(path: str) -> None:
    with pytest.raises(BadSetting) as caught:
        load_settings({"NESTHAUS_TRACKER_PATH": path}, NO_FILE)

    line = str(caught.value)
    assert line.startswith(f"NESTHAUS_TRACKER_PATH={path} (from environment): allowed is a path ")
    assert "\n" not in line


@pytest.mark.parametrize("path", ["/tracker.js", "/s.js", "/assets/v2.1/shop_front-end.js"])
def test_other_paths_are_taken(path: str) -> None:
    assert load_settings({"NESTHAUS_TRACKER_PATH": path}, NO_FILE).tracker_path == path
