"""Puts a backup in the place of all tables: all of it, or nothing changes.

The old tables are moved aside as a whole, by the name of their schema, and come back when the new
ones are not what the manifest says.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from nesthaus.db.pool import Connection, first_line, with_settings
from nesthaus.db.queries import load_statements
from nesthaus.db.schema import SchemaStatus, current_revision_of, status_of
from nesthaus.embedded.clients import clients_for
from nesthaus.upkeep.backups.backup import Told, count_rows
from nesthaus.upkeep.backups.dump_programs import running
from nesthaus.upkeep.backups.folders import DUMP, Manifest, check_dump, read_manifest

_SQL = load_statements("nesthaus.upkeep.backups", "backup.sql")
_ASIDE = "{}_before_restore"
_TABLE_DATA = re.compile(r'processing data for table "(.+)"')


class Refused(Exception):
    """One line: why nothing was changed."""


@dataclass(frozen=True, slots=True)
class _Schemas:
    """`ours` holds the tables; `aside` is where the old ones wait."""

    ours: str
    aside: str


class Erased(Protocol):
    """What was erased, and how a backup that knows less of it forgets it."""

    async def gather(self, connection: Connection) -> None:
        """Before anything is changed: also what the tables to be replaced know."""
        ...

    async def apply(self, connection: Connection) -> int:
        """To the tables that are restored; how many sessions went."""
        ...


@dataclass(frozen=True, slots=True)
class Restored:
    """`erased` of the sessions in the backup were taken out again. `schema` says which migrations
    have yet to run."""

    rows: int
    erased: int
    received_until: datetime | None
    schema: SchemaStatus


async def restore(
    database_url: str, backup: Path, erased: Erased, *, replace: bool, told: Told
) -> Restored:
    """Raises NoBackup, Refused, SchemaError, NoClients, DumpFailed and the database's errors; then
    the database is as it was."""
    manifest = read_manifest(backup)
    schema = status_of(manifest.schema)
    told("checking the backup")
    await asyncio.to_thread(check_dump, backup, manifest)
    address = with_settings(database_url, "nesthaus restore", {"statement_timeout": "0"})
    connection = await AsyncConnection.connect(address, autocommit=True)
    async with connection:
        schemas = await _place_for(connection, manifest, replace=replace)
        await erased.gather(connection)
        await _move_aside(connection, schemas)
        try:
            await _fill(connection, database_url, backup / DUMP, manifest, told)
            gone = await erased.apply(connection)
            schema = await _schema_in(connection, schema)
        except BaseException:
            await _put_back(connection, schemas)
            raise
        told("counting for the planner")
        await connection.execute("analyze")
        drop = SQL("drop schema {} cascade").format(Identifier(schemas.aside))
        await connection.execute(drop)
    return Restored(sum(manifest.tables.values()), gone, manifest.received_until, schema)


async def _schema_in(connection: Connection, before: SchemaStatus) -> SchemaStatus:
    """It may have been brought up to date, for what is kept of erased sessions."""
    revision = await current_revision_of(connection)
    return before if revision == before.current else status_of(revision)


async def _place_for(connection: Connection, manifest: Manifest, *, replace: bool) -> _Schemas:
    postgres = connection.info.server_version // 10_000
    if postgres < manifest.postgres:
        raise Refused(
            f"the backup is of PostgreSQL {manifest.postgres} and this is {postgres}: a newer"
            " server's dump cannot be read here"
        )
    if await _one(connection, "take_turn") is not True:
        raise Refused("somebody else restores this database right now")
    if others := await _one(connection, "others"):
        raise Refused(
            f"{others} connections of nesthaus are open: end `up`, `serve`, `work` and `schedule`"
            " first"
        )
    schemas = await _schemas(connection, manifest)
    if await _tables(connection) and not replace:
        raise Refused(
            "there are tables already: --replace puts the backup in their place (make a backup of"
            " them first)"
        )
    return schemas


async def _schemas(connection: Connection, manifest: Manifest) -> _Schemas:
    aside = _ASIDE.format(manifest.schema_name)
    cursor = await connection.execute(_SQL["schema_and_rest"], {"aside": aside})
    row = await cursor.fetchone()
    assert row is not None
    ours, is_left_over, extensions = row
    if ours != manifest.schema_name:
        raise Refused(
            f"the backup's tables lie in schema {manifest.schema_name!r} and yours in {ours!r}"
        )
    if extensions:
        raise Refused(
            f"extensions lie among the tables ({extensions}): move each with `alter extension …"
            " set schema` first"
        )
    schemas = _Schemas(ours, aside)
    if is_left_over:
        if await _tables(connection):
            raise Refused(
                f"a restore was broken off: the tables before it are in schema {aside!r}, others"
                f" in {ours!r}; drop the schema you do not want and call the other {ours!r}"
            )
        await _put_back(connection, schemas)
    return schemas


async def _tables(connection: Connection) -> int:
    cursor = await connection.execute(_SQL["tables"])
    return len(await cursor.fetchall())


async def _move_aside(connection: Connection, schemas: _Schemas) -> None:
    ours = Identifier(schemas.ours)
    try:
        async with connection.transaction():
            rename = SQL("alter schema {} rename to {}")
            await connection.execute(rename.format(ours, Identifier(schemas.aside)))
            await connection.execute(SQL("create schema {}").format(ours))
            # As every database begins; what was granted beyond it is not in a backup.
            await connection.execute(SQL("grant usage on schema {} to public").format(ours))
    except psycopg.errors.InsufficientPrivilege as error:
        account = connection.info.user
        raise Refused(f"{account!r} may not replace the tables: {first_line(error)}") from None


async def _put_back(connection: Connection, schemas: _Schemas) -> None:
    ours = Identifier(schemas.ours)
    async with connection.transaction():
        await connection.execute(SQL("drop schema {} cascade").format(ours))
        rename = SQL("alter schema {} rename to {}")
        await connection.execute(rename.format(Identifier(schemas.aside), ours))


async def _fill(
    connection: Connection, database_url: str, dump: Path, manifest: Manifest, told: Told
) -> None:
    begun = 0

    def heard(line: str) -> None:
        nonlocal begun
        if found := _TABLE_DATA.search(line):
            begun += 1
            told(f"table {begun}: {found[1].rpartition('.')[2]}")

    clients = clients_for(max(connection.info.server_version // 10_000, manifest.client))
    options = (
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        "--verbose",
        f"--schema={manifest.schema_name}",
        str(dump),
    )
    async with running(clients.restore, database_url, *options, heard=heard) as filling:
        await filling.end()
    told("counting rows")
    found = dict(await count_rows(connection))
    if found != manifest.tables:
        names = sorted({*found, *manifest.tables})
        wrong = [name for name in names if found.get(name) != manifest.tables.get(name)]
        raise Refused(
            f"the rows are not those of the manifest ({', '.join(wrong)}): nothing was changed"
        )


async def _one(connection: Connection, name: str) -> object:
    row = await (await connection.execute(_SQL[name])).fetchone()
    assert row is not None
    return row[0]
