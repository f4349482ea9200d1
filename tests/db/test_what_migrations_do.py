"""Do the migrations go up and down, whatever lies in the tables and whoever else is at it?"""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import AsyncConnection, Connection
from psycopg.conninfo import conninfo_to_dict

import nesthaus
from nesthaus.db.migrate import allow, downgrade, upgrade
from nesthaus.db.schema import (
    DatabaseAway,
    SchemaError,
    SchemaStatus,
    UnknownSchema,
    known_revisions,
    schema_is_current,
    status,
)
from tests.db.catalogue import catalogue_of
from tests.servers import PostgresServer

VERSIONS = [16, 18]
MIGRATIONS = Path(nesthaus.__file__).parent / "db" / "migrations"
KNOWN = tuple(sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*_up.sql")))
NEWEST = KNOWN[-1]
ONE_ROW_EACH = (Path(__file__).parent / "one_row_each.sql").read_bytes()


def tables_of(connection: Connection) -> list[str]:
    rows = connection.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace"
        " and relkind in ('r', 'p') and not relispartition and relname <> 'alembic_version'"
    ).fetchall()
    return sorted(name for (name,) in rows)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("rows", [b"", ONE_ROW_EACH], ids=["empty", "with rows"])
def test_up_down_up_leads_back_to_the_same_schema(
    empty_database: Callable[[int], str], version: int, rows: bytes
) -> None:
    url = empty_database(version)
    upgrade(url)
    first = catalogue_of(url)
    with psycopg.connect(url) as connection:
        connection.execute(rows)

    downgrade(url, "base")
    with psycopg.connect(url) as connection:
        assert tables_of(connection) == []
        left = connection.execute("select count(*) from pg_class where relname ~ '_default$'")
        assert left.fetchone() == (0,)

    upgrade(url)
    assert catalogue_of(url) == first
    assert len(first) > 100


@pytest.mark.parametrize("version", VERSIONS)
def test_the_rows_of_these_tests_fill_every_table(
    empty_database: Callable[[int], str], version: int
) -> None:
    url = empty_database(version)
    upgrade(url)
    with psycopg.connect(url) as connection:
        connection.execute(ONE_ROW_EACH)
        counts = {
            table: connection.execute(f"select count(*) from {table}".encode()).fetchone()
            for table in tables_of(connection)
        }
    assert set(counts.values()) == {(1,)}
    assert len(counts) == 46


def test_new_figures_are_counted_for_what_is_there(
    empty_database: Callable[[int], str],
) -> None:
    """Each hour that sessions began in is marked once."""
    url = empty_database(18)
    upgrade(url, "0002")
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into user_sessions (session_id, start_time, last_activity, latest_seen)"
            " select id, time, time, time from (values ('a', '2026-06-15 10:59+00'::timestamptz),"
            " ('b', '2026-06-15 10:01+00'), ('c', '2026-06-16 11:00+00')) as session (id, time)"
        )
    upgrade(url)
    with psycopg.connect(url) as connection:
        hours = "select to_char(hour at time zone 'UTC', 'DD HH24:MI') from recount_marks"
        marked = [hour for (hour,) in connection.execute(f"{hours} order by hour").fetchall()]
    assert marked == ["15 10:00", "16 11:00"]


def test_upgrading_twice_keeps_the_rows(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(ONE_ROW_EACH)
    upgrade(database_url)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select session_id from user_sessions").fetchall() == [("s1",)]


def test_what_was_measured_before_it_was_added_up_is_marked(
    empty_database: Callable[[int], str],
) -> None:
    url = empty_database(18)
    upgrade(url, "0002")
    with psycopg.connect(url) as connection:
        for at in ("2026-06-15 12:01+00", "2026-06-15 12:59+00", "2026-06-15 13:01+00"):
            connection.execute(
                "insert into performance_metrics (id, timestamp, received_at, metric_name, value)"
                " select gen_random_uuid(), at, at, 'LCP', 1"
                " from cast(%s as timestamptz) as at",
                [at],
            )
    upgrade(url)
    with psycopg.connect(url) as connection:
        marks = connection.execute(
            "select session_id, to_char(hour at time zone 'UTC', 'HH24:MI') from recount_marks"
        )
        assert sorted(marks.fetchall()) == [("", "12:00"), ("", "13:00")]


def test_four_upgrades_at_once_do_it_once(empty_database: Callable[[int], str]) -> None:
    url = empty_database(18)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(upgrade, [url] * 4))
    assert status(url) == SchemaStatus(current=NEWEST, newest=NEWEST, pending=())


