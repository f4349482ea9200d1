"""What the configurator reads of mirrored media."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from nesthaus.db.pool import Pool
from nesthaus.db.queries import load_statements
from nesthaus.upkeep.media.orders import MirroredFile

_SQL = load_statements("nesthaus.upkeep.media", "media.sql")


class ManifestItem(Struct, frozen=True):
    """`hash` is the SHA-256 of the content, `size` its bytes."""

    number: int
    title: str
    variant: str
    type: str
    hash: str
    size: int
    url: str


class Manifest(Struct, frozen=True, rename="camel"):
    """What the configurator reads: by number, desktop before mobile. `published_at` is None while
    nothing was ever published."""

    items: list[ManifestItem]
    published_at: datetime | None


def manifest_of(files: Sequence[MirroredFile], url: str, at: datetime) -> Manifest:
    return Manifest(
        items=[
            ManifestItem(
                number=each.number,
                title=each.title,
                variant=each.variant,
                type=each.mime_type,
                hash=each.sha256,
                size=each.size_bytes,
                url=f"{url}/{each.object_name}",
            )
            for each in files
        ],
        published_at=at,
    )


async def published_manifest(pool: Pool) -> bytes:
    """JSON; of a Manifest without items where none was published."""
    async with pool.connection() as connection:
        cursor = await connection.execute(_SQL["manifest"])
        row = await cursor.fetchone()
    return msgspec.json.encode(Manifest([], None)) if row is None else str(row[0]).encode()
