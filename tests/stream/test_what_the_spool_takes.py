"""Appending to the spool, and the files it leaves for others to take."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nesthaus.stream.spool import Spool, SpoolUnusable
from nesthaus.stream.spool_file import encode_record, lock
from tests.stream.looking import disk_of, in_spool

CLOSE_WITHIN_S = 5.0

# Spools one record, says so, and stays until it is killed.
OWNER = """
import asyncio, sys
from pathlib import Path
from nesthaus.stream.spool import Spool

async def own() -> None:
    await Spool(Path(sys.argv[1])).append("s", b"of another process")
    print("spooled", flush=True)
    sys.stdin.read()

asyncio.run(own())
"""


@contextmanager
def another_process(directory: Path) -> Generator[subprocess.Popen[bytes], None, None]:
    command = [sys.executable, "-c", OWNER, str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"spooled\n"
        yield owner


def names_in(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


async def payloads_taken(spool: Spool) -> list[bytes]:
    """Takes the next file without an owner, as moving it would, and takes it away."""
    file = await spool.take()
    if file is None:
        return []
    payloads = [record.payload for record in file.next_records(1_000, 1_000_000)]
    file.finish()
    return payloads


async def test_what_waits_together_is_on_disk_when_the_callers_go_on(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    payloads = [b"%d" % number for number in range(300)]
    await asyncio.gather(*(spool.append("s", payload) for payload in payloads))
    assert in_spool(tmp_path / "spool") == dict.fromkeys(payloads, 1)
    assert len(names_in(tmp_path / "spool")) == 1
    await spool.close(CLOSE_WITHIN_S)


async def test_each_write_is_followed_by_one_fsync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("nesthaus.stream.spool_file.sync", synced.append)
    spool = Spool(tmp_path)
    await spool.append("s", b"alone")
    assert len(synced) == 1
    await asyncio.gather(*(spool.append("s", b"together") for _ in range(100)))
    assert len(synced) == 2
    await spool.close(CLOSE_WITHIN_S)


async def test_without_a_directory_nothing_is_taken() -> None:
    spool = Spool(None)
    with pytest.raises(SpoolUnusable, match=r"^there is no spool directory$"):
        await spool.append("s", b"x")
    assert await spool.take() is None
    assert not await spool.rotate()
    assert spool.held_bytes() == 0
    await spool.close(CLOSE_WITHIN_S)


async def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    spool = Spool(tmp_path / "file" / "spool")
    with pytest.raises(SpoolUnusable, match=r"file/spool cannot be written: Not a directory$"):
        await spool.append("s", b"x")


async def test_a_full_disk_refuses_those_who_did_not_fit_and_nobody_else(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    await spool.append("s", b"before")
    with disk_of(100_000), pytest.raises(SpoolUnusable, match="File too large"):
        await spool.append("s", bytes(200_000))
    await spool.append("s", b"after")
    assert in_spool(tmp_path) == {b"before": 1, b"after": 1}
    await spool.close(CLOSE_WITHIN_S)


async def test_a_file_that_cannot_be_trusted_is_left_and_another_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    await spool.append("s", b"before")

    def refuse(descriptor: int) -> None:
        raise OSError(5, "bad disk")

    with monkeypatch.context() as patch:
        patch.setattr("nesthaus.stream.spool_file.sync", refuse)
        with pytest.raises(SpoolUnusable, match="bad disk"):
            await spool.append("s", b"refused")
    await spool.append("s", b"after")
    assert in_spool(tmp_path) == {b"before": 1, b"after": 1}
    assert await payloads_taken(spool) == [b"before"]
    await spool.close(CLOSE_WITHIN_S)


async def test_all_files_of_the_directory_together_have_a_bound(tmp_path: Path) -> None:
    record_bytes = len(encode_record("s", bytes(100)))
    another = Spool(tmp_path)
    await another.append("s", bytes(100))
    spool = Spool(tmp_path, most_bytes=3 * record_bytes)
    calls = (spool.append("s", bytes(100)) for _ in range(5))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert outcomes[:2] == [None, None]
    assert all(isinstance(outcome, SpoolUnusable) for outcome in outcomes[2:])
    assert spool.held_bytes() == 3 * record_bytes
    await spool.close(CLOSE_WITHIN_S)
    await another.close(CLOSE_WITHIN_S)


async def test_a_caller_who_gives_up_leaves_the_others_alone(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    calls = [asyncio.create_task(spool.append("s", b"%d" % number)) for number in range(4)]
    await asyncio.sleep(0)
    calls[0].cancel()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert outcomes[1:] == [None] * 3
    assert set(in_spool(tmp_path)) >= {b"1", b"2", b"3"}
    await spool.close(CLOSE_WITHIN_S)


async def test_a_file_being_written_is_nobodys_to_take(tmp_path: Path) -> None:
    writing, another = Spool(tmp_path), Spool(tmp_path)
    await writing.append("s", b"x")
    assert await another.take() is None
    assert await writing.take() is None
    assert await writing.rotate()
    assert await payloads_taken(another) == [b"x"]
    assert await another.take() is None
    await writing.close(CLOSE_WITHIN_S)


async def test_a_file_being_moved_is_taken_by_one_only(tmp_path: Path) -> None:
    spool, another = Spool(tmp_path), Spool(tmp_path)
    await spool.append("s", b"x")
    await spool.rotate()
    file = await spool.take()
    assert file is not None
    assert await another.take() is None
    file.release()
    assert await payloads_taken(another) == [b"x"]


async def test_a_file_that_is_moved_between_look_and_lock_is_not_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "left.spool"
    path.write_bytes(encode_record("s", b"x"))

    def lock_too_late(descriptor: int) -> bool:
        path.unlink()  # as the process does that has moved it, before it lets the lock go
        return lock(descriptor)

    monkeypatch.setattr("nesthaus.stream.spool.lock", lock_too_late)
    assert await Spool(tmp_path).take() is None


async def test_a_process_that_was_killed_leaves_its_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    with another_process(tmp_path) as owner:
        assert await spool.take() is None
        os.kill(owner.pid, signal.SIGKILL)
    assert await payloads_taken(spool) == [b"of another process"]


async def test_a_spool_that_took_nothing_leaves_no_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    with disk_of(10), pytest.raises(SpoolUnusable):
        await spool.append("s", b"does not fit")
    await spool.close(CLOSE_WITHIN_S)
    assert names_in(tmp_path) == []
    with pytest.raises(SpoolUnusable, match="closed"):
        await spool.append("s", b"too late")


async def test_a_file_that_cannot_be_read_stays_and_does_not_hold_up_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "0.spool").mkdir()
    (tmp_path / "1.spool").write_bytes(encode_record("s", b"x"))
    spool = Spool(tmp_path)
    assert await payloads_taken(spool) == [b"x"]
    assert await spool.take() is None
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "0.spool" in caplog.text


async def test_the_directory_is_for_its_owner_only(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    await spool.append("s", b"x")
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700
    files = list((tmp_path / "spool").iterdir())
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600]
    await spool.close(CLOSE_WITHIN_S)
