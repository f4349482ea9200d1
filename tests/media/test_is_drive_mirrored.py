"""Is what lies in Drive mirrored, whatever Drive does, and nothing deleted by mistake?"""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from nesthaus.upkeep.media.drive import DriveAway, DriveTrouble
from nesthaus.upkeep.media.orders import SyncError, SyncProgress
from nesthaus.upkeep.media.plan import Unsafe
from nesthaus.upkeep.media.store import MediaStore, StoreTrouble
from tests.media.conftest import FOLDER, Mirrored
from tests.media.google import Answer, Google, cut_after, problem


def counts(result: object) -> tuple[int, int, int, int, int]:
    names = ("processed", "uploaded", "updated", "deleted", "unchanged")
    told = [getattr(result, name) for name in names]
    return told[0], told[1], told[2], told[3], told[4]


def filled(drive: Google, files: int) -> list[str]:
    return [drive.put(f"{n}-bild.jpg", b"%d" % n) for n in range(1, files + 1)]


async def test_images_and_videos_are_stored_and_in_the_manifest(
    drive: Google, mirrored: Mirrored
) -> None:
    drive.put("2-Küche offen.png", b"kitchen")
    drive.put("1-Außenansicht-mobile.jpg", b"small")
    drive.put("1-Außenansicht.jpg", b"large")
    drive.put("10-rundgang.mp4", b"film")
    result = await mirrored.sync()

    assert counts(result) == (4, 4, 0, 0, 0)
    assert (result.errors, result.dry_run) == ([], False)
    assert mirrored.stored == {b"kitchen", b"small", b"large", b"film"}
    items = await mirrored.items()
    assert await mirrored.names() == [
        (1, "Außenansicht", "desktop"),
        (1, "Außenansicht", "mobile"),
        (2, "Küche offen", "desktop"),
        (10, "rundgang", "desktop"),
    ]
    sha256 = hashlib.sha256(b"film").hexdigest()
    assert items[3] == {
        "number": 10,
        "title": "rundgang",
        "variant": "desktop",
        "type": "video/mp4",
        "hash": sha256,
        "size": 4,
        "url": f"https://media.example/{sha256}.mp4",
    }
    assert (mirrored.folder / f"{sha256}.mp4").read_bytes() == b"film"
    assert json.loads((mirrored.folder / "manifest.json").read_text())["items"] == items
    assert drive.did("list") == ["", "3"]


async def test_what_has_not_changed_is_not_fetched_again(drive: Google, mirrored: Mirrored) -> None:
    filled(drive, 7)
    await mirrored.sync()
    drive.calls.clear()
    assert counts(await mirrored.sync()) == (7, 0, 0, 0, 7)
    assert drive.did("download") == []


async def test_other_content_is_fetched_and_another_name_is_noted(
    drive: Google, mirrored: Mirrored
) -> None:
    changed, renamed, _ = filled(drive, 3)
    await mirrored.sync()
    drive.files[changed].content = b"new"
    drive.files[renamed].name = "5-anders-mobile.jpg"
    drive.calls.clear()
    assert counts(await mirrored.sync()) == (3, 0, 2, 0, 1)
    assert drive.did("download") == [changed]
    assert mirrored.stored == {b"new", b"2", b"3"}
    assert (5, "anders", "mobile") in await mirrored.names()


async def test_two_files_of_one_content_share_it_until_both_are_gone(
    drive: Google, mirrored: Mirrored
) -> None:
    first = drive.put("1-eins.jpg", b"same")
    second = drive.put("2-zwei.jpg", b"same")
    drive.put("3-drei.jpg", b"other")
    await mirrored.sync()
    del drive.files[first]
    await mirrored.sync()
    assert mirrored.stored == {b"same", b"other"}
    del drive.files[second]
    await mirrored.sync()
    assert mirrored.stored == {b"other"}


async def test_a_dry_run_tells_and_changes_nothing(drive: Google, mirrored: Mirrored) -> None:
    gone, changed, *_ = filled(drive, 4)
    await mirrored.sync()
    before = await mirrored.items()
    del drive.files[gone]
    drive.files[changed].content = b"new"
    drive.put("9-neu.jpg")
    drive.put("nameless.jpg")
    drive.calls.clear()
    result = await mirrored.sync(dry_run=True)

    assert counts(result) == (5, 1, 1, 1, 2)
    assert result.dry_run
    assert [each.name for each in result.errors] == ["nameless.jpg"]
    assert drive.did("download") == []
    assert await mirrored.items() == before
    assert mirrored.stored == {b"1", b"2", b"3", b"4"}