def test_the_status_names_what_is_pending(empty_database: Callable[[int], str]) -> None:
    url = empty_database(18)
    assert status(url) == SchemaStatus(current=None, newest=NEWEST, pending=KNOWN)
    upgrade(url)
    downgrade(url, "base")
    assert status(url) == SchemaStatus(current=None, newest=NEWEST, pending=KNOWN)


async def test_a_role_learns_whether_the_schema_is_its_own(
    empty_database: Callable[[int], str],
) -> None:
    url = empty_database(18)
    async with await AsyncConnection.connect(url) as connection:
        assert not await schema_is_current(connection)
        upgrade(url)
        assert await schema_is_current(connection)
        await connection.execute("update alembic_version set version_num = '9999'")
        with pytest.raises(UnknownSchema) as refused:
            await schema_is_current(connection)
    assert str(refused.value) == (
        f"the database has schema 9999 and this program knows up to {NEWEST}: run a newer program,"
        f" or take the schema back with its `migrate down --to {NEWEST}`"
    )


def test_a_newer_schema_is_left_alone(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(UnknownSchema):
        upgrade(database_url)
    with pytest.raises(UnknownSchema):
        downgrade(database_url, "base")
    with psycopg.connect(database_url) as connection:
        assert len(tables_of(connection)) == 46


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_every_spelling_of_an_address_will_do(database_url: str, scheme: str) -> None:
    parts = conninfo_to_dict(database_url)
    as_url = f"{scheme}://{parts['user']}@/{parts['dbname']}?host={parts['host']}"
    as_words = f"host={parts['host']} user={parts['user']} dbname={parts['dbname']}"
    assert status(as_url).current == NEWEST
    upgrade(as_url)
    upgrade(as_words)


def test_a_server_that_is_away_is_one_line() -> None:
    with pytest.raises(DatabaseAway) as away:
        upgrade("postgresql://postgres@/x?host=/nowhere")
    assert "/nowhere" in str(away.value)
    assert "\n" not in str(away.value)


@pytest.mark.parametrize("address", ["postgresql://[", "mysql://x"])
def test_an_address_that_is_none_is_one_line(address: str) -> None:
    with pytest.raises(SchemaError, match=r"^DATABASE_URL: ") as refused:
        status(address)
    assert "\n" not in str(refused.value)


def test_an_account_without_rights_is_named(empty_database: Callable[[int], str]) -> None:
    url = empty_database(18)
    with psycopg.connect(url) as connection:
        connection.execute("drop role if exists guest")
        connection.execute("create role guest login")
    name = conninfo_to_dict(url)["dbname"]
    with pytest.raises(SchemaError) as refused:
        upgrade(url.replace("postgres@", "guest@"))
    assert str(refused.value) == (
        f"'guest' may not change the tables of '{name}': permission denied for schema public;"
        " nothing was changed"
    )


def test_a_server_that_is_too_old_is_refused(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nesthaus.db.schema.OLDEST_POSTGRES", 99)
    with pytest.raises(SchemaError, match=r"^PostgreSQL 1[68] is too old: 99 or newer is needed$"):
        upgrade(database_url)


def test_a_failing_migration_changes_nothing(empty_database: Callable[[int], str]) -> None:
    url = empty_database(18)
    with psycopg.connect(url) as connection:
        connection.execute("create table audit_log (mine text)")
    with pytest.raises(SchemaError, match='relation "audit_log" already exists; nothing was'):
        upgrade(url)
    with psycopg.connect(url) as connection:
        assert tables_of(connection) == ["audit_log"]


def test_tables_that_others_hold_are_not_waited_for_long(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "nesthaus.db.migrate._SQL",
        {
            "take_turn": b"select 1",
            "do_not_wait_long_for_tables": b"select set_config('lock_timeout', '1ms', true)",
        },
    )
    with psycopg.connect(database_url) as reader:
        reader.execute("select count(*) from user_sessions")
        with pytest.raises(SchemaError, match=r"^somebody else holds the tables: .*; nothing was"):
            downgrade(database_url, "base")
    assert status(database_url).current == NEWEST


@pytest.mark.parametrize("to", ["9999", "heads", "-1", ""])
def test_a_revision_that_does_not_exist_is_refused(database_url: str, to: str) -> None:
    with pytest.raises(SchemaError, match="say head or one of 0001, 0002, 0003"):
        upgrade(database_url, to)
    with pytest.raises(SchemaError, match="say base or one of 0001, 0002, 0003"):
        downgrade(database_url, to)


def test_a_file_reaches_the_server_as_it_stands(
    empty_database: Callable[[int], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Colons, per cent signs and dollar quotes mean nothing on the way."""
    url = empty_database(18)
    versions = tmp_path / "versions"
    shutil.copytree(MIGRATIONS, tmp_path, dirs_exist_ok=True)
    versions.joinpath("0001_up.sql").write_text(
        "create table texts as select '100 % :name %(x)s %s' as a, $tag$it's; $$ ok$tag$ as b;\n"
        "do $$ begin insert into texts values ('second; statement', '::text'); end $$;\n"
    )
    monkeypatch.setattr("nesthaus.db.migrate.MIGRATIONS", str(tmp_path))

    upgrade(url, "0001")

    with psycopg.connect(url) as connection:
        assert connection.execute("select a, b from texts order by a").fetchall() == [
            ("100 % :name %(x)s %s", "it's; $$ ok"),
            ("second; statement", "::text"),
        ]


def test_migrations_take_turns_with_each_other(
    database_url: str, postgres_server_of: Callable[[int], PostgresServer]
) -> None:
    """While somebody migrates, the next one waits; with the lock gone it goes on."""
    with ThreadPoolExecutor(1) as threads:
        with psycopg.connect(database_url) as first:
            first.execute("select pg_advisory_xact_lock(7310, 1)")
            second = threads.submit(upgrade, database_url)
            waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
            while first.execute(waiting.encode()).fetchone() == (0,):
                assert not second.done()
        assert second.result(20) is None


async def test_a_release_that_was_taken_back_is_let_in_until_the_next_upgrade(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`known_revisions` is what tells an older program from a newer one."""
    newer = known_revisions()
    older = newer[:-1]

    def program_knows(revisions: tuple[str, ...]) -> None:
        for place in ("nesthaus.db.schema", "nesthaus.db.migrate"):
            monkeypatch.setattr(f"{place}.known_revisions", lambda: revisions)

    async def is_let_in() -> bool:
        async with await AsyncConnection.connect(database_url) as connection:
            return await schema_is_current(connection)

    program_knows(older)
    with pytest.raises(UnknownSchema):
        await is_let_in()

    program_knows(newer)
    allow(database_url, older[-1])
    program_knows(older)
    assert await is_let_in()
    assert status(database_url) == SchemaStatus(newer[-1], older[-1], ())
    with pytest.raises(UnknownSchema):
        upgrade(database_url)
    with pytest.raises(UnknownSchema):
        downgrade(database_url, "base")
    program_knows(older[:-1])
    with pytest.raises(UnknownSchema):
        await is_let_in()

    program_knows(newer)
    upgrade(database_url)
    program_knows(older)
    with pytest.raises(UnknownSchema):
        await is_let_in()


@pytest.mark.parametrize("revision", ["9999", "head", ""])
def test_only_a_schema_before_the_one_of_now_can_be_allowed(
    database_url: str, revision: str
) -> None:
    newest = known_revisions()[-1]
    for not_before in (revision, newest):
        with pytest.raises(SchemaError, match=f"^'{not_before}' is no schema before {newest}$"):
            allow(database_url, not_before)
