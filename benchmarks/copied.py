"""What the tables hold, taken out and put back by binary COPY: the limit of all storing."""

import time
from dataclasses import dataclass

import psycopg

RAW_TABLES = ("user_sessions", "session_entries", "interaction_events")
_PART_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Taken:
    """The rows of some tables, as COPY wrote them, in the order they lay there; how many are
    interactions."""

    parts: dict[str, bytes]
    columns: dict[str, str]
    interactions: int


def take(connection: psycopg.Connection) -> Taken:
    columns = {table: _columns(connection, table) for table in RAW_TABLES}
    parts: dict[str, bytes] = {}
    for table, names in columns.items():
        statement = f"copy (select {names} from {table}) to stdout (format binary)"
        with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            parts[table] = b"".join(copy)
    found = connection.execute("select count(*) from interaction_events").fetchone()
    assert found is not None
    connection.commit()
    return Taken(parts, columns, found[0])


def put_back(connection: psycopg.Connection, taken: Taken) -> float:
    """Seconds, the commit included, into the same tables, empty before."""
    empty(connection)
    began = time.perf_counter()
    for table, data in taken.parts.items():
        statement = f"copy {table} ({taken.columns[table]}) from stdin (format binary)"
        with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for at in range(0, len(data), _PART_BYTES):
                copy.write(data[at : at + _PART_BYTES])
    connection.commit()
    return time.perf_counter() - began


def empty(connection: psycopg.Connection) -> None:
    connection.execute("truncate user_sessions, recount_marks cascade")
    connection.commit()
    # What was written before must not be written to disk at the cost of what is measured.
    connection.autocommit = True
    connection.execute("checkpoint")
    connection.autocommit = False


def _columns(connection: psycopg.Connection, table: str) -> str:
    found = connection.execute(
        "select string_agg(column_name, ', ' order by ordinal_position)"
        " from information_schema.columns"
        " where table_schema = 'public' and table_name = %s and is_generated = 'NEVER'",
        [table],
    ).fetchone()
    assert found is not None
    return str(found[0])