@pytest.mark.parametrize(
    ("files", "gone", "passes"),
    [(8, 7, True), (20, 10, True), (22, 11, True), (21, 11, False), (15, 14, False)],
)
async def test_more_than_ten_and_half_of_all_are_deleted_only_when_confirmed(
    drive: Google, mirrored: Mirrored, files: int, gone: int, *, passes: bool
) -> None:
    ids = filled(drive, files)
    await mirrored.sync()
    for file_id in ids[:gone]:
        del drive.files[file_id]
    if not passes:
        told = f"{gone} of {files} files would be deleted.*confirmDeletions={gone}"
        with pytest.raises(Unsafe, match=told):
            await mirrored.sync(dry_run=True)
        with pytest.raises(Unsafe):
            await mirrored.sync(confirmed=gone - 1)
        assert len(mirrored.stored) == len(await mirrored.items()) == files
    result = await mirrored.sync(confirmed=None if passes else gone)
    assert result.deleted == gone
    assert len(mirrored.stored) == len(await mirrored.items()) == files - gone


async def test_an_empty_list_is_never_delete_all(drive: Google, mirrored: Mirrored) -> None:
    with pytest.raises(Unsafe, match="Drive lists no file at all"):
        await mirrored.sync()
    filled(drive, 3)
    await mirrored.sync()
    drive.files.clear()
    for confirmed in (None, 3):
        with pytest.raises(Unsafe, match="nothing is changed"):
            await mirrored.sync(confirmed=confirmed)
    assert mirrored.stored == {b"1", b"2", b"3"}
    assert len(await mirrored.items()) == 3


async def test_one_empty_folder_of_several_is_noticed(drive: Google, mirrored: Mirrored) -> None:
    mirrored.mirror = replace(mirrored.mirror, folders=(FOLDER, "folder-two-2"))
    drive.put("1-eins.jpg", b"1")
    only = drive.put("2-zwei.jpg", b"2", folder="folder-two-2")
    await mirrored.sync()
    del drive.files[only]
    with pytest.raises(Unsafe, match="no file in folder folder-two-2"):
        await mirrored.sync()
    mirrored.mirror = replace(mirrored.mirror, folders=(FOLDER,))
    assert (await mirrored.sync()).deleted == 1


def page(**told: object) -> Answer:
    return 200, {}, json.dumps({"files": [], **told}).encode()


NOT_WHOLE: list[tuple[Answer, str]] = [
    (problem(403, "insufficientFilePermissions", "No right"), "Drive answers 403: No right"),
    (problem(404, "notFound", "File not found: ."), "Drive answers 404: File not found"),
    (problem(403, "dailyLimitExceeded", "Too much"), "Drive answers 403: Too much"),
    ((302, {"Location": "http://127.0.0.1:1/"}, b""), "Drive answers 302"),
    ((200, {}, b"<html>"), "cannot be read"),
    ((200, {}, b"[]"), "cannot be read"),
    ((200, {}, b""), "cannot be read"),
    (page(incompleteSearch=True), "is not complete"),
    (page(nextPageToken="again"), "does not end"),
    (page(files=[{"id": "../../etc", "name": "1-a.jpg"}]), "cannot be read"),
    (page(files=[{"id": "a", "name": "1-a.jpg", "size": "4"}]), "cannot be read"),
]


@pytest.mark.parametrize(("answer", "reason"), NOT_WHOLE)
async def test_a_list_that_is_not_whole_changes_nothing(
    drive: Google, mirrored: Mirrored, answer: Answer, reason: str
) -> None:
    filled(drive, 4)
    await mirrored.sync()
    drive.always["list"] = lambda _: answer
    drive.calls.clear()
    with pytest.raises(DriveTrouble, match=reason):
        await mirrored.sync(confirmed=100)
    assert len(mirrored.stored) == len(await mirrored.items()) == 4
    assert len(drive.did("list")) <= 2
    assert mirrored.pauses == []


async def test_a_later_page_that_fails_changes_nothing(drive: Google, mirrored: Mirrored) -> None:
    filled(drive, 7)
    await mirrored.sync()
    drive.always["list"] = lambda told: (
        problem(500, "backendError") if "pageToken" in told else None
    )
    with pytest.raises(DriveAway, match=r"Drive answers 500 \(tried 6 times\)"):
        await mirrored.sync(confirmed=100)
    assert len(mirrored.stored) == 7


@pytest.mark.parametrize(
    "trouble",
    [
        problem(403, "rateLimitExceeded"),
        problem(403, "userRateLimitExceeded"),
        problem(429, "rateLimitExceeded"),
        problem(500, "backendError"),
        (503, {}, b"not json"),
    ],
)
@pytest.mark.parametrize("kind", ["list", "download"])
async def test_what_may_pass_is_tried_again_after_pauses_that_grow(
    drive: Google, mirrored: Mirrored, kind: str, trouble: Answer
) -> None:
    drive.put("1-eins.jpg", b"1")
    drive.troubles[kind] = [lambda _: trouble] * 4
    assert counts(await mirrored.sync()) == (1, 1, 0, 0, 0)
    first, second, third, fourth = mirrored.pauses
    assert 0.75 <= first <= 1.25 < second < third < fourth <= 10


