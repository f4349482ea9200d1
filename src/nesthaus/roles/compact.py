"""Once a night, or by command: what was erased leaves the servers' files, too."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection
from redis.asyncio import Redis

from nesthaus.db.pool import with_settings
from nesthaus.db.schema import SchemaError, schema_is_current
from nesthaus.persist.sweeping import sweep
from nesthaus.persist.tombstones import all_tombstones
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.runtime import archive_for, kept_for, redis_for, rules_of
from nesthaus.roles.servers import Servers
from nesthaus.settings import Settings
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.compaction import rewrite_files
from nesthaus.stream.forgetting import publish_tombstones
from nesthaus.stream.reader import StreamReader
from nesthaus.upkeep.compaction import Told, compact_database
from nesthaus.upkeep.nights import last_night

PATIENCE_S = 120.0
_REWRITE_WITHIN_S = 600.0
_FINISHED_WITHIN_S = 5.0
_LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Compacted:
    """`left` says in a line each what may not, or cannot, be done here."""

    swept: int
    relations: int
    left: tuple[str, ...]

    def words(self) -> str:
        left = f"; not done: {'; '.join(self.left)}" if self.left else ""
        swept = f"{self.swept} erased sessions had come back, " if self.swept else ""
        tables = (
            f"{self.relations} tables and the logs" if self.relations else "the append-only file"
        )
        return f"{swept}{tables} written anew{left}"


async def compact(
    settings: Settings, servers: Servers, told: Told, patience_s: float = PATIENCE_S
) -> Compacted:
    """May be broken off and begun again. Raises SchemaError, StreamAway, StillSeen and the
    database's errors."""
    address = with_settings(servers.database_url, "nesthaus compact", {"statement_timeout": "0"})
    async with (
        await AsyncConnection.connect(address, autocommit=True) as connection,
        redis_for(settings, servers) as redis,
    ):
        if not await schema_is_current(connection):
            raise SchemaError("the schema is older than this program: run `nesthaus migrate up`")
        archive = archive_for(settings)
        swept = await sweep(connection, archive, wall_clock(), rules_of(settings), told)
        tombstones = await all_tombstones(connection)
        await asyncio.to_thread(kept_for(settings, redis).copy, tombstones)
        await publish_tombstones(redis, tombstones)
        told("append-only file")
        await _tidy(redis, settings.stream_shards)
        left = await rewrite_files(redis, _REWRITE_WITHIN_S)
        written = await compact_database(connection, patience_s, told)
    return Compacted(swept, written.relations, (*left, *written.left))


async def _tidy(redis: Redis, shards: int) -> None:
    """What arrived late and was dropped lies in the stream until somebody takes it away. Where
    nobody works now, it goes the next time."""
    backlog = Backlog(redis, shards)
    received = await backlog.last_received()
    with suppress(TimeoutError):
        async with asyncio.timeout(_FINISHED_WITHIN_S):
            while not await backlog.has_finished(received):  # noqa: ASYNC110 - a server tells
                await asyncio.sleep(_LOOK_EVERY_S)
    await StreamReader(redis, shards, consumer="compact").trim()


@dataclass(frozen=True, slots=True)
class NightlyCompaction:
    """The job `compact`."""

    settings: Settings
    servers: Servers

    async def run(self) -> str:
        return (await compact(self.settings, self.servers, lambda _: None)).words()

    def last_due(self, now: datetime) -> datetime:
        return last_night(now, self.settings.timezone)
