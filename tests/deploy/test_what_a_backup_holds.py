"""Does a backup hold all that was received before it, and a restore bring back just that?"""

import json
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict

from nesthaus.db.migrate import downgrade, upgrade
from nesthaus.embedded.clients import NoClients, clients_for
from nesthaus.persist.store import store
from nesthaus.roles.backup import ScheduledBackups
from nesthaus.roles.servers import Servers
from nesthaus.settings import load_settings
from nesthaus.upkeep.backups.backup import count_rows
from nesthaus.upkeep.backups.dump_programs import without_password
from nesthaus.upkeep.backups.folders import MANIFEST, drop_older, new_folder, whole_backups
from tests.deploy.conftest import RolesOn
from tests.deploy.running import Roles
from tests.deploy.senders import assert_stored_once, interactions, traffic
from tests.persist.conftest import RULES
from tests.persist.traffic import call, clicked, opened, saved
from tests.servers import ValkeyServer
from tests.stack import Stack
from tests.traces import tables_that_name
from tests.waiting import wait_for

WITHIN_S = 20.0
PASSWORD = "correct horse battery staple\n"
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
ONE_ROW_EACH = (Path(__file__).parents[1] / "db" / "one_row_each.sql").read_bytes()


@pytest.fixture
def filled(database_url: str) -> str:
    """A database with a row in every table."""
    with psycopg.connect(database_url) as connection:
        connection.execute(ONE_ROW_EACH)
    return database_url


@pytest.fixture
def backups(folder: Path) -> Path:
    return folder / "backups"


@pytest.fixture
def backup(filled: str, roles_on: RolesOn, backups: Path) -> Path:
    done = roles_on(filled).run("backup", str(backups))
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def manifest_of(backup: Path) -> dict[str, Any]:
    return json.loads((backup / MANIFEST).read_text())


async def rows_of(url: str) -> dict[str, int]:
    async with await AsyncConnection.connect(url) as connection:
        return dict(await count_rows(connection))


