"""The records of one file: what can be read again after a crash, a bad disk or a cut."""

import errno
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesthaus.stream import spool_file
from nesthaus.stream.spool_file import (
    MAGIC,
    MOST_BODY_BYTES,
    ClosedFile,
    Flaw,
    Record,
    SpoolFile,
    encode_record,
    read_records,
)
from tests.stream.looking import disk_of

Content = tuple[str | None, bytes]

contents = st.lists(
    st.tuples(
        st.none() | st.text("abcXYZ059_.:-", max_size=255),
        st.binary(max_size=300) | st.just(MAGIC * 3) | st.just(bytes(40)),
    ),
    max_size=8,
)


def read(folder: Path, data: bytes) -> tuple[list[Content], list[Flaw]]:
    path = folder / "file"
    path.write_bytes(data)
    with path.open("rb") as file:
        items = list(read_records(file))
    records = [(item.session_id, item.payload) for item in items if isinstance(item, Record)]
    return records, [item for item in items if isinstance(item, Flaw)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@settings(deadline=None)  # a busy machine is not a fault
@given(contents)
def test_what_was_written_is_read_again(folder: Path, written: list[Content]) -> None:
    data = b"".join(encode_record(*content) for content in written)
    assert read(folder, data) == (written, [])


@settings(deadline=None)  # a busy machine is not a fault
@given(contents, st.data())
def test_a_file_cut_anywhere_keeps_the_records_before_the_cut(
    folder: Path, written: list[Content], data: st.DataObject
) -> None:
    encoded = [encode_record(*content) for content in written]
    whole = b"".join(encoded)
    cut = data.draw(st.integers(0, len(whole)))
    fitting = [index for index in range(len(encoded) + 1) if len(b"".join(encoded[:index])) <= cut]
    records, flaws = read(folder, whole[:cut])
    assert records == written[: fitting[-1]]
    assert all(flaw.torn for flaw in flaws)


@settings(deadline=None)  # a busy machine is not a fault
@given(contents.filter(bool), st.data())
def test_one_wrong_bit_costs_one_record(
    folder: Path, written: list[Content], data: st.DataObject
) -> None:
    encoded = [encode_record(*content) for content in written]
    hit = data.draw(st.integers(0, len(encoded) - 1))
    bad = bytearray(encoded[hit])
    bit = data.draw(st.integers(0, 8 * len(bad) - 1))
    bad[bit // 8] ^= 1 << bit % 8
    records, flaws = read(folder, b"".join([*encoded[:hit], bytes(bad), *encoded[hit + 1 :]]))
    assert records == [*written[:hit], *written[hit + 1 :]]
    assert flaws[0].start == len(b"".join(encoded[:hit]))


def test_damage_before_a_good_record_is_no_unfinished_write(folder: Path) -> None:
    bad = encode_record("s", b"bad").replace(b"bad", b"BAD")
    records, flaws = read(folder, bad + encode_record("s", b"good"))
    assert records == [("s", b"good")]
    assert flaws == [Flaw(0, len(bad), torn=False)]


def test_a_whole_record_with_a_wrong_checksum_at_the_end_is_damage(folder: Path) -> None:
    bad = encode_record("s", b"bad").replace(b"bad", b"BAD")
    assert read(folder, bad) == ([], [Flaw(0, len(bad), torn=False)])


def test_zeros_at_the_end_are_an_unfinished_write(folder: Path) -> None:
    """A file system may make a file longer before it writes the bytes."""
    good = encode_record("s", b"good")
    assert read(folder, good + bytes(5_000)) == (
        [("s", b"good")],
        [Flaw(len(good), len(good) + 5_000, torn=True)],
    )


def test_a_good_record_is_found_behind_two_mebibytes_of_damage(folder: Path) -> None:
    border = 1024 * 1024
    damage = b"x" * (2 * border - 2)  # the mark of the good record lies across a border of looks
    records, flaws = read(folder, damage + encode_record("s", b"good"))
    assert records == [("s", b"good")]
    assert flaws == [Flaw(0, len(damage), torn=False)]


def test_a_record_nobody_could_read_again_is_not_written() -> None:
    with pytest.raises(ValueError, match="too long"):
        encode_record("s", bytes(MOST_BODY_BYTES))


def test_a_file_is_read_in_bounded_pieces_and_goes_when_it_is_finished(folder: Path) -> None:
    path = folder / "pieces.spool"
    path.write_bytes(b"".join(encode_record("s", b"%03d" % number) for number in range(10)))
    file = ClosedFile(path.open("rb"), path)
    assert [r.payload for r in file.next_records(4, 1_000)] == [b"000", b"001", b"002", b"003"]
    assert [r.payload for r in file.next_records(4, 6)] == [b"004", b"005"]
    assert len(file.next_records(100, 1_000)) == 4
    assert file.next_records(100, 1_000) == []
    assert file.finish() is None
    assert not path.exists()


@pytest.fixture
def written(tmp_path: Path) -> Generator[SpoolFile, None, None]:
    path = tmp_path / "written.spool"
    file = SpoolFile(os.open(path, os.O_RDWR | os.O_CREAT), path)
    yield file
    file.close()


def test_a_write_that_does_not_fit_leaves_the_file_as_it_was(written: SpoolFile) -> None:
    good = encode_record("s", b"good")
    written.append(good)
    with disk_of(100_000), pytest.raises(OSError, match="too large"):
        written.append(encode_record("s", bytes(200_000)))
    assert written.path.read_bytes() == good
    assert not written.abandoned
    written.append(good)
    assert written.path.read_bytes() == good + good


def test_a_file_that_cannot_be_cut_back_takes_no_more(
    written: SpoolFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, length: int) -> None:
        raise OSError(errno.EIO, "bad disk")

    monkeypatch.setattr(os, "ftruncate", refuse)
    with disk_of(100_000), pytest.raises(OSError, match="too large"):
        written.append(encode_record("s", bytes(200_000)))
    assert written.abandoned


def test_a_file_whose_fsync_failed_takes_no_more(
    written: SpoolFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel may call the next fsync a success though it has thrown the bytes away."""
    good = encode_record("s", b"good")
    written.append(good)

    def refuse(descriptor: int) -> None:
        raise OSError(errno.EIO, "bad disk")

    monkeypatch.setattr(spool_file, "sync", refuse)
    with pytest.raises(OSError, match="bad disk"):
        written.append(encode_record("s", b"bad"))
    assert written.abandoned
    assert written.path.read_bytes() == good
