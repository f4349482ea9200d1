"""One sync of media, with all that speaks to Drive. Apart from who orders syncs, so that a process
loads it with the first one."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx

from nesthaus.db.pool import Pool
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.media_store import media_store
from nesthaus.settings import Settings
from nesthaus.upkeep.media.drive import Drive, DriveTrouble
from nesthaus.upkeep.media.drive_account import AccountRefused, DriveAccount
from nesthaus.upkeep.media.orders import OpenSync, SyncProgress, SyncResult, SyncTrouble
from nesthaus.upkeep.media.plan import Unsafe
from nesthaus.upkeep.media.store import FILES_PATH, StoreTrouble
from nesthaus.upkeep.media.sync import Mirror


async def mirror(
    settings: Settings,
    pool: Pool,
    order: OpenSync,
    progress: Callable[[SyncProgress], Awaitable[None]],
) -> SyncResult:
    """Raises SyncTrouble for what an administrator can mend."""
    try:
        store = await asyncio.to_thread(media_store, settings)
        assert settings.google_service_account is not None
        assert store is not None
        account = await asyncio.to_thread(DriveAccount, settings.google_service_account)
        async with httpx.AsyncClient(follow_redirects=False, trust_env=True) as client:
            mirror = Mirror(
                pool=pool,
                drive=Drive(client, account, settings.google_drive_url),
                store=store,
                folders=settings.media_folders,
                url=settings.media_url or FILES_PATH,
                parts=settings.data / "media-parts",
                clock=wall_clock,
            )
            return await mirror.sync(
                progress, dry_run=order.dry_run, confirmed_deletions=order.confirmed_deletions
            )
    except (DriveTrouble, Unsafe, StoreTrouble, AccountRefused) as trouble:
        raise SyncTrouble(str(trouble)) from trouble