async def test_drive_says_how_long_to_wait(drive: Google, mirrored: Mirrored) -> None:
    drive.put("1-eins.jpg", b"1")
    drive.troubles["list"] = [
        lambda _: (429, {"Retry-After": "17"}, b""),
        lambda _: (429, {"Retry-After": "99999"}, b""),
    ]
    await mirrored.sync()
    assert mirrored.pauses == [17.0, 60.0]


async def test_a_download_that_breaks_off_is_gone_on_with(
    drive: Google, mirrored: Mirrored
) -> None:
    content = bytes(range(256)) * 40
    file_id = drive.put("1-film.mp4", content)
    drive.troubles["download"] = [cut_after(1000), cut_after(2000)]
    assert counts(await mirrored.sync()) == (1, 1, 0, 0, 0)
    assert mirrored.stored == {content}
    assert drive.did("download") == [
        file_id,
        f"{file_id} bytes=1000-",
        f"{file_id} bytes=3000-",
    ]


async def test_a_server_that_knows_no_ranges_is_asked_from_the_start(
    drive: Google, mirrored: Mirrored
) -> None:
    content = b"0123456789" * 300
    drive.put("1-film.mp4", content)
    drive.troubles["download"] = [cut_after(1000), lambda _: (200, {}, content)]
    await mirrored.sync()
    assert mirrored.stored == {content}


async def test_wrong_content_is_never_stored(drive: Google, mirrored: Mirrored) -> None:
    drive.put("1-eins.jpg", b"right")
    drive.troubles["download"] = [
        lambda _: (200, {}, b"wrong"),
        lambda _: (200, {}, b"too long by far"),
        lambda _: (200, {}, b""),
        lambda _: (416, {}, b""),
    ]
    assert counts(await mirrored.sync()) == (1, 1, 0, 0, 0)
    assert mirrored.stored == {b"right"}


async def test_one_bad_file_keeps_no_other_back(drive: Google, mirrored: Mirrored) -> None:
    drive.put("1-eins.jpg", b"1")
    lying = drive.put("2-zwei.jpg", b"2", md5="0" * 32)
    lost = drive.put("3-drei.jpg", b"3")
    drive.put("4-vier.jpg", b"4")
    drive.always["download"] = lambda told: problem(404, "notFound") if told["id"] == lost else None
    result = await mirrored.sync()
    assert counts(result) == (4, 2, 0, 0, 0)
    assert [each.name for each in result.errors] == ["2-zwei.jpg", "3-drei.jpg"]
    assert "another checksum" in result.errors[0].reason
    assert "404" in result.errors[1].reason
    assert mirrored.stored == {b"1", b"4"}
    del drive.always["download"]
    drive.files[lying].md5 = None
    assert counts(await mirrored.sync()) == (4, 2, 0, 0, 2)


async def test_where_drive_is_away_a_sync_ends_and_the_next_one_goes_on(
    drive: Google, mirrored: Mirrored
) -> None:
    filled(drive, 9)
    await mirrored.sync(dry_run=True)
    served = 0

    def after_four(_: dict[str, str]) -> Answer | None:
        nonlocal served
        served += 1
        return None if served <= 4 else problem(503, "backendError")

    drive.always["download"] = after_four
    with pytest.raises(DriveAway):
        await mirrored.sync()
    assert await mirrored.items() == []
    del drive.always["download"]
    drive.calls.clear()
    assert counts(await mirrored.sync()) == (9, 5, 0, 0, 4)
    assert len(drive.did("download")) == 5
    assert len(await mirrored.items()) == 9


async def test_what_the_store_has_lost_is_fetched_again(drive: Google, mirrored: Mirrored) -> None:
    filled(drive, 3)
    await mirrored.sync()
    (mirrored.folder / f"{hashlib.sha256(b'2').hexdigest()}.jpg").unlink()
    assert counts(await mirrored.sync()) == (3, 0, 1, 0, 2)
    assert mirrored.stored == {b"1", b"2", b"3"}


