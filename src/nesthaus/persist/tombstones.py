"""Which sessions were erased: asked before anything is stored, written before anything is erased.

Whoever stores shares a turn; whoever erases writes the tombstone, commits, and then waits until all
turns that began before are over. What is stored later knows the tombstone, so nothing comes back.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from psycopg.rows import class_row, scalar_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.tombstones import Key, Tombstone, Tombstones, digest_of, digests_of
from nesthaus.persist.rows import columns

_SQL = load_statements("nesthaus.persist", "tombstones.sql")


async def erased_among(connection: Connection, session_ids: Collection[str]) -> set[str]:
    """Those of these sessions that were erased. In a transaction: it holds until its end.

    What archives and restores asks this, too, before it keeps rows of a session.
    """
    if not session_ids:
        return set()
    row = await (await connection.execute(_SQL["share_turn"])).fetchone()
    assert row is not None
    keys: list[bytes] = row[0]
    # Most never erase anybody, and a thousand hashes are worth some milliseconds.
    if await (await connection.execute(_SQL["any_at_all"])).fetchone() != (True,):
        return set()
    session_of = {
        digest: session_id for session_id in session_ids for digest in digests_of(session_id, keys)
    }
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["named"], {"digest": list(session_of)})
        return {session_of[bytes(digest)] for digest in await cursor.fetchall()}


async def bury_name(connection: Connection, session_id: str, at: datetime) -> None:
    """Writes the tombstone. To be committed before anything is erased."""
    async with connection.cursor(row_factory=class_row(Key)) as cursor:
        await cursor.execute(_SQL["keys"])
        latest = await cursor.fetchone()
    assert latest is not None
    await _add(connection, [Tombstone(digest_of(session_id, latest.key), at)])


async def await_turns(connection: Connection) -> None:
    """Returns when nobody stores any more who did not know of the tombstones committed by now."""
    async with connection.transaction():
        await connection.execute(_SQL["await_turns"])


async def all_tombstones(connection: Connection) -> Tombstones:
    """None where the tables are older than tombstones."""
    cursor = await connection.execute(_SQL["has_tombstones"])
    if await cursor.fetchone() != (True,):
        return Tombstones()
    async with connection.cursor(row_factory=class_row(Key)) as cursor:
        await cursor.execute(_SQL["keys"])
        keys = await cursor.fetchall()
    async with connection.cursor(row_factory=class_row(Tombstone)) as cursor:
        await cursor.execute(_SQL["stones"])
        stones = await cursor.fetchall()
    return Tombstones(tuple(keys), tuple(stones))


async def take_over(connection: Connection, tombstones: Tombstones) -> None:
    """Adds those of other databases; twice is once."""
    if tombstones.keys:
        rows = [(each.key, each.made_at) for each in tombstones.keys]
        await connection.execute(_SQL["add_keys"], columns(rows, ("key", "made_at")))
    await _add(connection, tombstones.stones)


async def _add(connection: Connection, stones: Iterable[Tombstone]) -> None:
    rows = [(each.digest, each.erased_at) for each in stones]
    if rows:
        await connection.execute(_SQL["add_stones"], columns(rows, ("digest", "erased_at")))
