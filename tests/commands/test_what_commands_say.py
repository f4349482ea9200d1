"""Do the commands do what their help says, with words for people and exit codes for scripts?"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from nesthaus.db.schema import known_revisions

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, tmp_path: Path) -> Run:
    """The program, without settings of whoever runs the tests."""

    def nesthaus(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("NESTHAUS_") and name not in {"DATABASE_URL", "REDIS_URL"}
        }
        return subprocess.run(
            [sys.executable, "-m", "nesthaus", *arguments],
            env=kept | {"NESTHAUS_DATA": str(data)} | settings,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return nesthaus


def test_a_token_is_made_listed_and_revoked(run: Run, database_url: str) -> None:
    made = run("token", "create", "--name", "shop", "--role", "tracker", DATABASE_URL=database_url)
    assert made.returncode == 0
    assert made.stdout.startswith("nest_")
    assert made.stdout.count("\n") == 1

    listed = run("token", "list", DATABASE_URL=database_url).stdout
    token_id = listed.split()[0]
    assert "tracker" in listed
    assert "valid" in listed
    assert made.stdout.strip() not in listed

    assert run("token", "revoke", token_id, DATABASE_URL=database_url).returncode == 0
    assert "revoked" in run("token", "list", DATABASE_URL=database_url).stdout


def test_what_is_not_there_or_not_allowed_is_one_line(run: Run, database_url: str) -> None:
    unknown = run("token", "revoke", str(uuid4()), DATABASE_URL=database_url)
    nameless = run("token", "create", "--name", "", "--role", "viewer", DATABASE_URL=database_url)
    bad_setting = run("settings", NESTHAUS_TIMEZONE="Wien")
    no_server = run("token", "list")

    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)
    assert "there is no token" in unknown.stderr
    assert nameless.returncode == 2
    assert bad_setting.returncode == 2
    assert bad_setting.stderr.startswith("nesthaus: NESTHAUS_TIMEZONE=Wien (from environment)")
    assert no_server.returncode == 1
    assert "no `nesthaus up` runs on" in no_server.stderr


def test_migrations_go_up_and_down_and_tell_where_they_are(
    run: Run, empty_database: Callable[[int], str]
) -> None:
    url = empty_database(18)
    known = known_revisions()

    before = run("migrate", "status", DATABASE_URL=url)
    up = run("migrate", "up", DATABASE_URL=url)
    after = run("migrate", "status", DATABASE_URL=url)
    back = run("migrate", "down", "--yes", DATABASE_URL=url)
    down = run("migrate", "down", "--yes", "--to", "base", DATABASE_URL=url)

    assert (before.returncode, before.stdout) == (
        1,
        f"schema empty; missing: {', '.join(known)}\n",
    )
    assert (up.returncode, up.stdout) == (0, f"schema {known[-1]}; nothing is missing\n")
    assert after.returncode == 0
    assert (back.returncode, back.stdout) == (0, f"schema {known[-2]}; missing: {known[-1]}\n")
    assert (down.returncode, down.stdout) == (
        0,
        f"schema empty; missing: {', '.join(known)}\n",
    )


def test_a_role_refuses_a_schema_it_does_not_know(
    run: Run, database_url: str, redis_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update alembic_version set version_num = '9999'")

    for role in ("work", "schedule"):
        refused = run(role, DATABASE_URL=database_url, REDIS_URL=redis_url)
        assert refused.returncode == 2
        assert "schema 9999" in refused.stderr.splitlines()[-1]
    refused = run("serve", "--port", "0", DATABASE_URL=database_url, REDIS_URL=redis_url)
    assert refused.returncode == 2
    assert "schema 9999" in refused.stderr.splitlines()[-1]


def test_the_doctor_checks_each_part_in_a_line_and_fails_with_exit_code_1(
    run: Run, database_url: str, redis_url: str
) -> None:
    well = run("doctor", DATABASE_URL=database_url, REDIS_URL=redis_url)
    ill = run("doctor", DATABASE_URL=database_url, REDIS_URL="redis://127.0.0.1:1/0")

    assert well.returncode == 0, well.stdout
    # The tests' PostgreSQL runs without fsync, which must not go unsaid.
    assert "warning  PostgreSQL durability: a power cut can destroy" in well.stdout
    assert f"ok       schema: revision {known_revisions()[-1]}" in well.stdout
    assert "ok       disk:" in well.stdout
    assert ill.returncode == 1
    assert "FAILED   stream: does not answer" in ill.stdout


def test_dead_letters_are_listed_shown_replayed_and_dropped(
    run: Run, database_url: str, redis_url: str
) -> None:
    first, second = uuid4(), uuid4()
    with psycopg.connect(database_url) as connection:
        for letter in (first, second):
            connection.execute(
                "insert into dead_letters values (%s, 's', 'unreadable', 'no delivery', %s, now())",
                (letter, b'\x01\xa4nest"'),
            )
    servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}

    assert run("dead-letters", "list", **servers).stdout.count("unreadable: no delivery") == 2
    shown = run("dead-letters", "show", str(first), **servers)
    assert json.loads(shown.stdout)
    assert "unreadable: no delivery" in shown.stderr
    assert run("dead-letters", "drop", str(first), "--yes", **servers).stderr == "1 dropped\n"
    assert run("dead-letters", "replay", **servers).stderr == "1 replayed\n"
    assert run("dead-letters", "list", **servers).stdout == ""
    again = run("dead-letters", "replay", str(second), **servers)
    assert again.returncode == 1
    assert f"there is no dead letter {second}" in again.stderr


def test_help_is_quick_and_says_what_each_command_is_for(run: Run) -> None:
    told = run("--help").stdout

    for command in ("up", "serve", "work", "schedule", "migrate", "doctor", "token", "settings"):
        assert f"  {command} " in told
    assert run("nonsense").returncode == 2
