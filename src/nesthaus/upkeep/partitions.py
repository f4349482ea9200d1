"""A table for each month, made before it is needed.

Reads and writes: the three tables that are partitioned by time, whose rows it may move but never
changes. A month without a partition does no harm: its rows lie in the default partition, and are
moved when the month gets a table of its own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from psycopg.sql import SQL, Identifier, Literal

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements

PARTITIONED_TABLES = ("interaction_events", "configuration_snapshots", "performance_metrics")

# What is accepted may be this old: at a month's beginning the one before is needed too.
_OLDEST_ACCEPTED = timedelta(days=7)

_SQL = load_statements("nesthaus.upkeep", "partitions.sql")

# Definitions take no parameters, so names and bounds are put in as quoted pieces.
_MONTHS_IN_DEFAULT = SQL("select distinct date_trunc('month', timestamp, 'UTC') from {default}")
# First of all, so that no row comes between copying and deleting; and in the order in which writers
# come to these tables (the month gets a foreign key to user_sessions), because otherwise we and a
# writer could wait for each other.
_LOCK = (
    SQL("lock table user_sessions in share row exclusive mode"),
    SQL("lock table {table} in access exclusive mode"),
)
_HAS_ROWS = SQL(
    "select exists (select from {default} where timestamp >= {since} and timestamp < {until})"
)
_CREATE = (
    SQL("create table {month} partition of {table} for values from ({since}) to ({until})"),
    # Keys begin with a time, so that a full page gets few more rows: 64 bytes a key instead of 69.
    SQL("alter index {key} set (fillfactor = 97)"),
)
# A month's rows have to leave the default partition before the month's own can be made.
_MOVE = (
    SQL(
        "create temporary table moving on commit drop as"
        " select * from {default} where timestamp >= {since} and timestamp < {until}"
    ),
    SQL("delete from {default} where timestamp >= {since} and timestamp < {until}"),
    *_CREATE,
    SQL("insert into {table} select * from moving"),
)


async def ensure_partitions(
    connection: Connection, at: datetime, months_ahead: int = 2
) -> tuple[str, ...]:
    """Makes the months that are missing from a week before `at` on, and those of stray rows.

    Returns the names of what it made. `connection` is in no transaction; each month is one of its
    own, so that writers wait no longer than one takes. Raises psycopg's LockNotAvailable where
    somebody holds a table for long: then call it again later, nothing is lost meanwhile.
    """
    made: list[str] = []
    for table in PARTITIONED_TABLES:
        async with connection.transaction():
            default = Identifier(f"{table}_default")
            cursor = await connection.execute(_MONTHS_IN_DEFAULT.format(default=default))
            stray = {month.astimezone(UTC) for (month,) in await cursor.fetchall()}
            taken = await _months_taken(connection, table)
        for month in sorted(stray | set(_months(at, months_ahead))):
            name = f"{table}_{month:%Y_%m}"
            if name not in taken and await _make(connection, table, name, month):
                made.append(name)
    return tuple(made)


def _months(at: datetime, months_ahead: int) -> Iterator[datetime]:
    """The beginnings of the months in which rows may lie soon, in UTC."""
    last = _start_of_month(at)
    for _ in range(months_ahead):
        last = _next_month(last)
    month = _start_of_month(at - _OLDEST_ACCEPTED)
    while month <= last:
        yield month
        month = _next_month(month)


def _start_of_month(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next_month(month: datetime) -> datetime:
    return _start_of_month(month + timedelta(days=31))


async def _months_taken(connection: Connection, table: str) -> set[str]:
    cursor = await connection.execute(_SQL["months_taken"], {"table": table})
    return {name for (name,) in await cursor.fetchall()}


async def _make(connection: Connection, table: str, name: str, since: datetime) -> bool:
    """False where somebody else was faster."""
    pieces = {
        "table": Identifier(table),
        "default": Identifier(f"{table}_default"),
        "month": Identifier(name),
        "key": Identifier(f"{name}_pkey"),
        "since": Literal(since),
        "until": Literal(_next_month(since)),
    }
    async with connection.transaction():
        await connection.execute(_SQL["take_turn"])
        if name in await _months_taken(connection, table):
            return False
        await connection.execute(_SQL["do_not_wait_long"])
        for statement in _LOCK:
            await connection.execute(statement.format(**pieces))
        cursor = await connection.execute(_HAS_ROWS.format(**pieces))
        has_rows = await cursor.fetchone() == (True,)
        for statement in _MOVE if has_rows else _CREATE:
            await connection.execute(statement.format(**pieces))
    return True
