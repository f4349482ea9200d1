"""Makes a backup of all tables, as of one moment, while everything else goes on.

Reads: every table, the stream and the spool (only whether something waits). Writes: a folder.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import datetime
from pathlib import Path

from psycopg import AsyncConnection, IsolationLevel
from psycopg.sql import SQL, Identifier

from nesthaus.db.pool import Connection, with_settings
from nesthaus.db.queries import load_statements
from nesthaus.db.schema import SchemaError, current_revision_of
from nesthaus.embedded.clients import clients_for
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.spool import files_with_records
from nesthaus.upkeep.backups.dump_programs import Running, running
from nesthaus.upkeep.backups.folders import (
    DUMP,
    FORMAT,
    Manifest,
    finished,
    new_folder,
    sha256_of,
    write_manifest,
)

Told = Callable[[str], None]
"""Hears how far it is, in a few words."""

_LOOK_EVERY_S = 0.1
_TELL_EVERY_S = 1.0
_LOCK_WAIT_MS = 60_000
_SQL = load_statements("nesthaus.upkeep.backups", "backup.sql")


class NotStored(Exception):
    """One line: what was received is not stored in time."""


async def await_stored(backlog: Backlog, spool: Path, within_s: float, told: Told) -> None:
    """Returns when everything received before this call is in the tables. Raises NotStored."""
    told("waiting until everything received is stored")
    held: set[Path] = set()
    try:
        async with asyncio.timeout(within_s):
            held = files_with_records(spool)
            async for _ in _looks():
                held &= files_with_records(spool)
                if not held:
                    break
            received = await backlog.last_received()
            async for _ in _looks():
                if await backlog.has_finished(received):
                    return
    except TimeoutError:
        where = f"{len(held)} files in the spool" if held else "entries in the stream"
        raise NotStored(
            f"what was received is not stored after {within_s:g} s ({where}): does `nesthaus work`"
            " run? --within 0 does not wait"
        ) from None
    except StreamAway as away:
        raise NotStored(f"{away}; --within 0 leaves out what is not stored yet") from None


async def make_backup(
    database_url: str,
    root: Path,
    *,
    program: str,
    now: datetime,
    received_until: datetime | None,
    told: Told,
) -> tuple[Path, Manifest]:
    """The new folder in `root`. Raises OSError, SchemaError, NoClients, DumpFailed and the
    database's errors; nothing is left then."""
    address = with_settings(database_url, "nesthaus backup", {"statement_timeout": "0"})
    with new_folder(root, now) as making:
        connection = await AsyncConnection.connect(address)
        async with connection:
            await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
            await connection.set_read_only(True)
            schema_name, snapshot = await _facts(connection)
            revision = await _revision(connection)
            postgres = connection.info.server_version // 10_000
            clients = clients_for(postgres)
            options = (
                "--format=custom",
                f"--file={making / DUMP}",
                f"--snapshot={snapshot}",
                f'--schema="{schema_name}"',
                "--no-owner",
                "--no-privileges",
                f"--lock-wait-timeout={_LOCK_WAIT_MS}",
            )
            async with running(
                clients.dump, database_url, *options, heard=lambda _: None
            ) as dumping:
                # Ours shares the snapshot with the dump, so these are its rows.
                tables = await count_rows(connection)
                await _end(dumping, making / DUMP, told)
        told("checking")
        manifest = Manifest(
            format=FORMAT,
            program=program,
            made_at=now,
            received_until=received_until,
            schema=revision,
            schema_name=schema_name,
            postgres=postgres,
            client=clients.major,
            tables=dict(tables),
            dump_bytes=_size_of(making / DUMP),
            dump_sha256=await asyncio.to_thread(sha256_of, making / DUMP),
        )
        write_manifest(making, manifest)
    return finished(making), manifest


async def count_rows(connection: Connection) -> Mapping[str, int]:
    """Of every table, in the snapshot of the connection."""
    counts: dict[str, int] = {}
    cursor = await connection.execute(_SQL["tables"])
    for (table,) in await cursor.fetchall():
        counting = SQL("select count(*) from {}").format(Identifier(table))
        row = await (await connection.execute(counting)).fetchone()
        assert row is not None
        counts[table] = row[0]
    return counts


async def _revision(connection: Connection) -> str:
    revision = await current_revision_of(connection)
    if revision is None:
        raise SchemaError("no migration has run here: there is nothing to back up")
    return revision


async def _facts(connection: Connection) -> tuple[str, str]:
    row = await (await connection.execute(_SQL["facts"])).fetchone()
    assert row is not None
    return row[0], row[1]


async def _end(dumping: Running, dump: Path, told: Told) -> None:
    ending = asyncio.create_task(dumping.end())
    try:
        tell_at = time.monotonic()
        while not ending.done():
            await asyncio.wait({ending}, timeout=_LOOK_EVERY_S)
            if time.monotonic() >= tell_at:
                told(f"{_size_of(dump) / 1e6:,.1f} MB written")
                tell_at = time.monotonic() + _TELL_EVERY_S
        await ending
    finally:
        ending.cancel()


async def _looks() -> AsyncGenerator[None]:
    """A look now and then."""
    while True:
        yield
        await asyncio.sleep(_LOOK_EVERY_S)


def _size_of(dump: Path) -> int:
    return dump.stat().st_size if dump.exists() else 0