def refusal_of(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 1, done.stderr
    return done.stderr.splitlines()[-1].removeprefix("nesthaus: ")


async def test_a_backup_under_traffic_has_what_came_before_it_and_the_stream_adds_the_rest(
    database_url: str,
    empty_database: Callable[[int], str],
    roles_on: RolesOn,
    backups: Path,
    valkey_server: ValkeyServer,
) -> None:
    # A group that acknowledges nothing, so that the stream keeps what was stored, to be read again.
    valkey_server.ask("XGROUP CREATE nest:{0} keeper 0 MKSTREAM")
    roles = roles_on(database_url)
    roles.start("serve", "work")

    with traffic(roles.url) as sent:
        sent.goes_on()
        before = sent.accepted
        making = roles.begin("backup", str(backups))
        sent.goes_on()
        assert making.wait(WITHIN_S) == 0
        sent.goes_on()
    assert sent.failures == []
    assert_stored_once(database_url, sent.accepted)
    roles.stop()

    restored_url = empty_database(18)
    restored = roles_on(restored_url)
    done = restored.run("restore", str(backups))
    assert done.returncode == 0, done.stderr
    (backup,) = whole_backups(backups)
    assert await rows_of(restored_url) == manifest_of(backup)["tables"]
    found = interactions(restored_url)
    assert before.items() <= dict(found).items() <= sent.accepted.items()
    assert len(found) == len(dict(found)) < len(sent.accepted)

    valkey_server.ask("XGROUP SETID nest:{0} persist 0")
    restored.start("work")
    assert_stored_once(restored_url, sent.accepted)


async def test_every_table_comes_back_with_each_row(
    backup: Path, filled: str, empty_database: Callable[[int], str], roles_on: RolesOn
) -> None:
    url = empty_database(18)
    done = roles_on(url).run("restore", str(backup))

    assert done.returncode == 0, done.stderr
    found = await rows_of(url)
    assert found == await rows_of(filled) == manifest_of(backup)["tables"]
    assert set(found.values()) == {1}
    assert roles_on(url).run("migrate", "status").returncode == 0
    with psycopg.connect(url) as connection:
        assert connection.execute("select session_id from user_sessions").fetchone() == ("s1",)
        schemas = connection.execute("select nspname from pg_namespace where nspname ~ 'restore'")
        assert schemas.fetchall() == []
        connection.execute("set role nesthaus_report")
        assert connection.execute("select count(*) from user_sessions").fetchone() == (1,)


async def test_an_older_postgresql_has_programs_of_its_own(
    empty_database: Callable[[int], str], roles_on: RolesOn, backups: Path
) -> None:
    old = empty_database(16)
    upgrade(old)
    with psycopg.connect(old) as connection:
        connection.execute(ONE_ROW_EACH)
    made = roles_on(old).run("backup", str(backups))
    assert made.returncode == 0, made.stderr
    assert manifest_of(Path(made.stdout.strip()))["client"] == 16

    for version in (16, 18):
        url = empty_database(version)
        done = roles_on(url).run("restore", str(backups))
        assert done.returncode == 0, done.stderr
        assert await rows_of(url) == await rows_of(old)


@pytest.fixture
def stack() -> Iterator[Stack]:
    stack = Stack()
    stack.start()
    yield stack
    stack.close()


def test_the_embedded_server_is_started_to_be_restored(stack: Stack, backups: Path) -> None:
    stack.run("user", "create", "kept@example.org", "--role", "viewer", told=PASSWORD)
    stack.run("backup", str(backups))
    stack.run("user", "delete", "kept@example.org")
    stack.stop()

    stack.run("restore", str(backups), "--replace")

    stack.start()
    assert "kept@example.org" in stack.run("user", "list")


def test_what_waits_in_the_stream_is_waited_for(
    database_url: str, roles_on: RolesOn, backups: Path
) -> None:
    roles = roles_on(database_url)
    roles.start("serve")
    with traffic(roles.url, senders=1) as sent:
        sent.goes_on(events=10)

    refused = roles.run("backup", str(backups), "--within", "0.3")
    without = roles.run("backup", str(backups), "--within", "0")
    waiting = roles.begin("backup", str(backups))
    roles.start("work")

    assert "is not stored after 0.3 s" in refusal_of(refused)
    assert "does `nesthaus work` run?" in refusal_of(refused)
    assert waiting.wait(WITHIN_S) == 0
    first, second = whole_backups(backups)
    assert str(first) == without.stdout.strip()
    assert manifest_of(first)["receivedUntil"] is None
    assert manifest_of(first)["tables"]["interaction_events"] == 0
    assert manifest_of(second)["receivedUntil"] is not None
    assert manifest_of(second)["tables"]["interaction_events"] == len(sent.accepted)


def test_what_waits_in_the_spool_is_waited_for(
    database_url: str, roles_on: RolesOn, backups: Path, folder: Path
) -> None:
    spool = folder / "data" / "spool"
    spool.mkdir(parents=True)
    (spool / "1-a.spool").write_bytes(b"a record")

    refused = roles_on(database_url).run("backup", str(backups), "--within", "0.3")

    assert "(1 files in the spool)" in refusal_of(refused)
    assert list(backups.glob("*")) == []


HARMS: list[tuple[Callable[[Path], object], str]] = [
    (lambda backup: (backup / "database.dump").write_bytes(b"x"), "is damaged: 1 bytes of"),
    (lambda backup: flip_a_byte(backup / "database.dump"), "its SHA-256 is not that"),
    (lambda backup: (backup / MANIFEST).unlink(), "there is no backup in"),
    (lambda backup: (backup / MANIFEST).write_text("{"), "cannot be read"),
    (lambda backup: change(backup, format=2), "is a backup of format 2"),
    (lambda backup: change(backup, postgres=99), "the backup is of PostgreSQL 99"),
]


def test_a_backup_that_is_not_whole_is_refused(
    backup: Path, backups: Path, empty_database: Callable[[int], str], roles_on: RolesOn
) -> None:
    url = empty_database(18)
    for number, (harm, words) in enumerate(HARMS):
        harmed = backups.parent / str(number)
        shutil.copytree(backup, harmed)
        harm(harmed)
        assert words in refusal_of(roles_on(url).run("restore", str(harmed)))

    with psycopg.connect(url) as connection:
        assert connection.execute("select to_regclass('user_sessions')").fetchone() == (None,)


def flip_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def change(backup: Path, **fields: object) -> None:
    (backup / MANIFEST).write_text(json.dumps(manifest_of(backup) | fields))


def test_the_schema_of_a_newer_program_is_refused(
    backup: Path, empty_database: Callable[[int], str], roles_on: RolesOn
) -> None:
    change(backup, schema="9999")

    refused = roles_on(empty_database(18)).run("restore", str(backup))

    assert refused.returncode == 2
    assert "schema 9999" in refused.stderr


async def test_tables_are_replaced_only_on_request_and_come_back_when_the_backup_is_wrong(
    backup: Path, filled: str, roles_on: RolesOn
) -> None:
    with psycopg.connect(filled) as connection:
        connection.execute("update audit_log set subject = 'after the backup'")
    before = await rows_of(filled)
    roles = roles_on(filled)

    assert "--replace puts the backup" in refusal_of(roles.run("restore", str(backup)))
    counts = manifest_of(backup)["tables"]
    change(backup, tables=counts | {"orders": 2})
    refused = refusal_of(roles.run("restore", str(backup), "--replace"))
    assert refused == "the rows are not those of the manifest (orders): nothing was changed"
    assert await rows_of(filled) == before
    assert subject_of(filled) == "after the backup"

    change(backup, tables=counts)
    assert roles.run("restore", str(backup), "--replace").returncode == 0
    assert subject_of(filled) == "token shop"


def subject_of(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("select subject from audit_log").fetchone()
    assert row is not None
    return row[0]


def test_a_restore_that_was_killed_is_taken_back_by_the_next(
    backup: Path, filled: str, roles_on: RolesOn
) -> None:
    with psycopg.connect(filled) as connection:
        connection.execute("update audit_log set subject = 'before the kill'")
        connection.execute("alter schema public rename to public_before_restore")
        connection.execute("create schema public")
    roles = roles_on(filled)

    assert "--replace puts the backup" in refusal_of(roles.run("restore", str(backup)))

    assert subject_of(filled) == "before the kill"


def test_nothing_may_run_on_the_database_meanwhile(
    backup: Path, filled: str, roles_on: RolesOn
) -> None:
    with psycopg.connect(filled, application_name="nesthaus work"):
        refused = roles_on(filled).run("restore", str(backup), "--replace")
    assert refusal_of(refused).startswith("1 connections of nesthaus are open: end `up`, `serve`")


def test_only_whole_backups_of_ours_count_and_go(backup: Path, backups: Path) -> None:
    for name in ("nesthaus-20260101T000000Z", "nesthaus-20260102T000000Z"):
        shutil.copytree(backup, backups / name)
    (backups / "nesthaus-20260103T000000Z").mkdir()
    shutil.copytree(backup, backups / "mine")

    dropped = drop_older(backups, 2)

    assert [each.name for each in dropped] == ["nesthaus-20260101T000000Z"]
    left = {each.name for each in backups.iterdir()}
    assert left == {
        "nesthaus-20260102T000000Z",
        "nesthaus-20260103T000000Z",
        "mine",
        backup.name,
        "tombstones.json",
        ".tombstones.json.lock",
    }


def test_a_backup_that_was_broken_off_is_never_found_and_goes_with_the_next(
    tmp_path: Path,
) -> None:
    dead = tmp_path / ".nesthaus-20260101T000000Z.partial"
    dead.mkdir()
    (dead / MANIFEST).write_text("{}")

    def break_off() -> None:
        with new_folder(tmp_path, NOON) as making:
            assert not dead.exists()
            with new_folder(tmp_path, NOON) as other:
                assert making.exists()
                assert other.name == ".nesthaus-20260615T120000Z-2.partial"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert [each.name for each in tmp_path.iterdir()] == ["nesthaus-20260615T120000Z-2"]
    assert whole_backups(tmp_path) == []


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_backup_that_is_ended_in_the_middle_is_none(
    filled: str, roles_on: RolesOn, backups: Path, ending: signal.Signals
) -> None:
    roles = roles_on(filled)
    with psycopg.connect(filled, autocommit=True) as connection, connection.transaction():
        connection.execute("lock table orders in access exclusive mode")
        making = roles.begin("backup", str(backups))
        waiting = "select count(*) from pg_locks where not granted"
        wait_for(
            lambda: connection.execute(waiting.encode()).fetchone() != (0,), WITHIN_S, "a dump"
        )
        assert [each.name.endswith(".partial") for each in backups.iterdir()] == [True]
        making.send_signal(ending)
        assert making.wait(WITHIN_S) != 0
    assert whole_backups(backups) == []

    assert roles.run("backup", str(backups)).returncode == 0
    assert len(list(backups.glob("*nesthaus-*"))) == len(whole_backups(backups)) == 1


def test_a_server_that_is_newer_than_all_programs_here_is_told() -> None:
    with pytest.raises(NoClients, match=r"^PostgreSQL 99 needs pg_dump and pg_restore of version"):
        clients_for(99)
    assert [clients_for(major).major for major in (16, 18)] == [16, 18]


def test_no_list_of_processes_shows_the_password() -> None:
    address, secrets = without_password("postgresql://me:hush@db.example:5433/shop?sslmode=require")
    assert secrets == {"PGPASSWORD": "hush"}
    assert conninfo_to_dict(address) == {
        "user": "me",
        "host": "db.example",
        "port": "5433",
        "dbname": "shop",
        "sslmode": "require",
    }
    assert without_password("dbname=shop") == ("dbname=shop", {})


@pytest.fixture
def scheduled(filled: str, roles_on: RolesOn, backups: Path) -> Roles:
    roles = roles_on(filled)
    roles.environment |= {"NESTHAUS_BACKUP_DIR": str(backups), "NESTHAUS_BACKUP_KEEP": "2"}
    return roles


def test_the_schedule_makes_backups_and_says_so_in_jobs(
    scheduled: Roles, filled: str, backups: Path, backup: Path
) -> None:
    for day in (1, 2):
        name = f"nesthaus-{NOON - timedelta(days=day):%Y%m%dT%H%M%SZ}"
        shutil.copytree(backup, backups / name)
    scheduled.start("schedule")

    result = wait_for(lambda: result_of_backup(filled), WITHIN_S, scheduled.log)

    newest = whole_backups(backups)[-1]
    assert result.startswith(f"{newest.name}: ")
    assert result.endswith(" rows, 2 older ones dropped")
    assert whole_backups(backups) == [backup, newest]


async def test_a_backup_that_failed_is_not_tried_again_every_few_seconds(
    filled: str, redis_url: str, folder: Path
) -> None:
    taken = folder / "backups"
    taken.write_text("no folder")
    given = {"NESTHAUS_BACKUP_DIR": str(taken), "NESTHAUS_DATA": str(folder / "data")}
    job = ScheduledBackups(load_settings(given, Path("/nowhere")), Servers(filled, redis_url))

    with pytest.raises(FileExistsError):
        await job.run()
    taken.unlink()
    with pytest.raises(FileExistsError):
        await job.run()

    assert not taken.exists()


def result_of_backup(url: str) -> str | None:
    with psycopg.connect(url) as connection:
        row = connection.execute("select result from jobs where name = 'backup'").fetchone()
    return None if row is None else row[0]


ERASED, STAYS = "erased-4f9c2d71", "stays-83aa0c55"


async def visited(url: str, *session_ids: str) -> None:
    async with await AsyncConnection.connect(url) as connection:
        calls = [call(each, opened(0), clicked(1), saved(2)) for each in session_ids]
        await store(connection, calls, NOON, RULES)


def erase(roles: Roles) -> None:
    done = roles.run("sessions", "erase", ERASED, "--yes")
    assert done.returncode == 0, done.stderr
    assert ERASED not in done.stdout + done.stderr


def refused_as_erased(url: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute("select reason, sum(count) from refusals group by 1").fetchall()


async def test_what_was_erased_after_a_backup_does_not_come_back_with_it(
    database_url: str, roles_on: RolesOn, backups: Path
) -> None:
    roles = roles_on(database_url)
    await visited(database_url, ERASED, STAYS)
    assert roles.run("backup", str(backups)).returncode == 0
    erase(roles)

    done = roles.run("restore", str(backups), "--replace")

    assert done.returncode == 0, done.stderr
    assert "1 erased sessions were taken out again" in done.stderr
    assert tables_that_name(database_url, ERASED) == set()
    assert "user_sessions" in tables_that_name(database_url, STAYS)
    assert refused_as_erased(database_url) == [("erased", 1)]
    await visited(database_url, ERASED)
    assert tables_that_name(database_url, ERASED) == set()


async def test_nor_into_an_empty_database_of_another_release(
    database_url: str, empty_database: Callable[[int], str], roles_on: RolesOn, backups: Path
) -> None:
    """The backup is older than tombstones, and the tables in which one was written are lost."""
    await visited(database_url, ERASED, STAYS)
    downgrade(database_url, "0007")
    assert roles_on(database_url).run("backup", str(backups)).returncode == 0
    upgrade(database_url)
    erase(roles_on(database_url))
    empty = empty_database(18)

    done = roles_on(empty).run("restore", str(backups))

    assert done.returncode == 0, done.stderr
    assert tables_that_name(empty, ERASED) == set()
    assert "user_sessions" in tables_that_name(empty, STAYS)
    await visited(empty, ERASED)
    assert tables_that_name(empty, ERASED) == set()


async def test_an_older_backup_forgets_what_a_newer_one_beside_it_knows_to_be_erased(
    database_url: str, empty_database: Callable[[int], str], roles_on: RolesOn, backups: Path
) -> None:
    roles = roles_on(database_url)
    await visited(database_url, ERASED)
    older = roles.run("backup", str(backups)).stdout.strip()
    erase(roles)
    assert roles.run("backup", str(backups)).returncode == 0
    (roles.folder / "data" / "tombstones.json").unlink()
    empty = empty_database(18)

    assert roles_on(empty).run("restore", older).returncode == 0

    assert tables_that_name(empty, ERASED) == set()


async def test_tombstones_that_cannot_be_read_stop_a_restore(
    database_url: str, roles_on: RolesOn, backups: Path
) -> None:
    roles = roles_on(database_url)
    await visited(database_url, STAYS)
    assert roles.run("backup", str(backups)).returncode == 0
    (backups / "tombstones.json").write_text("{")

    refused = roles.run("restore", str(backups), "--replace")

    assert refusal_of(refused).startswith(f"{backups / 'tombstones.json'} cannot be read")
    assert "user_sessions" in tables_that_name(database_url, STAYS)
