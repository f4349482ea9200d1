"""Tries to store entries of the stream, and finds the bad ones among them by halving."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime

from nesthaus.db.pool import Pool
from nesthaus.domain.events import Delivery
from nesthaus.persist.dead_letters import Buried, Reason
from nesthaus.persist.failures import NotNow, is_perhaps_of_rows, is_poison, one_line
from nesthaus.persist.store import Rules, store
from nesthaus.stream.envelope import Unreadable, decode
from nesthaus.stream.reader import StreamEntry

# Of one transaction. A thousand calls of the largest size are a quarter of a gibibyte, and many
# times that as objects and rows: a worker that dies of it would die of it again.
MOST_BYTES = 8 * 1024 * 1024


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


@dataclass(frozen=True, slots=True)
class _Piece:
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
    """Verdicts in the order of the entries, each when it is final. Poison was refused alone, twice.

    Raises NotNow; what had no verdict by then is still to be stored. `is_sifting`: what perhaps
    lies in the rows is looked for in them, as poison is, and not raised.
    """
    trying = _Trying(pool, now, rules, is_sifting)
    pieces: list[_Piece] = []
    size = 0
    for entry in entries:
        if pieces and size + len(entry.payload) > MOST_BYTES:
            async for verdict in _halve(trying, pieces):
                yield verdict
            pieces, size = [], 0
        try:
            pieces.append(_Piece(entry, decode(entry.payload)))
            size += len(entry.payload)
        except Unreadable as unreadable:
            async for verdict in _halve(trying, pieces):
                yield verdict
            pieces, size = [], 0
            yield Buried(entry, None, Reason.UNREADABLE, one_line(unreadable))
    async for verdict in _halve(trying, pieces):
        yield verdict


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
        is_perhaps = is_perhaps_of_rows(error)
        if is_poison(error) or (is_perhaps and trying.is_sifting):
            return error
        raise NotNow(one_line(error), perhaps_of_rows=is_perhaps) from error
    return None
