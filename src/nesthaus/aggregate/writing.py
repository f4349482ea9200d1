"""Writes what was found to differ; leaves the rest alone, so that tables do not bloat."""

from collections.abc import Mapping

from nesthaus.db.pool import Connection

_STEPS = ("delete_totals", "write_totals", "delete_breakdowns", "write_breakdowns")


async def write_differences(
    connection: Connection, statements: Mapping[str, bytes], parameters: Mapping[str, object]
) -> int:
    """Finds and writes; how many stored rows became others, totals and breakdowns."""
    found = await connection.execute(statements["find_differences"], parameters)
    if not found.rowcount:
        return 0
    changed = 0
    for name in _STEPS:
        changed += (await connection.execute(statements[name])).rowcount
    return changed
