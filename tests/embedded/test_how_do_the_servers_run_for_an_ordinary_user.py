"""Tried in a process of another user when the tests run as root, else in our own."""

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.embedded.surroundings import SOURCE, ordinary_environment, python_for_everybody

_SCRIPT = """
import os, sys, threading
from pathlib import Path
os.umask(0o077)
import psycopg
from nesthaus.embedded.errors import EmbeddedError
from nesthaus.embedded.servers import EmbeddedServers
try:
    servers = EmbeddedServers(Path(sys.argv[1]), postgres_settings={"fsync": "off"})
    addresses = servers.start()
    with psycopg.connect(addresses.database_url) as connection:
        print(connection.execute("select 40 + 2").fetchone()[0])
    servers.stop()
except EmbeddedError as error:
    print(error)
"""


def _said(folder: Path, working_directory: str = "/") -> str:
    identity: dict[str, object] = {}
    python = Path(sys.executable)
    if os.geteuid() == 0:
        found = python_for_everybody()
        if found is None:
            pytest.skip("no Python here that an ordinary user may run")
        python, nobody = found, pwd.getpwnam("nobody")
        identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    done = subprocess.run(  # pyright: ignore[reportCallIssue, reportUnknownVariableType] - keywords pass through
        [str(python), "-c", _SCRIPT, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=working_directory,
        env=ordinary_environment(),
        **identity,  # pyright: ignore[reportArgumentType] - as above
    )
    assert done.stderr == ""  # pyright: ignore[reportUnknownMemberType] - as above
    return str(done.stdout).strip()  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - as above


@pytest.fixture
def own(folder: Path) -> Path:
    """A folder of the ordinary user."""
    made = folder / "home"
    made.mkdir(mode=0o700)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(made, nobody.pw_uid, nobody.pw_gid)
    return made


def test_no_home_a_strict_umask_and_a_closed_working_directory_are_enough(own: Path) -> None:
    assert _said(own / "data", working_directory=str(SOURCE)) == "42"

    assert stat.S_IMODE((own / "data").stat().st_mode) == 0o700
    assert (own / "data" / "postgres").stat().st_uid == own.stat().st_uid


def test_a_folder_that_may_not_be_written_is_named(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir()
    closed.chmod(0o555)

    line = _said(closed / "data")

    assert line == (
        f"the data directory {closed}/data cannot be used: Permission denied;"
        " choose another with --data or NESTHAUS_DATA"
    )


def test_a_folder_that_root_has_used_is_named(folder: Path, as_root: None) -> None:
    (folder / "data").mkdir(mode=0o711)

    assert _said(folder / "data") == (
        f"the data directory {folder}/data cannot be used: nobody may not write there;"
        " choose another with --data or NESTHAUS_DATA"
    )


def test_data_that_root_keeps_elsewhere_are_not_passed_over(own: Path) -> None:
    (own / "data").mkdir()
    os.chown(own / "data", own.stat().st_uid, own.stat().st_gid)
    (own / "data" / "servers-home").write_text("0")

    assert "was used by root, whose data lie in /var/lib/nesthaus/" in _said(own / "data")
