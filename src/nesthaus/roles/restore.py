"""A restore, after which nobody is back who was erased."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from nesthaus.db.migrate import upgrade
from nesthaus.db.pool import Connection
from nesthaus.db.schema import schema_is_current
from nesthaus.domain.tombstones import Tombstones
from nesthaus.persist.sweeping import sweep
from nesthaus.persist.tombstones import all_tombstones, take_over
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.runtime import archive_for, rules_of
from nesthaus.settings import Settings
from nesthaus.upkeep.backups.backup import Told
from nesthaus.upkeep.backups.restore import Restored, restore
from nesthaus.upkeep.backups.tombstone_copies import Copies, read_copy


async def bring_back(
    settings: Settings, database_url: str, backup: Path, *, replace: bool, told: Told
) -> Restored:
    """Raises as `restore`, OSError and ValueError for tombstones that cannot be read, and
    StoreTrouble."""
    erased = _Erased(settings, database_url, backup, told)
    restored = await restore(database_url, backup, erased, replace=replace, told=told)
    Copies(settings.data, settings.backup_dir).write(erased.tombstones)
    return restored


@dataclass(slots=True)
class _Erased:
    settings: Settings
    database_url: str
    backup: Path
    told: Told
    tombstones: Tombstones = field(default_factory=Tombstones)

    async def gather(self, connection: Connection) -> None:
        folders = (self.settings.data, self.settings.backup_dir, self.backup.parent)
        for folder in folders:
            if folder is not None:
                self.tombstones |= read_copy(folder)
        self.tombstones |= await all_tombstones(connection)

    async def apply(self, connection: Connection) -> int:
        """A backup that is older than tombstones is brought up to date for them first."""
        if not await schema_is_current(connection):
            if not self.tombstones.stones:
                return 0
            self.told("migrating, for the sessions that were erased")
            await asyncio.to_thread(upgrade, self.database_url)
        self.tombstones |= await all_tombstones(connection)
        async with connection.transaction():
            await take_over(connection, self.tombstones)
        archive, rules = archive_for(self.settings), rules_of(self.settings)
        return await sweep(connection, archive, wall_clock(), rules, self.told)
