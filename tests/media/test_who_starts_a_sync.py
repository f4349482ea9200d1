"""Who starts a sync, how is it told how far it is, and what does the configurator read?"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from nesthaus.access.actors import Role
from nesthaus.access.audit import page_of_audit
from nesthaus.access.logins import Logins
from nesthaus.access.rights import AdminGate
from nesthaus.access.tokens import Tokens
from nesthaus.db.pool import Pool
from nesthaus.responses import answer_problems
from nesthaus.roles.media import MediaSyncs, SyncFailed
from nesthaus.roles.media_store import media_store
from nesthaus.settings import Settings, load_settings
from nesthaus.upkeep.media.orders import open_sync, order_sync
from nesthaus.upkeep.media.routes import media_router
from tests.clocks import SettableClock
from tests.media.conftest import FOLDER, NOON
from tests.media.google import Google, problem

SYNC = "/api/admin/sync/google-drive"
MANIFEST = "/api/media/manifest"


@pytest.fixture
def settings(drive: Google, tmp_path: Path) -> Settings:
    return load_settings(
        {
            "NESTHAUS_DATA": str(tmp_path / "data"),
            "NESTHAUS_MEDIA_FOLDERS": FOLDER,
            "NESTHAUS_GOOGLE_SERVICE_ACCOUNT": str(drive.key_file(tmp_path)),
            "NESTHAUS_GOOGLE_DRIVE_URL": drive.url,
        },
        tmp_path / "no.env",
    )


@pytest.fixture
def syncs(settings: Settings, db: Pool) -> MediaSyncs:
    return MediaSyncs(settings, db, look_every_s=0.02)


@pytest.fixture
async def call(
    db: Pool, settings: Settings, clock: SettableClock
) -> AsyncIterator[Callable[..., Any]]:
    """`await call("POST", path, Role.ADMIN)`; None: nobody who is known."""
    tokens = Tokens(db, clock)
    known = {role: (await tokens.create(role.value, role)).token for role in Role}
    app = FastAPI()
    answer_problems(app)
    app.include_router(media_router(db, db, clock, media_store(settings)))
    app.add_middleware(AdminGate, tokens=tokens, logins=Logins(db, clock))

    async def asked(method: str, path: str, role: Role | None = None, **headers: str) -> Response:
        if role is not None:
            headers["Authorization"] = f"Bearer {known[role]}"
        return await client.request(method, path, headers=headers)

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield asked
    await tokens.close()


Call = Callable[..., Any]


async def test_only_an_administrator_starts_a_sync(call: Call) -> None:
    told = {role: await call("POST", SYNC, role) for role in (None, Role.TRACKER, Role.VIEWER)}
    assert {role: each.status_code for role, each in told.items()} == {
        None: 401,
        Role.TRACKER: 403,
        Role.VIEWER: 403,
    }
    assert (await call("GET", SYNC)).status_code == 401
    status = (await call("GET", SYNC, Role.VIEWER)).json()
    assert (status["configured"], status["latest"], status["history"]) == (True, None, [])


async def test_a_sync_is_ordered_carried_out_and_told(
    drive: Google, call: Call, syncs: MediaSyncs, db: Pool
) -> None:
    drive.put("1-haus.jpg", b"house")
    drive.put("falsch.jpg")
    ordered = await call("POST", SYNC, Role.ADMIN)
    again = await call("POST", SYNC, Role.ADMIN)
    assert (ordered.status_code, ordered.json()["state"]) == (202, "waiting")
    assert again.status_code == 409

    await syncs.look()
    latest = (await call("GET", SYNC, Role.VIEWER)).json()["latest"]
    assert (latest["id"], latest["state"]) == (ordered.json()["id"], "done")
    assert latest["requestedBy"] == "token admin"
    assert latest["progress"] == {
        "phase": "deleting",
        "filesDone": 1,
        "filesTotal": 1,
        "bytesCopied": 5,
    }
    assert latest["result"] | {"durationMs": 0} == {
        "processed": 2,
        "uploaded": 1,
        "updated": 0,
        "deleted": 0,
        "unchanged": 0,
        "errors": [{"name": "falsch.jpg", "reason": "must be <number>-<title>[-mobile].<ending>"}],
        "durationMs": 0,
        "dryRun": False,
    }
    assert (await call("POST", SYNC, Role.ADMIN)).status_code == 202
    page = await page_of_audit(db, 10, None)
    audit = [(each.actor, each.action) for each in page.items if "media sync" in each.action]
    assert sorted(audit) == [
        ("token admin", "media sync"),
        ("token admin", "start media sync"),
        ("token admin", "start media sync"),
    ]


async def test_a_dry_run_is_ordered_by_the_address(
    drive: Google, call: Call, syncs: MediaSyncs
) -> None:
    drive.put("1-haus.jpg", b"house")
    assert (await call("POST", f"{SYNC}?dryRun=true", Role.ADMIN)).json()["dryRun"]
    await syncs.look()
    latest = (await call("GET", SYNC, Role.ADMIN)).json()["latest"]
    assert (latest["result"]["uploaded"], latest["result"]["dryRun"]) == (1, True)
    assert (await call("GET", MANIFEST)).json() == {"items": [], "publishedAt": None}


async def test_many_deletions_are_confirmed_by_the_address(
    drive: Google, call: Call, syncs: MediaSyncs, clock: SettableClock
) -> None:
    ids = [drive.put(f"{n}-bild.jpg", b"%d" % n) for n in range(1, 13)]
    await call("POST", SYNC, Role.ADMIN)
    await syncs.look()
    for file_id in ids[1:]:
        del drive.files[file_id]
    clock.advance(60)
    await call("POST", SYNC, Role.ADMIN)
    await syncs.look()
    refused = (await call("GET", SYNC, Role.ADMIN)).json()["latest"]
    clock.advance(60)
    await call("POST", f"{SYNC}?confirmDeletions=11", Role.ADMIN)
    await syncs.look()
    done = (await call("GET", SYNC, Role.ADMIN)).json()["latest"]
    bad = await call("POST", f"{SYNC}?confirmDeletions=-1", Role.ADMIN)

    assert (refused["state"], refused["result"]) == ("failed", None)
    assert "confirmDeletions=11" in refused["error"]
    assert (done["state"], done["result"]["deleted"]) == ("done", 11)
    assert bad.status_code == 400


async def test_what_drive_refuses_is_in_the_status(
    drive: Google, call: Call, syncs: MediaSyncs
) -> None:
    drive.always["list"] = lambda _: problem(404, "notFound", "File not found: .")
    await call("POST", SYNC, Role.ADMIN)
    await syncs.look()
    latest = (await call("GET", SYNC, Role.ADMIN)).json()["latest"]
    assert latest["state"] == "failed"
    assert latest["error"] == f"folder {FOLDER}: Drive answers 404: File not found: ."


@pytest.mark.parametrize("content", ["{}", "no JSON", '{"type": "service_account"}'])
async def test_a_key_that_is_none_is_in_the_status(
    call: Call, syncs: MediaSyncs, settings: Settings, content: str
) -> None:
    key = settings.google_service_account
    assert key is not None
    key.write_text(content)
    await call("POST", SYNC, Role.ADMIN)
    await syncs.look()
    latest = (await call("GET", SYNC, Role.ADMIN)).json()["latest"]
    assert (latest["state"], latest["error"]) == (
        "failed",
        f"{key} is no key of a service account",
    )


async def test_a_sync_whose_process_is_gone_is_ended_and_makes_room(
    drive: Google, call: Call, syncs: MediaSyncs, db: Pool
) -> None:
    drive.put("1-haus.jpg", b"house")
    await call("POST", SYNC, Role.ADMIN)
    async with db.connection() as connection:
        await connection.execute("update media_syncs set state = 'running'")
    assert (await call("POST", SYNC, Role.ADMIN)).status_code == 409
    await syncs.look()
    latest = (await call("GET", SYNC, Role.ADMIN)).json()["latest"]
    assert (latest["state"], latest["error"][:10]) == ("failed", "broken off")
    assert (await call("POST", SYNC, Role.ADMIN)).status_code == 202


async def test_of_two_schedulers_one_syncs(drive: Google, syncs: MediaSyncs, db: Pool) -> None:
    drive.put("1-haus.jpg", b"house")
    seen: list[str] = []

    def slow(_: dict[str, str]) -> None:
        seen.append("listed")

    drive.always["list"] = slow
    await order_sync(db, by="test", at=NOON, dry_run=False, confirmed_deletions=None)
    async with db.connection() as connection:
        await connection.execute("select pg_advisory_xact_lock(731620182, hashtext('media sync'))")
        await syncs.look()
        assert seen == []
    await syncs.look()
    assert seen == ["listed"]
    async with db.connection() as connection:
        assert await open_sync(connection) is None


async def test_the_schedule_syncs_by_itself_and_tells_what_came_of_it(
    drive: Google, syncs: MediaSyncs, db: Pool
) -> None:
    drive.put("1-haus.jpg", b"house")
    looking = asyncio.create_task(syncs.run())
    try:
        async with asyncio.timeout(30):
            words = await syncs.daily()
        assert words.startswith("1 files in ")
        assert words.endswith(": 1 new, 0 changed, 0 deleted, 0 errors")
        drive.files.clear()
        calls = len(drive.calls)
        async with asyncio.timeout(30):
            with pytest.raises(SyncFailed, match="nothing is changed"):
                await syncs.daily()
            asked = len(drive.calls)
            assert asked > calls
            with pytest.raises(SyncFailed, match="nothing is changed"):
                await syncs.daily()
        assert len(drive.calls) == asked
    finally:
        looking.cancel()


async def test_any_page_reads_the_manifest_and_asks_for_changes_only(
    drive: Google, call: Call, syncs: MediaSyncs, db: Pool
) -> None:
    drive.put("1-haus.jpg", b"house")
    await order_sync(db, by="test", at=NOON, dry_run=False, confirmed_deletions=None)
    await syncs.look()
    manifest = await call("GET", MANIFEST)
    again = await call("GET", MANIFEST, **{"If-None-Match": manifest.headers["etag"]})
    [item] = manifest.json()["items"]
    file = await call("GET", item["url"])
    part = await call("GET", item["url"], Range="bytes=1-3")

    assert manifest.headers["access-control-allow-origin"] == "*"
    assert manifest.headers["cache-control"] == "public, max-age=60"
    assert (again.status_code, again.content) == (304, b"")
    assert (file.content, file.headers["content-type"]) == (b"house", "image/jpeg")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in file.headers["cache-control"]
    assert (part.status_code, part.content) == (206, b"ous")


@pytest.mark.parametrize(
    "name",
    ["manifest.json", "..%2fmanifest.json", "%2e%2e/run.json", "a" * 64 + ".jpg", "a" * 64 + ".py"],
)
async def test_no_other_file_is_served(call: Call, settings: Settings, name: str) -> None:
    media = settings.data / "media"
    media.mkdir(parents=True)
    (media / "manifest.json").write_text("{}")
    (media / f"{'a' * 64}.py").write_text("secret")
    (settings.data / "run.json").write_text("secret")
    response = await call("GET", f"/api/media/files/{name}")
    assert response.status_code == 404
    assert b"secret" not in response.content


async def test_what_is_not_configured_says_so(
    db: Pool, clock: SettableClock, tmp_path: Path
) -> None:
    tokens = Tokens(db, clock)
    token = (await tokens.create("admin", Role.ADMIN)).token
    app = FastAPI()
    answer_problems(app)
    bare = media_store(load_settings({}, tmp_path / "no.env"))
    app.include_router(media_router(db, db, clock, bare))
    app.add_middleware(AdminGate, tokens=tokens, logins=Logins(db, clock))
    headers = {"Authorization": f"Bearer {token}"}
    transport = ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t", headers=headers) as http:
        refused = await http.post(SYNC)
        status = await http.get(SYNC)
    await tokens.close()
    assert refused.status_code == 409
    assert "NESTHAUS_MEDIA_FOLDERS" in refused.json()["error"]
    assert status.json()["configured"] is False
