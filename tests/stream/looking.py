"""What is in the stream and in the spool, looked up without the program's own readers."""

import resource
from collections import Counter
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from nesthaus.stream.spool_file import Record, read_records


async def in_shard(redis: Redis, shard: int) -> Counter[bytes]:
    """How often each payload is in the shard."""
    entries: Any = await redis.xrange(f"nest:{{{shard}}}")
    return Counter(fields[b"e"] for _, fields in entries)


async def in_stream(redis: Redis, shards: int = 1) -> Counter[bytes]:
    return sum([await in_shard(redis, shard) for shard in range(shards)], Counter[bytes]())


def in_spool(directory: Path) -> Counter[bytes]:
    found = Counter[bytes]()
    for path in directory.glob("*.spool"):
        with path.open("rb") as file:
            found.update(item.payload for item in read_records(file) if isinstance(item, Record))
    return found


@contextmanager
def disk_of(size: int) -> Generator[None, None, None]:
    """No file can grow beyond `size` bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def appends(append: Callable[[], Awaitable[None]], *refusals: type[Exception]) -> bool:
    """Whether it is taken now."""
    try:
        await append()
    except refusals:
        return False
    return True
