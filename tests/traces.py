"""Where a name stands: in tables, keys and files, searched one by one, whatever they are."""

from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier


def tables_that_name(database_url: str, name: str) -> set[str]:
    """All tables there are, searched as text, and as bytes in what is no text."""
    found: set[str] = set()
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "select relname from pg_class where relkind = 'r'"
            " and relnamespace = current_schema()::regnamespace"
        ).fetchall()
        pattern = f"{name}|{name.encode().hex()}"
        for (table,) in tables:
            query = SQL("select count(*) from {} as row where row::text ~ %s")
            row = connection.execute(query.format(Identifier(table)), [pattern]).fetchone()
            if row != (0,):
                found.add(table)
    return found


async def keys_that_name(redis: Any, name: str) -> set[bytes]:
    readers: dict[bytes, Any] = {
        b"string": redis.get,
        b"list": partial(redis.lrange, start=0, end=-1),
        b"set": redis.smembers,
        b"zset": partial(redis.zrange, start=0, end=-1),
        b"hash": redis.hgetall,
        b"stream": redis.xrange,
    }
    found: set[bytes] = set()
    for key in await redis.keys():
        value = await readers[await redis.type(key)](key)
        if name in repr(value) or name in repr(key):
            found.add(key)
    return found


def files_that_name(folder: Path, name: str) -> set[Path]:
    """Relative; what goes while it is looked at does not count."""
    found: set[Path] = set()
    for path in sorted(folder.rglob("*")):
        try:
            if path.is_file() and name.encode() in path.read_bytes():
                found.add(path.relative_to(folder))
        except FileNotFoundError:
            continue
    return found
