"""A backup for one command, or by the schedule."""

import time
from importlib.metadata import version
from pathlib import Path

from psycopg import AsyncConnection

from nesthaus.db.pool import with_settings
from nesthaus.persist.tombstones import all_tombstones
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.runtime import redis_for
from nesthaus.roles.servers import Servers
from nesthaus.settings import Settings
from nesthaus.stream.backlog import Backlog
from nesthaus.upkeep.backups.backup import Told, await_stored, make_backup
from nesthaus.upkeep.backups.folders import Manifest, drop_older
from nesthaus.upkeep.backups.tombstone_copies import Copies

WAIT_S = 300.0
# A failed job is tried again within seconds, and a backup is not that cheap.
_PAUSE_AFTER_FAILURE_S = 600.0


async def back_up(
    settings: Settings, servers: Servers, root: Path, within_s: float, told: Told
) -> tuple[Path, Manifest]:
    """The new backup in `root`. With `within_s` 0 what is not stored yet is left out."""
    now = wall_clock()
    if within_s:
        async with redis_for(settings, servers) as redis:
            backlog = Backlog(redis, settings.stream_shards)
            await await_stored(backlog, settings.data / "spool", within_s, told)
    made = await make_backup(
        servers.database_url,
        root,
        program=version("nesthaus"),
        now=now,
        received_until=now if within_s else None,
        told=told,
    )
    await _copy_tombstones(servers.database_url, root)
    return made


async def _copy_tombstones(database_url: str, root: Path) -> None:
    """For whoever restores an older backup of this folder."""
    address = with_settings(database_url, "nesthaus backup", {})
    async with await AsyncConnection.connect(address, autocommit=True) as connection:
        Copies(root).write(await all_tombstones(connection))


class ScheduledBackups:
    """The job `backup`: one more in the folder of the settings, and the oldest go."""

    def __init__(self, settings: Settings, servers: Servers) -> None:
        self._settings = settings
        self._servers = servers
        self._failure: Exception | None = None
        self._try_at = 0.0

    async def run(self) -> str:
        root = self._settings.backup_dir
        assert root is not None
        if self._failure is not None and time.monotonic() < self._try_at:
            raise self._failure
        try:
            folder, manifest = await back_up(
                self._settings, self._servers, root, WAIT_S, lambda _: None
            )
        except Exception as failure:
            self._failure = failure
            self._try_at = time.monotonic() + _PAUSE_AFTER_FAILURE_S
            raise
        self._failure = None
        dropped = drop_older(root, self._settings.backup_keep)
        rows = sum(manifest.tables.values())
        return f"{folder.name}: {rows:,} rows, {len(dropped)} older ones dropped"
