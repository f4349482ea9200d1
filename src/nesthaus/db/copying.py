"""COPY, many rows at a time."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from itertools import chain

from psycopg.abc import PQGen
from psycopg.generators import copy_from
from psycopg.pq.abc import PGconn

from nesthaus.db.pool import Connection

_PART_BYTES = 65_536


async def copied_lines(
    connection: Connection, statement: bytes, parameters: Mapping[str, object]
) -> AsyncGenerator[list[memoryview]]:
    """`statement` is a COPY to standard output in a text format; one line a row, each with its line
    feed. Closed before its end, this ends the query at once."""
    async with connection.cursor() as cursor, cursor.copy(statement, parameters) as copy:
        is_last = False
        while not is_last:
            lines, is_last = await copy.connection.wait(_some_lines(connection.pgconn))
            yield lines


async def copy_rows(
    connection: Connection,
    statement: bytes,
    types: Sequence[str],
    rows: Iterable[tuple[object, ...]],
) -> int:
    """`statement` is a binary COPY from standard input of columns of these types; how many rows it
    got. Nothing is sent where there are none.

    The same as a `write_row` for each row, but for a coroutine a row.
    """
    coming = iter(rows)
    first = next(coming, None)
    if first is None:
        return 0
    number = 0
    async with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        formatted = copy.formatter.write_row
        for number, row in enumerate(chain((first,), coming), start=1):  # noqa: B007
            if part := formatted(row):
                await copy.write(part)
    return number


def _some_lines(pgconn: PGconn) -> PQGen[tuple[list[memoryview], bool]]:
    """Lines, and whether there are no more. `Copy.read` makes a coroutine for each row, and that
    takes as long as the server needs for a row: 2.2 µs a row against 1.1 µs here."""
    lines: list[memoryview] = []
    size = 0
    while size < _PART_BYTES:
        line = yield from copy_from(pgconn)
        if not isinstance(line, memoryview):
            return lines, True
        lines.append(line)
        size += len(line)
    return lines, False
