"""Connection pools that outlive restarts of the server."""

import logging
from collections.abc import Mapping
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool

from nesthaus.db.reader import become_reader
from nesthaus.db.slow import Note, timed_cursor

Connection = AsyncConnection[tuple[Any, ...]]
Pool = AsyncConnectionPool[Connection]

# Over TCP a server that went silent is noticed within a minute and not after hours, unless the
# address says otherwise. Sockets of this machine ignore all but the first.
_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 50_000,
}
# A pool doubles its pause between attempts (1, 2, 4 … s) until this is over; then it begins anew,
# so that no pause is longer than 4 s however long the server was away.
_ATTEMPTS_S = 7.0

_log = logging.getLogger(__name__)


class _OneLinePerOutage(logging.Filter):
    """Lets a pool say once that its server is away, in one line, instead of every few seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._away: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        text = str(record.msg)
        if text.startswith("reconnection attempt"):
            return False
        if not text.startswith("error connecting") or not isinstance(record.args, tuple):
            return True
        pool, error = map(str, record.args)
        if pool in self._away:
            return False
        self._away.add(pool)
        record.msg, record.args = "%s: PostgreSQL is away: %s", (pool, first_line(error))
        return True

    def is_back(self, pool: str) -> None:
        if pool in self._away:
            self._away.remove(pool)
            _log.warning("%s: PostgreSQL is back", pool)


# On the logger and not on a pool, because a pool offers no place for it; told apart by pool name.
_outages = _OneLinePerOutage()
logging.getLogger("psycopg.pool").addFilter(_outages)


def first_line(error: object) -> str:
    """What an error of libpq says, without its hints on further lines."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


async def open_pool(
    database_url: str,
    size: int,
    timeout_s: float,
    *,
    read_only: bool = False,
    statement_timeout_ms: int | None = None,
    lock_timeout_ms: int | None = None,
    log_over_ms: int = 0,
    note: Note | None = None,
    application_name: str,
) -> Pool:
    """A pool that opens its connections when the server is there, now or later.

    Its connections are in UTC. Taking one waits up to `timeout_s`, then raises PoolTimeout; one
    that died in the pool is never handed out. `application_name` also names the pool in the log.
    With `read_only` it has the rights of the reader alone, where there is one (`db/reader.py`).
    A statement that takes longer than `log_over_ms` is logged, 0: none is; `note` hears of all.
    """
    settings = {"timezone": "UTC"}
    if read_only:
        settings["default_transaction_read_only"] = "on"
    if statement_timeout_ms is not None:
        settings["statement_timeout"] = str(statement_timeout_ms)
    if lock_timeout_ms is not None:
        settings["lock_timeout"] = str(lock_timeout_ms)

    async def configure(connection: Connection) -> None:
        _outages.is_back(application_name)
        if read_only and not await become_reader(connection):
            _log.info("%s: reads with all rights of its account", application_name)
        if log_over_ms or note:
            connection.cursor_factory = timed_cursor(note, log_over_ms)

    async def check(connection: Connection) -> None:
        try:
            await pool.check_connection(connection)
        except OperationalError:
            # The others died with it: replaced now, and not one by one with ever longer pauses.
            await pool.check()
            raise

    pool = Pool(
        with_settings(database_url, application_name, settings),
        min_size=1,
        max_size=size,
        timeout=timeout_s,
        name=application_name,
        open=False,
        check=check,
        configure=configure,
        reconnect_timeout=_ATTEMPTS_S,
        reconnect_failed=_try_again,
    )
    await pool.open(wait=False)
    return pool


def with_settings(database_url: str, application_name: str, settings: Mapping[str, str]) -> str:
    """The same address, with settings that hold from the start and that nothing resets.

    Behind PgBouncer this means session pooling: in transaction pooling it ignores or refuses
    `options`. Prepared statements, which psycopg makes of a query it has run five times, are
    fine there from PgBouncer 1.22 on.
    """
    given = conninfo_to_dict(database_url)
    options = [str(given.get("options") or "")]
    options += [f"-c {name}={value}" for name, value in settings.items()]
    return make_conninfo(
        database_url,
        options=" ".join(options).strip(),
        application_name=application_name,
        **{name: given.get(name) or value for name, value in _PATIENCE.items()},
    )


async def _try_again(pool: AsyncConnectionPool[Any]) -> None:
    await pool.check()
