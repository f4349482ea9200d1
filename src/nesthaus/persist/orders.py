"""An order counts once over all sessions: in the one that reported it earliest.

What a server of the shop told goes before all that pages told: anybody may name an order, and a
time in the past.
"""

from collections.abc import Iterable

from psycopg.rows import class_row

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.persist.raw_rows import Claim
from nesthaus.persist.rows import columns

_SQL = load_statements("nesthaus.persist", "orders.sql")
_COLUMNS = ("order_id", "session_id", "ordered_at", "verified")


async def claim(connection: Connection, claims: Iterable[Claim]) -> set[str]:
    """Gives each order to its best claim: verified, earliest, ties to the smaller session id.

    Answers with the sessions that had an order and lost it. Locks the orders, so that of two
    workers with the same order the second one sees what the first one did.
    """
    best: dict[str, Claim] = {}
    for each in claims:
        best[each.order_id] = min(best.get(each.order_id, each), each, key=_rank)
    if not best:
        return set()
    before = await _claims(connection, "claim_orders", best.values())
    earlier = [each for each in before if _rank(best[each.order_id]) < _rank(each)]
    if earlier:
        parameters = _columns(best[each.order_id] for each in earlier)
        await connection.execute(_SQL["hand_over_orders"], parameters)
    losers = (each for each in earlier if best[each.order_id].session_id != each.session_id)
    return {each.session_id for each in losers}


async def owners(connection: Connection, order_ids: Iterable[str]) -> dict[str, str]:
    """Order -> the session it is counted in."""
    wanted = sorted(set(order_ids))
    if not wanted:
        return {}
    async with connection.cursor(row_factory=class_row(Claim)) as cursor:
        await cursor.execute(_SQL["owners"], {"order_id": wanted})
        return {each.order_id: each.session_id async for each in cursor}


async def _claims(connection: Connection, name: str, claims: Iterable[Claim]) -> list[Claim]:
    async with connection.cursor(row_factory=class_row(Claim)) as cursor:
        await cursor.execute(_SQL[name], _columns(claims))
        return await cursor.fetchall()


def _columns(claims: Iterable[Claim]) -> dict[str, list[object]]:
    rows = [(each.order_id, each.session_id, each.ordered_at, each.verified) for each in claims]
    return columns(rows, _COLUMNS)


def _rank(claim: Claim) -> tuple[bool, object, str]:
    return not claim.verified, claim.ordered_at, claim.session_id
