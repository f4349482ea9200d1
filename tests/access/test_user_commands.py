"""Are accounts made, changed and deleted from the command line, without a password being seen?"""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
PASSWORD = "a long enough password"


def environment(database_url: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("NESTHAUS_") and name != "REDIS_URL"
    }
    return kept | {"DATABASE_URL": database_url}


@pytest.fixture
def user(database_url: str, tmp_path: Path) -> Run:
    def nesthaus_user(*arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "nesthaus", "user", *arguments],
            env=environment(database_url),
            cwd=tmp_path,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return nesthaus_user


def audited(database_url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url) as connection:
        query = "select actor, action, subject from audit_log order by at"
        return connection.execute(query).fetchall()


def test_an_account_is_made_listed_changed_and_deleted(user: Run, database_url: str) -> None:
    made = user("create", "Ann@example.com", "--role", "admin", typed=f"{PASSWORD}\n")
    assert (made.returncode, made.stderr) == (0, "account ann@example.com (admin) is made\n")
    user("create", "bob@example.com", "--role", "viewer", typed=PASSWORD)

    assert [line.split()[0::3] for line in user("list").stdout.splitlines()] == [
        ["viewer", "bob@example.com"],
        ["admin", "ann@example.com"],
    ]
    changed = user("password", "bob@example.com", typed="quite another one\n")
    assert changed.stderr == "account bob@example.com has a new password; its logins have ended\n"
    assert user("delete", "bob@example.com").returncode == 0
    assert user("list").stdout.count("\n") == 1
    assert audited(database_url) == [
        ("command line", "create user", "ann@example.com"),
        ("command line", "create user", "bob@example.com"),
        ("command line", "change password", "bob@example.com"),
        ("command line", "delete user", "bob@example.com"),
    ]


def test_what_cannot_be_done_is_one_line(user: Run) -> None:
    user("create", "ann@example.com", "--role", "admin", typed=PASSWORD)

    for arguments, typed, code, line in (
        (
            ("create", "x@y", "--role", "admin"),
            "short\n",
            2,
            "a password has at least 10 characters",
        ),
        (("create", "x@y", "--role", "admin"), "", 2, "a password has at least 10 characters"),
        (
            ("create", "x y", "--role", "admin"),
            PASSWORD,
            2,
            "EMAIL: an account's name is an e-mail",
        ),
        (("create", "ann@example.com", "--role", "viewer"), PASSWORD, 1, "there is an account ann"),
        (("password", "x@y"), PASSWORD, 1, "there is no account x@y"),
        (("delete", "x@y"), "", 1, "there is no account x@y"),
        (("delete", "ann@example.com"), "", 1, "ann@example.com is the last admin"),
    ):
        refused = user(*arguments, typed=typed)
        assert refused.returncode == code, arguments
        assert refused.stderr.startswith(f"nesthaus: {line}")
        assert refused.stderr.count("\n") == 1


def test_a_password_is_no_argument(user: Run) -> None:
    assert user("create", "ann@example.com", PASSWORD, "--role", "admin").returncode == 2
    assert "--password" not in user("create", "--help").stdout


def test_at_a_terminal_it_is_asked_for_twice_and_not_shown(
    database_url: str, tmp_path: Path
) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        command = [sys.executable, "-m", "nesthaus", "user", "create", "ann@example.com"]
        os.execve(sys.executable, [*command, "--role", "admin"], environment(database_url))
    seen = b""
    for question in (b"Password of ann@example.com", b"Repeat for confirmation"):
        while question not in seen or not seen.rstrip().endswith(b":"):
            seen += os.read(terminal, 1000)
        os.write(terminal, f"{PASSWORD}\n".encode())
    with suppress(OSError):  # how Linux says that the other side has closed
        while part := os.read(terminal, 1000):
            seen += part
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0, seen
    assert PASSWORD.encode() not in seen
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select email, role from accounts").fetchall() == [
            ("ann@example.com", "admin")
        ]