def files_below(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


HOSTILE = [
    "../../../etc/passwd",
    "1-../../evil.jpg",
    "1-a/b.jpg",
    "1-..\\..\\evil.jpg",
    "1-\0.jpg",
    "1-a\nb.jpg",
    "1-right\u202eto left.jpg",
    "1-script.svg",
    "1-page.html",
    "1-.jpg",
    "1--mobile.jpg",
    "1-x-Mobile.jpg",
    "-5-negative.jpg",
    "1 -x.jpg",
    "nothing.jpg",
    "1-noending",
    "1234567-x.jpg",
    "1-" + "x" * 300 + ".jpg",
    "",
]


async def test_bad_names_are_told_and_not_guessed(
    drive: Google, mirrored: Mirrored, tmp_path: Path
) -> None:
    for name in HOSTILE:
        drive.put(name, b"evil", mime_type="image/jpeg")
    drive.put("1-gut.jpg", b"good")
    result = await mirrored.sync()
    assert counts(result) == (len(HOSTILE) + 1, 1, 0, 0, 0)
    assert len(result.errors) == len(HOSTILE)
    assert mirrored.stored == {b"good"}
    assert all(each.name.isprintable() for each in result.errors)
    files = files_below(tmp_path)
    good = f"{hashlib.sha256(b'good').hexdigest()}.jpg"
    assert files == {"account.json", "manifest.json", good}


async def test_content_that_is_not_what_its_ending_says_is_told(
    drive: Google, mirrored: Mirrored
) -> None:
    drive.put("1-bild.jpg", b"1", mime_type="video/mp4")
    drive.put("2-leer.jpg", b"")
    drive.put("3-gut.jpg", b"3")
    result = await mirrored.sync()
    assert result.errors == [
        SyncError("1-bild.jpg", "is video/mp4 to Drive, which its ending does not say"),
        SyncError("2-leer.jpg", "has no content"),
    ]


async def test_a_file_that_is_renamed_badly_stays_as_it_was(
    drive: Google, mirrored: Mirrored
) -> None:
    renamed, _ = filled(drive, 2)
    await mirrored.sync()
    drive.files[renamed].name = "irgendwas.jpg"
    result = await mirrored.sync()
    assert (result.deleted, [each.name for each in result.errors]) == (0, ["irgendwas.jpg"])
    assert len(await mirrored.items()) == 2


async def test_of_two_files_for_one_place_the_known_one_stays(
    drive: Google, mirrored: Mirrored
) -> None:
    drive.put("1-alt.jpg", b"known")
    await mirrored.sync()
    drive.put("1-neu.jpg", b"new")
    drive.put("2-a.jpg", b"a")
    drive.put("2-b.png", b"b")
    drive.put("2-c-mobile.jpg", b"c")
    result = await mirrored.sync()
    assert sorted(each.name for each in result.errors) == ["1-neu.jpg", "2-a.jpg", "2-b.png"]
    assert await mirrored.names() == [(1, "alt", "desktop"), (2, "c", "mobile")]


async def test_two_files_may_change_places(drive: Google, mirrored: Mirrored) -> None:
    first, second = filled(drive, 2)
    await mirrored.sync()
    drive.files[first].name, drive.files[second].name = "2-bild.jpg", "1-bild.jpg"
    assert counts(await mirrored.sync()) == (2, 0, 2, 0, 0)
    assert [each["hash"] for each in await mirrored.items()] == [
        hashlib.sha256(content).hexdigest() for content in (b"2", b"1")
    ]


async def test_a_token_that_is_not_taken_any_more_is_renewed(
    drive: Google, mirrored: Mirrored
) -> None:
    filled(drive, 2)
    await mirrored.sync()
    drive.tokens.append("of somebody else")
    assert counts(await mirrored.sync()) == (2, 0, 0, 0, 2)
    assert len(drive.did("token")) == 2


async def test_an_account_that_is_refused_is_told_at_once(
    drive: Google, mirrored: Mirrored
) -> None:
    drive.always["token"] = lambda _: (400, {}, b'{"error": "invalid_grant"}')
    with pytest.raises(DriveTrouble, match="refuses the service account"):
        await mirrored.sync()
    assert drive.did("list") == []


async def test_progress_is_told_file_by_file(drive: Google, mirrored: Mirrored) -> None:
    filled(drive, 3)
    await mirrored.sync()
    assert mirrored.progress == [
        SyncProgress("listing", 0, 0, 0),
        SyncProgress("copying", 0, 3, 0),
        SyncProgress("copying", 1, 3, 1),
        SyncProgress("copying", 2, 3, 2),
        SyncProgress("copying", 3, 3, 3),
        SyncProgress("deleting", 3, 3, 3),
    ]


async def test_the_store_may_be_any_that_fsspec_knows(drive: Google, mirrored: Mirrored) -> None:
    store = MediaStore("memory://bucket/media")
    mirrored.mirror = replace(mirrored.mirror, store=store)
    changed, _ = filled(drive, 2)
    await mirrored.sync()
    drive.files[changed].content = b"new"
    await mirrored.sync()
    names = {each["url"].rpartition("/")[2]: each["size"] for each in await mirrored.items()}
    assert all(store.has(name, size) for name, size in names.items())
    assert not store.has(f"{hashlib.sha256(b'1').hexdigest()}.jpg", 1)
    assert store.local_path(next(iter(names))) is None
    with pytest.raises(StoreTrouble, match="no name of a mirrored file"):
        store.has("../manifest.json", 1)
