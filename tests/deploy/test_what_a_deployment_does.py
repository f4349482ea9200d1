"""Does a deployment lose anything, and does it take itself back when the release is no good?"""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from nesthaus.db.schema import known_revisions
from tests.deploy.conftest import RolesOn
from tests.deploy.init import Init
from tests.deploy.releases import NEXT_SCHEMA, next_release, release_of_now
from tests.deploy.running import environment
from tests.deploy.senders import assert_stored_once, traffic
from tests.waiting import wait_for

SCRIPT = Path(__file__).parents[2] / "deploy" / "deploy"
WITHIN_S = 20.0
VERIFIED_WITHIN_S = "10"
COUNTED = "select coalesce(sum(count), 0) from"
SESSIONS = "where metric_type = 'sessions'"
# A release whose worker stores nothing.
IDLE_WORKER = 'case "$1" in work) exec sleep 600 ;; esac'
ILL = 'case "$1" in doctor) echo "FAILED   disk: none"; exit 1 ;; esac'


@dataclass(frozen=True, slots=True)
class Host:
    """A machine on which the release `before` runs."""

    folder: Path
    init: Init
    database_url: str
    environment_file: Path

    @property
    def runs(self) -> str:
        return (self.folder / "current").resolve().name

    def deploy(self, release: Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [
                *(sys.executable, SCRIPT, release),
                *("--restart", self.init.restart_command, "--url", self.init.url),
                *("--env-file", self.environment_file, "--user", ""),
                *("--within", VERIFIED_WITHIN_S),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture
def host(folder: Path, database_url: str, redis_url: str) -> Iterator[Host]:
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "NESTHAUS_DATA": str(folder / "data"),
        "NESTHAUS_RATE_LIMIT": "0",
    }
    (folder / "current").symlink_to(release_of_now(folder, "before"))
    file = folder / "env"
    file.write_text("# of the services\n" + "".join(f"{k}={v}\n" for k, v in settings.items()))
    program = str(folder / "current" / "bin" / "nesthaus")
    init = Init(folder, environment(**settings), lambda: [program])
    init.start()
    yield Host(folder, init, database_url, file)
    init.close()


def one(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_a_release_with_a_new_schema_takes_over_under_traffic(host: Host) -> None:
    release = next_release(host.folder, "next")
    with traffic(host.init.url) as sent:
        sent.goes_on()
        done = host.deploy(release)
        sent.goes_on()

    assert done.returncode == 0, done.stdout + done.stderr + host.init.log()
    assert done.stdout.splitlines()[-1] == "next runs"
    assert host.runs == "next"
    assert sent.failures == []
    assert_stored_once(host.database_url, sent.accepted)
    assert one(host.database_url, "select version_num from alembic_version") == NEXT_SCHEMA
    own = "from user_sessions where session_id like 'check-%'"
    assert one(host.database_url, f"select bot_reason {own}") == "own: nesthaus-check"
    assert one(host.database_url, f"select total_interactions {own}") == 3
    valid = "select count(*) from api_tokens where revoked_at is null"
    assert one(host.database_url, valid) == 0


def test_a_release_that_stores_nothing_is_taken_back_under_traffic(host: Host) -> None:
    """The schema stays, and the release before runs beside it."""
    release = next_release(host.folder, "idle", first=IDLE_WORKER)
    with traffic(host.init.url) as sent:
        sent.goes_on()
        done = host.deploy(release)
        sent.goes_on()

    assert done.returncode == 1, done.stdout + done.stderr + host.init.log()
    told = done.stdout.splitlines()
    assert "FAILED: verify of idle ended with exit status 1" in told
    assert told[-1] == "before runs again"
    assert "its journey answers 404" in done.stderr
    assert host.runs == "before"
    assert host.init.restarts == 2
    assert sent.failures == []
    assert_stored_once(host.database_url, sent.accepted)
    assert one(host.database_url, "select version_num from alembic_version") == NEXT_SCHEMA


def test_an_ill_host_keeps_what_runs(host: Host) -> None:
    done = host.deploy(release_of_now(host.folder, "ill", first=ILL))

    assert done.returncode == 1
    assert "FAILED   disk: none" in done.stdout
    assert done.stdout.splitlines()[-1] == (
        "FAILED: doctor of ill ended with exit status 1; nothing was restarted"
    )
    assert (host.runs, host.init.restarts) == ("before", 0)


def test_one_deployment_at_a_time(host: Host) -> None:
    with (host.folder / ".current.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = host.deploy(release_of_now(host.folder, "next"))
    assert (done.returncode, done.stdout) == (1, "FAILED: another deployment is under way\n")


def test_what_is_no_release_is_told(host: Host) -> None:
    done = host.deploy(host.folder)
    assert done.returncode == 1
    assert done.stdout == f"FAILED: {host.folder} is no release: bin/nesthaus is missing\n"


def test_verify_says_what_is_missing_and_its_sessions_are_in_no_figure(
    database_url: str, roles_on: RolesOn
) -> None:
    roles = roles_on(database_url)
    nobody = roles.run("verify", "--url", roles.url, "--within", "1")
    roles.start("serve")
    unstored = roles.run("verify", "--url", roles.url, "--within", "2")
    roles.start("work", "schedule")
    well = roles.run("verify", "--url", roles.url)

    assert nobody.returncode == 1
    assert "not within 1 s: /readyz answers 0: [Errno 111] Connection refused" in nobody.stderr
    assert unstored.returncode == 1
    assert unstored.stderr.endswith("not within 2 s: its journey answers 404\n")
    assert well.returncode == 0, well.stderr
    assert well.stdout.splitlines()[-1].startswith("verified with session check-")
    assert one(database_url, "select count(*) from api_tokens where revoked_at is null") == 0
    of_bots = f"{COUNTED} daily_analytics_by {SESSIONS} and dimension_value = 'true'"
    wait_for(lambda: one(database_url, of_bots) == 2, WITHIN_S, roles.log)
    assert one(database_url, f"{COUNTED} daily_analytics {SESSIONS}") == 0


def test_each_program_knows_its_newest_schema(database_url: str, roles_on: RolesOn) -> None:
    told = roles_on(database_url).run("migrate", "newest")
    assert told.stdout == f"{known_revisions()[-1]}\n"
