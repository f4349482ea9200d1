"""Does anything get lost, or wait, while the schema moves forward under traffic?"""

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from nesthaus.db.migrate import upgrade
from nesthaus.db.schema import known_revisions
from nesthaus.domain.identifiers import Uuid7Source
from tests.deploy.conftest import RolesOn
from tests.deploy.senders import assert_stored_once, traffic
from tests.waiting import wait_for

FIRST_SCHEMA = (Path(__file__).parent / "first_schema.sql").read_bytes()
OLD_SESSIONS = 500
WITHIN_S = 20.0
RAW_TABLES = (
    "user_sessions",
    "interaction_events",
    "configuration_snapshots",
    "session_finalisations",
    "performance_metrics",
)
COUNTS = "select " + ", ".join(
    f"(select count(*) from {table} where session_id like 'old-%')" for table in RAW_TABLES
)


class WorkerOfTheFirstRelease(threading.Thread):
    """Stores an event in a transaction, in the columns the first schema had, until it is told to
    end. Like a worker it tries again what was not committed, and gives up on nothing."""

    def __init__(self, database_url: str) -> None:
        super().__init__(name="old worker", daemon=True)
        self._database_url = database_url
        self._done = threading.Event()
        self.stored: dict[UUID, str] = {}

    def run(self) -> None:
        ids = Uuid7Source()
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            while not self._done.is_set():
                at = datetime.now(UTC)
                event, session_id = ids.make(at), f"kept-{len(self.stored) % 20}"
                row = {"id": event, "at": at, "session": session_id}
                while not self._store(connection, row):
                    pass
                self.stored[event] = session_id

    @staticmethod
    def _store(connection: psycopg.Connection, row: Mapping[str, object]) -> bool:
        try:
            with connection.transaction():
                connection.execute(
                    "insert into user_sessions"
                    " (session_id, start_time, last_activity, latest_seen, total_interactions)"
                    " values (%(session)s, %(at)s, %(at)s, %(at)s, 1)"
                    " on conflict (session_id) do update set"
                    " total_interactions = user_sessions.total_interactions + 1",
                    row,
                )
                connection.execute(
                    "insert into interaction_events"
                    " (session_id, timestamp, id, received_at, event_type)"
                    " values (%(session)s, %(at)s, %(id)s, %(at)s, 'click')",
                    row,
                )
                connection.execute(
                    "insert into recount_marks (session_id, hour)"
                    " values (%(session)s, date_trunc('hour', %(at)s))",
                    row,
                )
        except psycopg.OperationalError:
            return False
        return True

    def goes_on(self, events: int = 50) -> None:
        before = len(self.stored)
        wait_for(lambda: len(self.stored) >= before + events, WITHIN_S, "the old worker stores")

    def end(self) -> None:
        self._done.set()
        self.join(WITHIN_S)


@contextmanager
def old_worker(database_url: str) -> Generator[WorkerOfTheFirstRelease]:
    worker = WorkerOfTheFirstRelease(database_url)
    worker.start()
    try:
        yield worker
    finally:
        worker.end()


def test_the_oldest_database_is_brought_to_the_newest_schema_under_traffic(
    empty_database: Callable[[int], str], roles_on: RolesOn
) -> None:
    """The old worker goes on all the time; the new one waits for the schema, its events in the
    stream, and then stores them."""
    url = empty_database(18)
    upgrade(url, "0001")
    with psycopg.connect(url) as connection:
        connection.execute(FIRST_SCHEMA)
    roles = roles_on(url)
    roles.start("serve", "work")

    with traffic(roles.url) as sent, old_worker(url) as old:
        sent.goes_on()
        old.goes_on()
        upgrade(url)
        old.goes_on()
        sent.goes_on()

    assert_stored_once(url, sent.accepted)
    assert sent.failures == []
    assert_stored_once(url, old.stored, "kept-%")
    with psycopg.connect(url) as connection:
        counts = connection.execute(COUNTS.encode()).fetchone()
    assert counts == (OLD_SESSIONS, 5 * OLD_SESSIONS, OLD_SESSIONS, OLD_SESSIONS, OLD_SESSIONS)
    roles.start("schedule")
    wait_for(lambda: figures_are_counted(url), WITHIN_S, roles.log)
    assert stored_figures(url) == counted_figures(url)
    assert stored_figures(url)["sessions"] >= OLD_SESSIONS


def figures_are_counted(url: str) -> bool:
    with psycopg.connect(url) as connection:
        marks = connection.execute("select count(*) from recount_marks").fetchone()
    return marks == (0,)


def stored_figures(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        cursor = connection.execute(
            "select metric_type, sum(count)::integer from daily_analytics"
            " where metric_type in ('sessions', 'interactions', 'conversions') and category = ''"
            " and value_text = '' group by metric_type"
        )
        return dict(cursor.fetchall())


def counted_figures(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select count(*), sum(total_interactions)::integer,"
            " count(*) filter (where converted_at is not null)"
            " from user_sessions where bot_reason is null"
        ).fetchone()
    assert row is not None
    return dict(zip(("sessions", "interactions", "conversions"), row, strict=True))


def test_running_roles_go_on_beside_the_schema_of_the_next_release(
    database_url: str, roles_on: RolesOn
) -> None:
    """It may add to every table; what begins then refuses."""
    roles = roles_on(database_url)
    roles.start("serve", "work", "schedule")
    token = roles.run("token", "create", "--name", "test", "--role", "viewer").stdout.strip()

    with traffic(roles.url) as sent:
        sent.goes_on()
        wait_for(lambda: bring_the_next_schema(database_url), WITHIN_S, "it is never its turn")
        sent.goes_on()

    assert sent.failures == []
    assert_stored_once(database_url, sent.accepted)
    began_at = datetime.now(UTC)
    wait_for(lambda: job_ended_since(database_url, "aggregate", began_at), WITHIN_S, roles.log)
    assert all(roles.lives(role) for role in ("serve", "work", "schedule"))
    assert roles.answers("/readyz")
    assert roles.can_read("/api/admin/sessions?timeRange=24h&bots=include", token)
    for role in ("work", "schedule"):
        refused = roles.run(role)
        assert refused.returncode == 2
        assert refused.stderr == (
            "nesthaus: the database has schema 9999 and this program knows up to"
            f" {known_revisions()[-1]}: run a newer program, or take the schema back with its"
            f" `migrate down --to {known_revisions()[-1]}`\n"
        )


def bring_the_next_schema(url: str) -> bool:
    """As a migration does: in one transaction. False where others hold tables that it needs."""
    with suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
        tables = connection.execute(
            "select tablename from pg_tables where schemaname = 'public'"
            " and tablename !~ '_(default|[0-9]{4}_[0-9]{2})$'"
        ).fetchall()
        for (table,) in sorted(tables, reverse=True):
            add = SQL("alter table {} add column of_the_next_release text")
            connection.execute(add.format(Identifier(table)))
        connection.execute("create table of_the_next_release (id uuid primary key)")
        connection.execute("update alembic_version set version_num = '9999'")
        return True
    return False


def job_ended_since(url: str, name: str, since: datetime) -> bool:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select error is null from jobs where name = %s and finished_at > %s",
            [name, since - timedelta(milliseconds=1)],
        ).fetchone()
    return row == (True,)
