"""Is the schema that people read the schema that migrations make?"""

from collections.abc import Callable
from importlib.resources import files

import psycopg
import pytest

from nesthaus.db.migrate import upgrade
from tests.db.catalogue import catalogue_of


@pytest.mark.parametrize("version", [16, 18])
def test_schema_sql_equals_the_migrations(
    empty_database: Callable[[int], str], version: int
) -> None:
    migrated, read = empty_database(version), empty_database(version)
    upgrade(migrated)
    with psycopg.connect(read) as connection:
        connection.execute(files("nesthaus.db").joinpath("schema.sql").read_bytes())

    assert catalogue_of(read) == catalogue_of(migrated)


@pytest.mark.parametrize(
    "change",
    [
        "alter table orders alter ordered_at drop not null",
        "alter table audit_log add note text",
        "alter table refusals alter count set default 1",
        "alter table user_sessions set (fillfactor = 90)",
        "alter table user_sessions drop constraint user_sessions_device_type_check",
        "drop index idx_user_sessions_ongoing",
        "create table e1 partition of interaction_events for values from (minvalue) to (maxvalue)",
        "create sequence numbers",
        "alter table session_entries drop constraint session_entries_session_id_fkey",
    ],
)
def test_the_comparison_sees_every_kind_of_difference(database_url: str, change: str) -> None:
    before = catalogue_of(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(change.encode())
    assert catalogue_of(database_url) != before
