"""Price lists that administrators import and publish, and how every process learns of them.

A draft can be imported again; a published list never changes. It begins so far ahead that every
process has asked for it by then: none asks while it answers a call.
"""

import asyncio
import logging
import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
from msgspec import Struct
from msgspec.structs import replace
from psycopg.rows import class_row

from nesthaus.access.audit import note
from nesthaus.catalogue.forms import Flaw
from nesthaus.catalogue.loader import LoadedList, load_lists, price_list_of, read_written, written
from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.periods import start_of_day
from nesthaus.domain.pricing import Catalogue, PriceList, with_published

AHEAD = timedelta(minutes=10)
"""A published list begins at least so much later."""
REFRESH_S = 60.0
START_WITHIN_S = 2.0

_SQL = load_statements("nesthaus.upkeep", "price_lists.sql")
_log = logging.getLogger(__name__)


class CannotPublish(Exception):
    """One sentence that says why."""


class StoredList(Struct, frozen=True):
    """A row of `price_lists`; without `in_force_from` a draft."""

    version: str
    base_version: str
    source: str
    document: str
    imported_at: datetime
    in_force_from: date | None
    published_at: datetime | None

    def loaded(self) -> LoadedList:
        """Raises Flaw where another program wrote it."""
        return _in_force_from(read_written(self.document), self.in_force_from)


class _Published(Struct, frozen=True):
    version: str
    in_force_from: date
    document: str


async def stored_lists(pool: Pool) -> list[StoredList]:
    async with (
        pool.connection() as connection,
        connection.cursor(row_factory=class_row(StoredList)) as cursor,
    ):
        await cursor.execute(_SQL["stored_lists"])
        return await cursor.fetchall()


async def keep_draft(
    pool: Pool, loaded: LoadedList, *, base: str, source: str, by: str, at: datetime
) -> None:
    """Raises CannotPublish where a list of its version is published."""
    version = loaded.form.version
    row = {
        "version": version,
        "base_version": base,
        "source": source,
        "document": written(loaded.form),
        "imported_at": at,
    }
    async with pool.connection() as connection:
        cursor = await connection.execute(_SQL["keep_draft"], row)
        if await cursor.fetchone() is None:
            raise CannotPublish(f"{version} is published, and never changes")
        await note(connection, by, "import price list", version, {"from": source}, at=at)


async def publish(
    pool: Pool, catalogue: Catalogue, version: str, day: date, *, by: str, at: datetime
) -> StoredList | None:
    """In force from 00:00 of `day`. Returns the list it takes the place of, which was to begin on
    the same day. Raises CannotPublish."""
    begins = start_of_day(day, catalogue.zone)
    if begins < at + AHEAD:
        minutes = int(AHEAD.total_seconds() / 60)
        raise CannotPublish(
            f"{day} began or begins in less than {minutes} minutes, in which not every process"
            " would learn of it: choose a later day"
        )
    async with pool.connection() as connection:
        await connection.execute(_SQL["lock_price_lists"])
        async with connection.cursor(row_factory=class_row(StoredList)) as cursor:
            await cursor.execute(_SQL["stored_lists"])
            before = await cursor.fetchall()
        row = {"version": version, "in_force_from": day, "published_at": at}
        cursor = await connection.execute(_SQL["publish_draft"], row)
        if await cursor.fetchone() is None:
            known = {each.version for each in before}
            reason = "is published already" if version in known else "was not imported"
            raise CannotPublish(f"{version} {reason}")
        replaced = [each for each in before if each.in_force_from == day]
        detail = {"in force from": day.isoformat()}
        if replaced:
            detail["instead of"] = replaced[-1].version
        await note(connection, by, "publish price list", version, detail, at=at)
    return replaced[-1] if replaced else None


class PublishedLists:
    """Makes a catalogue know what is published, besides the lists of the files.

    `copy` is a file of this machine with what was known last, for a start without PostgreSQL.
    """

    def __init__(self, pool: Pool, catalogue: Catalogue, copy: Path | None = None) -> None:
        self._pool = pool
        self._catalogue = catalogue
        self._files: Sequence[PriceList] = catalogue.lists
        self._copy = copy
        self._known: dict[str, _Published] = {}
        self._lists: list[PriceList] = []

    async def at_start(self, within_s: float = START_WITHIN_S) -> None:
        """Never fails: without PostgreSQL what the copy says counts, until `run` hears more."""
        try:
            await self.refresh(within_s)
        except psycopg.Error as error:
            _log.debug("published price lists are taken from the copy: %s", error)
            self._take(_read_copy(self._copy))

    async def refresh(self, within_s: float | None = None) -> None:
        """Takes what was published since the last time. Raises the database's errors."""
        async with (
            self._pool.connection(within_s) as connection,
            connection.cursor(row_factory=class_row(_Published)) as cursor,
        ):
            await cursor.execute(_SQL["published_lists"], {"known": list(self._known)})
            new = await cursor.fetchall()
        if new:
            self._take(new)
            self._write_copy()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                await self.refresh()
            except psycopg.Error as error:
                _log.debug("price lists stay as they were known: %s", error)

    def _take(self, published: Sequence[_Published]) -> None:
        for each in published:
            self._known[each.version] = each
            try:
                loaded = _in_force_from(read_written(each.document), each.in_force_from)
            except Flaw as flaw:
                # Of a newer release, which knows more than this one.
                _log.error("price list %s cannot be read: %s", each.version, flaw)
                continue
            self._lists.append(loaded.price_list)
        self._catalogue.take(with_published(self._files, self._lists))

    def _write_copy(self) -> None:
        if self._copy is None:
            return
        whole = self._copy.with_suffix(f".{os.getpid()}")
        try:
            whole.write_bytes(msgspec.json.encode(list(self._known.values())))
            whole.replace(self._copy)
        except OSError as error:
            _log.warning("published price lists are not copied to %s: %s", self._copy, error)


def _read_copy(copy: Path | None) -> list[_Published]:
    if copy is None:
        return []
    try:
        return msgspec.json.decode(copy.read_bytes(), type=list[_Published])
    except (OSError, msgspec.DecodeError):
        return []


async def all_lists(pool: Pool, directory: Path | None) -> dict[str, LoadedList]:
    """By version: those of the files, then what was imported, drafts too."""
    found = {each.form.version: each for each in load_lists(directory)}
    for stored in await stored_lists(pool):
        found[stored.version] = stored.loaded()
    return found


def _in_force_from(loaded: LoadedList, day: date | None) -> LoadedList:
    """As it was published, whatever day its draft had."""
    if day is None:
        return loaded
    form = replace(loaded.form, in_force_from=day)
    return LoadedList(form, price_list_of(form))
