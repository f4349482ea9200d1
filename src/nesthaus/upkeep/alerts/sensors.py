"""The figures that rules are held against: of the stream, of this machine, of the tables."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import LiteralString
from zoneinfo import ZoneInfo

from msgspec import Struct
from redis.asyncio import Redis

from nesthaus.db.pool import Connection
from nesthaus.db.queries import load_statements
from nesthaus.domain.alerts import Reading, Rule, Watched
from nesthaus.domain.periods import start_of_hour
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.worker_states import Doing, worker_states

STREAM_WITHIN_S = 3.0
_MEGABYTE = 1_000_000
# What processes measure of themselves comes once a minute, told by the minute's start.
_LATE = timedelta(seconds=75)

_SQL = load_statements("nesthaus.upkeep.alerts", "figures.sql")


class Outside(Struct, frozen=True):
    """What is looked at beside the database. `data` is the data directory of this machine."""

    redis: Redis
    backlog: Backlog
    most_entries: int
    data: Path

    async def readings(self) -> dict[str, Reading | None]:
        """By metric; None where it cannot be had now."""
        found: dict[str, Reading | None] = {
            "queue_age": None,
            "stream_fill": None,
            "workers_holding": None,
            "stream_away": Reading(1),
        }
        try:
            async with asyncio.timeout(STREAM_WITHIN_S):
                depth = await self.backlog.depth()
                states = await worker_states(self.redis)
        except (StreamAway, TimeoutError):
            pass
        else:
            holding = sum(state.doing is Doing.HOLDING for state in states)
            found |= {
                "queue_age": Reading(depth.oldest_age_ms / 1_000),
                "stream_fill": Reading(100 * depth.entries / self.most_entries),
                "workers_holding": Reading(holding),
                "stream_away": Reading(0),
            }
        return found | await asyncio.to_thread(_of_the_disk, self.data)


def _of_the_disk(data: Path) -> dict[str, Reading | None]:
    try:
        spooled = sum(path.stat().st_size for path in (data / "spool").glob("*.spool"))
    except OSError:  # a spool file that was just read to its end, or no directory yet
        return {"spool_size": None}
    return {"spool_size": Reading(spooled / _MEGABYTE)}


async def of_the_tables(
    connection: Connection, watched: Watched, rule: Rule, zone: ZoneInfo, at: datetime
) -> Reading:
    since, metric = at - timedelta(seconds=rule.window_s), watched.metric
    match metric:
        case "api_response_time" | "db_query_time":
            return await _ask(connection, "average", metric, zone, since=since - _LATE, until=at)
        case "api_error":
            return await _ask(connection, "error_rate", metric, zone, since=since - _LATE, until=at)
        case "conversion_rate":
            until = start_of_hour(at, zone)
            since = until - timedelta(seconds=rule.window_s)
            return await _ask(connection, "conversion_rate", metric, zone, since=since, until=until)
        case "active_sessions":
            return await _ask(connection, "active_sessions", metric, zone, since=since, until=at)
        case _:
            return await _ask(connection, "dead_letters", metric, zone, since=since, until=at)


async def _ask(
    connection: Connection,
    name: LiteralString,
    metric: str,
    zone: ZoneInfo,
    *,
    since: datetime,
    until: datetime,
) -> Reading:
    asked = {"metric": metric, "zone": zone.key, "since": since, "until": until}
    cursor = await connection.execute(_SQL[name], asked)
    row = await cursor.fetchone()
    assert row is not None
    value, count = row
    return Reading(None if value is None else float(value), int(count or 0))
