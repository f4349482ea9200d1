"""COPY, many rows at a time."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from itertools import chain

from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn
from psycopg.waiting import WAIT_R

from nesthaus.db.pool import Connection

_PART_BYTES = 262_144
_GATHERED_WITHIN_S = 0.001


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
            # The server sends 8 KB at a time; to wait for each costs more than all else here.
            await asyncio.sleep(_GATHERED_WITHIN_S)


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
    """Lines that are there, at least one, and whether there are no more. `Copy.read` makes a
    coroutine for each row, and that takes as long as the server needs for a row."""
    lines: list[memoryview] = []
    size, has_looked = 0, False
    while size < _PART_BYTES:
        length, line = pgconn.get_copy_data(1)
        if length > 0:
            lines.append(line)
            size += length
            has_looked = False
        elif length < 0:
            yield from _finish(pgconn)
            return lines, True
        elif not has_looked:
            pgconn.consume_input()
            has_looked = True
        elif lines:
            break
        else:
            yield WAIT_R
            has_looked = False
    return lines, False


def _finish(pgconn: PGconn) -> PQGen[None]:
    """Raises what ended the COPY before its time."""
    for result in (yield from fetch_many(pgconn)):
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)
