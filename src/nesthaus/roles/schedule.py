"""The role that runs periodic jobs, and what each of them does."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.metadata import version

import psycopg

from nesthaus.access.audit import note_release
from nesthaus.aggregate.marked import count_marked
from nesthaus.aggregate.verification import DAYS, verify
from nesthaus.aggregate.weeks import add_up_weeks
from nesthaus.catalogue.loader import load_catalogue
from nesthaus.db.pool import Pool
from nesthaus.domain.pricing import Catalogue
from nesthaus.persist.announcer import Announcer
from nesthaus.persist.idle import close_idle_sessions
from nesthaus.persist.store import Rules
from nesthaus.roles.archive import NightlyArchiving
from nesthaus.roles.backup import ScheduledBackups
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.compact import NightlyCompaction
from nesthaus.roles.measuring import look_at_process, look_at_queue, measuring
from nesthaus.roles.media import MediaSyncs
from nesthaus.roles.media_store import is_configured
from nesthaus.roles.runtime import (
    STATE_VALID_S,
    await_schema_announced,
    give_way,
    measures_for,
    pool_for,
    process_name,
    redis_for,
    stop_on_signals,
    teller_for,
)
from nesthaus.roles.scheduler import Job, Scheduler
from nesthaus.roles.servers import Servers
from nesthaus.settings import Settings
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.ending import end
from nesthaus.stream.event_stream import EventStream
from nesthaus.stream.generations import Generations
from nesthaus.stream.worker_states import SCHEDULE, publish_worker_state
from nesthaus.upkeep.alerts.database_watch import DatabaseWatch
from nesthaus.upkeep.alerts.disk_watch import DiskWatch
from nesthaus.upkeep.alerts.notices import Teller, send_due
from nesthaus.upkeep.alerts.sensors import Outside
from nesthaus.upkeep.alerts.watch import AlertWatch
from nesthaus.upkeep.metrics_retention import drop_old_metrics
from nesthaus.upkeep.partitions import ensure_partitions
from nesthaus.upkeep.price_lists import PublishedLists

HOUR_S = 3600.0
_LOOK_FOR_NIGHT_S = 300.0
# What comes late to last week is counted every minute; a week takes seconds to add up.
_WEEKS_EVERY_S = 300.0
# Whoever waits longer says so in `jobs` and begins anew. What a statement does may take hours.
LOCK_TIMEOUT_MS = 60_000


@dataclass(frozen=True, slots=True)
class _Work:
    """What the jobs work with."""

    pool: Pool
    catalogue: Catalogue
    published: PublishedLists
    rules: Rules
    generations: Generations
    alert_watch: AlertWatch
    database_watch: DatabaseWatch
    disk_watch: DiskWatch
    teller: Teller
    metrics_retention_days: int

    async def release(self) -> str:
        """Pages show when this version first ran beside the figures it may have changed."""
        running = version("nesthaus")
        async with self.pool.connection() as connection:
            await note_release(connection, running, wall_clock())
        return f"{running} runs"

    async def partitions(self) -> str:
        async with self.pool.connection() as connection:
            made = await ensure_partitions(connection, wall_clock())
        return f"{len(made)} partitions made"

    async def metrics_retention(self) -> str:
        zone, days = self.catalogue.zone, self.metrics_retention_days
        return str(await drop_old_metrics(self.pool, wall_clock(), days, zone))

    async def aggregate(self) -> str:
        """First who is gone: nothing is received that would say so."""
        await self.published.refresh()
        closed = await close_idle_sessions(self.pool, wall_clock(), self.rules)
        counted = await count_marked(
            self.pool, self.catalogue, wall_clock, self.generations.figures_changed
        )
        # What an earlier run could not tell.
        is_told = await self.generations.tell()
        waits = "" if is_told else "; waits for Valkey to tell of it"
        return f"{closed} sessions closed, {counted}{waits}"

    async def verify(self) -> str:
        await self.published.refresh()
        wrong = await verify(
            self.pool, self.catalogue, wall_clock(), self.generations.figures_changed
        )
        return f"{DAYS} days counted again, {wrong} figures differed"

    async def weeks(self) -> str:
        added = await add_up_weeks(self.pool, self.catalogue, wall_clock())
        return f"{added} weeks added up"

    async def alerts(self) -> str:
        try:
            result = await self.alert_watch.look()
            for watch in (self.database_watch, self.disk_watch):
                await watch.hand_over(self.pool)
        except psycopg.OperationalError:
            await self.database_watch.not_written()
            raise
        return result

    async def notices(self) -> str:
        return f"{await send_due(self.pool, self.teller, wall_clock)} notices told"


async def schedule(settings: Settings, servers: Servers) -> None:
    """Runs the periodic jobs until a signal."""
    give_way()
    stop = stop_on_signals()
    rules = Rules(timedelta(seconds=settings.idle_after_s), settings.timezone)
    catalogue = load_catalogue(settings.timezone, settings.catalogue)
    measures = measures_for(settings)
    teller = teller_for(settings)
    async with (
        redis_for(settings, servers) as redis,
        pool_for(
            settings, servers, "schedule", measures, size=12, lock_timeout_ms=LOCK_TIMEOUT_MS
        ) as pool,
    ):
        backlog = Backlog(redis, settings.stream_shards)
        outside = Outside(redis, backlog, settings.stream_max_entries, settings.data)
        database_watch = DatabaseWatch(
            servers.database_url, redis, teller, wall_clock, settings.alert_every_s
        )
        disk_watch = DiskWatch(settings.data, redis, teller, wall_clock, settings.alert_every_s)
        watching = [*database_watch.begin(), *disk_watch.begin()]
        try:
            publish = partial(publish_worker_state, redis, valid_s=STATE_VALID_S)
            announcer = Announcer(process_name(), wall_clock, publish, role=SCHEDULE)
            await await_schema_announced(pool, stop, settings.timezone, announcer)
            alert_watch = AlertWatch(pool, outside, teller, wall_clock)
            generations = Generations(redis)
            work = _Work(
                pool,
                catalogue,
                PublishedLists(pool, catalogue),
                rules,
                generations,
                alert_watch,
                database_watch,
                disk_watch,
                teller,
                settings.metrics_retention_days,
            )
            stream = EventStream(redis, settings.stream_shards, settings.stream_max_entries)
            looks = look_at_process(measures, "schedule"), look_at_queue(measures, backlog)
            async with measuring(measures, stream.append, redis, *looks):
                media = MediaSyncs(settings, pool)
                syncing = asyncio.create_task(media.run()) if is_configured(settings) else None
                try:
                    jobs = _jobs(settings, servers, work, media)
                    await Scheduler(pool, jobs, announcer).run(stop)
                finally:
                    if syncing is not None:
                        await end(syncing)
        finally:
            await end(*watching)


def _jobs(settings: Settings, servers: Servers, work: _Work, media: MediaSyncs) -> tuple[Job, ...]:
    return (
        Job("release", HOUR_S, work.release),
        Job("partitions", HOUR_S, work.partitions),
        Job("aggregate", settings.aggregate_every_s, work.aggregate),
        Job("weeks", _WEEKS_EVERY_S, work.weeks),
        Job("metrics_retention", HOUR_S, work.metrics_retention),
        Job("verification", HOUR_S, work.verify),
        Job("alerts", settings.alert_every_s, work.alerts),
        Job("notices", settings.alert_every_s, work.notices),
        _compaction(settings, servers),
        *_archive(settings, work.pool),
        *_backups(settings, servers),
        *_media(settings, media),
    )


def _media(settings: Settings, media: MediaSyncs) -> tuple[Job, ...]:
    if not is_configured(settings):
        return ()
    return (Job("media", settings.media_sync_every_s, media.daily),)


def _compaction(settings: Settings, servers: Servers) -> Job:
    nightly = NightlyCompaction(settings, servers)
    return Job("compact", _LOOK_FOR_NIGHT_S, nightly.run, nightly.last_due)


def _archive(settings: Settings, pool: Pool) -> tuple[Job, ...]:
    if not settings.retention_days:
        return ()
    nightly = NightlyArchiving(settings, pool)
    return (Job("archive", _LOOK_FOR_NIGHT_S, nightly.run, nightly.last_due),)


def _backups(settings: Settings, servers: Servers) -> tuple[Job, ...]:
    if settings.backup_dir is None:
        return ()
    run = ScheduledBackups(settings, servers).run
    return (Job("backup", settings.backup_every_s, run),)
