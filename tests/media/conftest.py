"""A mirror of a Drive of the test's own."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from nesthaus.db.pool import Pool
from nesthaus.upkeep.media.drive import Drive
from nesthaus.upkeep.media.drive_account import DriveAccount
from nesthaus.upkeep.media.manifest import published_manifest
from nesthaus.upkeep.media.orders import SyncProgress, SyncResult
from nesthaus.upkeep.media.store import MediaStore
from nesthaus.upkeep.media.sync import Mirror
from tests.media.google import Google, google

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
FOLDER = "folder-one-1"


@pytest.fixture
def drive() -> Iterator[Google]:
    with google() as served:
        yield served


@dataclass
class Mirrored:
    """What a test asks for and looks at."""

    mirror: Mirror
    folder: Path
    pauses: list[float]
    progress: list[SyncProgress] = field(default_factory=list[SyncProgress])

    async def sync(
        self, *, dry_run: bool = False, confirmed: int | None = None, **more: Any
    ) -> SyncResult:
        async def note(now: SyncProgress) -> None:
            self.progress.append(now)

        return await self.mirror.sync(
            more.get("note", note), dry_run=dry_run, confirmed_deletions=confirmed
        )

    async def items(self) -> list[dict[str, Any]]:
        return json.loads(await published_manifest(self.mirror.pool))["items"]

    async def names(self) -> list[tuple[int, str, str]]:
        return [(each["number"], each["title"], each["variant"]) for each in await self.items()]

    @property
    def stored(self) -> set[bytes]:
        """The contents of all files of the store but the manifest."""
        return {
            path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and path.name != "manifest.json"
        }


@pytest.fixture
async def mirrored(drive: Google, db: Pool, tmp_path: Path) -> AsyncIterator[Mirrored]:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    folder = tmp_path / "store"
    async with httpx.AsyncClient(trust_env=False) as client:
        mirror = Mirror(
            pool=db,
            drive=Drive(client, DriveAccount(drive.key_file(tmp_path)), drive.url, pause),
            store=MediaStore(folder.as_uri()),
            folders=(FOLDER,),
            url="https://media.example",
            parts=tmp_path / "parts",
            clock=lambda: NOON,
        )
        yield Mirrored(mirror, folder, pauses)
