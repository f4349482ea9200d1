"""Tries to store entries of the stream, and finds the bad ones among them by halving."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from msgspec import Struct

from nesthaus.db.pool import Pool
from nesthaus.domain.events import Delivery
from nesthaus.persist.dead_letters import Buried, Reason
from nesthaus.persist.failures import NotNow, is_perhaps_of_rows, is_poison, not_now, one_line
from nesthaus.persist.store import Rules, store
from nesthaus.stream.envelope import Unreadable, decode
from nesthaus.stream.reader import StreamEntry

# Of one transaction. A thousand calls of the largest size are a quarter of a gibibyte, and many
# times that as objects and rows: a worker that dies of it would die of it again.
MOST_BYTES = 8 * 1024 * 1024

# What is larger is stored in two transactions side by side, so that one prepares its rows while
# PostgreSQL writes those of the other. No session is in both: they never wait for each other.
_ONE_TRANSACTION_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class Good:
    """Entries that are stored for good."""

    entries: Sequence[StreamEntry]


@dataclass(frozen=True, slots=True)
class _Trying:
    pool: Pool
    now: datetime
    rules: Rules
    is_sifting: bool


class _Piece(Struct, frozen=True):
    entry: StreamEntry
    delivery: Delivery


async def attempt(
    pool: Pool,
    entries: Sequence[StreamEntry],
    now: datetime,
    rules: Rules,
    *,
    is_sifting: bool = False,
) -> AsyncGenerator[Good | Buried]:
    """One verdict on each entry, when it is final. Poison was refused alone, twice.

    Raises NotNow; what had no verdict by then is still to be stored. `is_sifting`: what perhaps
    lies in the rows is looked for in them, as poison is, and not raised.
    """
    trying = _Trying(pool, now, rules, is_sifting)
    pieces: list[_Piece] = []
    size = 0
    for entry in entries:
        if pieces and size + len(entry.payload) > MOST_BYTES:
            async for verdict in _store_all(trying, pieces, size):
                yield verdict
            pieces, size = [], 0
        try:
            pieces.append(_Piece(entry, decode(entry.payload)))
            size += len(entry.payload)
        except Unreadable as unreadable:
            async for verdict in _store_all(trying, pieces, size):
                yield verdict
            pieces, size = [], 0
            yield Buried(entry, None, Reason.UNREADABLE, one_line(unreadable))
    async for verdict in _store_all(trying, pieces, size):
        yield verdict


async def _store_all(
    trying: _Trying, pieces: Sequence[_Piece], size: int
) -> AsyncGenerator[Good | Buried]:
    """Side by side where there is much; what is refused then, one after the other."""
    left: list[Sequence[_Piece]] = [pieces]
    reason: NotNow | None = None
    if size > _ONE_TRANSACTION_BYTES and not trying.is_sifting:
        left = []
        parts = _by_session(pieces)
        for part, refusal in zip(
            parts, await asyncio.gather(*(_kept(trying, part) for part in parts)), strict=True
        ):
            if refusal is None:
                yield Good([piece.entry for piece in part])
            elif isinstance(refusal, NotNow):
                reason = refusal
            else:
                left.append(part)
    if reason is not None:
        raise reason
    for part in left:
        async for verdict in _halve(trying, part):
            yield verdict


def _by_session(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """One or two parts."""
    parts = list[_Piece](), list[_Piece]()
    for piece in pieces:
        parts[crc32((piece.delivery.session_id or "").encode()) & 1].append(piece)
    return [part for part in parts if part]


async def _kept(trying: _Trying, part: Sequence[_Piece]) -> Exception | None:
    """As `_refusal`, but NotNow is a value: the other transaction goes on."""
    try:
        return await _refusal(trying, part)
    except NotNow as reason:
        return reason


async def _halve(trying: _Trying, pieces: Sequence[_Piece]) -> AsyncGenerator[Good | Buried]:
    if not pieces:
        return
    refusal = await _refusal(trying, pieces)
    if refusal is None:
        yield Good([piece.entry for piece in pieces])
        return
    if len(pieces) > 1:
        middle = len(pieces) // 2
        for half in (pieces[:middle], pieces[middle:]):
            async for verdict in _halve(trying, half):
                yield verdict
        return
    # Once more: what refused it may have been a moment's, such as a partition just being attached.
    refusal = await _refusal(trying, pieces)
    (piece,) = pieces
    if refusal is None:
        yield Good([piece.entry])
    else:
        session_id = piece.delivery.session_id
        yield Buried(piece.entry, session_id, Reason.UNSTORABLE, one_line(refusal))


async def _refusal(trying: _Trying, pieces: Sequence[_Piece]) -> Exception | None:
    """Why the pieces can never be stored together; None: they are stored."""
    try:
        async with trying.pool.connection() as connection:
            deliveries = [piece.delivery for piece in pieces]
            await store(connection, deliveries, trying.now, trying.rules)
    except Exception as error:
        if is_poison(error) or (trying.is_sifting and is_perhaps_of_rows(error)):
            return error
        raise not_now(error) from error
    return None
