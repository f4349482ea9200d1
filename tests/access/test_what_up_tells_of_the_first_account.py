"""Is somebody who has just started everything told how to log in?"""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.commands.running_up import RunningUp, clean_environment
from tests.waiting import wait_for


def log_in(up: RunningUp, password: str) -> int:
    body = {"email": "admin", "password": password}
    return httpx.post(f"{up.run.address}/api/admin/login", json=body, timeout=10).status_code


def test_a_made_password_is_printed_at_the_first_start_and_never_again(folder: Path) -> None:
    first = RunningUp(folder / "data", folder / "first")
    try:
        first.wait_for()
        wait_for(lambda: "is ready" in first.said(), 10, first.said)
        (password,) = re.findall(r"^  admin  (\S{23})$", first.said(), re.MULTILINE)
        assert re.search(r"dashboard +http://\S+/admin\b", first.said())
        assert log_in(first, password) == 200
        assert log_in(first, "a wrong password") == 401
        first.end()
    finally:
        first.kill_all()

    second = RunningUp(
        folder / "data",
        folder / "second",
        environment=clean_environment(NESTHAUS_ADMIN_PASSWORD="chosen only later"),
    )
    try:
        second.wait_for()
        told = "NESTHAUS_ADMIN_PASSWORD is not the password of admin"
        wait_for(lambda: told in second.said() and "is ready" in second.said(), 10, second.said)
        assert "first account" not in second.said()
        assert "chosen only later" not in second.said()
        assert log_in(second, password) == 200
        assert log_in(second, "chosen only later") == 401
    finally:
        second.kill_all()


@pytest.mark.parametrize("password", [None, "chosen before the start"])
def test_serve_shows_no_password_where_its_output_is_kept(
    folder: Path, database_url: str, redis_url: str, password: str | None
) -> None:
    output = folder / "output"
    given = {} if password is None else {"NESTHAUS_ADMIN_PASSWORD": password}
    environment = clean_environment(DATABASE_URL=database_url, REDIS_URL=redis_url, **given)
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "nesthaus", "serve", "--port", "0", "--data", str(folder)],
            stdout=file,
            stderr=file,
            cwd=folder,
            env=environment | {"PYTHONUNBUFFERED": "1", "HOME": os.environ.get("HOME", "/")},
        )
    try:
        sign = "there is no account yet" if password is None else "Made the first account: admin,"
        wait_for(lambda: sign in output.read_text(), 20, output.read_text)
        (address,) = re.findall(r"serving on (\S+)", output.read_text())
        body = {"email": "admin", "password": password or "nothing was chosen"}
        answer = httpx.post(f"{address}/api/admin/login", json=body, timeout=10)
        assert answer.status_code == (401 if password is None else 200)
        assert "admin  " not in output.read_text()
        assert "chosen" not in output.read_text()
    finally:
        process.terminate()
        process.wait(10)
