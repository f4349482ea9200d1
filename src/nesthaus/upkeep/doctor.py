"""`nesthaus doctor`: is everything there, and does it keep the promises this program gives on?"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from redis.asyncio import Redis
from redis.exceptions import RedisError

from nesthaus.db.pool import first_line
from nesthaus.db.queries import load_statements
from nesthaus.db.schema import SchemaError, connect, status_in

_SQL = load_statements("nesthaus.upkeep", "doctor.sql")
_OLDEST_REDIS = (6, 2)
_LOW_DISK_BYTES = 1_000_000_000
_MOST_CLOCK_SKEW_S = 5.0


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Finding:
    verdict: Verdict
    part: str
    sentence: str


def check_database(database_url: str, clock: Callable[[], datetime]) -> Iterator[Finding]:
    """Version, durability, schema and clock of PostgreSQL."""
    try:
        with connect(database_url, {}) as connection:
            version = connection.info.server_version
            yield _ok("PostgreSQL", f"version {version // 10_000}.{version % 10_000} answers")
            row = connection.execute(_SQL["durability"]).fetchone()
            assert row is not None
            fsync, full_page_writes, synchronous_commit, now = row
            yield from _database_promises(fsync, full_page_writes, synchronous_commit)
            yield _clock(now, clock())
            yield _schema(connection)
    except SchemaError as error:
        yield Finding(Verdict.FAILED, "PostgreSQL", str(error))
    except psycopg.Error as error:
        yield Finding(Verdict.FAILED, "PostgreSQL", first_line(error))


def _database_promises(
    fsync: str, full_page_writes: str, synchronous_commit: str
) -> Iterator[Finding]:
    if fsync != "on" or full_page_writes != "on":
        lost = "a power cut can destroy the whole database (fsync and full_page_writes must be on)"
        yield Finding(Verdict.WARNING, "PostgreSQL durability", lost)
    elif synchronous_commit == "off":
        lost = "a crash loses up to a second of stored events (synchronous_commit is off)"
        yield Finding(Verdict.WARNING, "PostgreSQL durability", lost)
    else:
        yield _ok("PostgreSQL durability", "what is committed survives a power cut")


def _schema(connection: Connection[tuple[Any, ...]]) -> Finding:
    try:
        found = status_in(connection)
    except SchemaError as error:
        return Finding(Verdict.FAILED, "schema", str(error))
    if found.pending:
        return Finding(Verdict.FAILED, "schema", "migrations are missing: `nesthaus migrate up`")
    if found.current != found.newest:
        sentence = f"revision {found.current} is newer than this program, which may go on with it"
        return Finding(Verdict.WARNING, "schema", sentence)
    return _ok("schema", f"revision {found.current}, nothing is missing")


def _clock(theirs: datetime, ours: datetime) -> Finding:
    skew_s = abs((theirs - ours).total_seconds())
    if skew_s > _MOST_CLOCK_SKEW_S:
        sentence = f"this machine and PostgreSQL differ by {skew_s:.0f} s: set both by NTP"
        return Finding(Verdict.WARNING, "clock", sentence)
    return _ok("clock", "agrees with PostgreSQL's")


async def check_stream(redis: Redis) -> list[Finding]:
    """Version of Redis or Valkey, and what it would lose."""
    try:
        server: Mapping[str, object] = await redis.info("server")  # pyright: ignore[reportUnknownMemberType] -- **kwargs
    except (RedisError, OSError) as error:
        return [Finding(Verdict.FAILED, "stream", f"does not answer: {first_line(error)}")]
    return [_stream_version(server), *await _stream_promises(redis)]


def _stream_version(server: Mapping[str, object]) -> Finding:
    if "valkey_version" in server:
        return _ok("stream", f"Valkey {server['valkey_version']} answers")
    version = str(server.get("redis_version", "0"))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < _OLDEST_REDIS:
        return Finding(Verdict.FAILED, "stream", f"Redis {version} is too old: 6.2 is needed")
    return _ok("stream", f"Redis {version} answers")


async def _stream_promises(redis: Redis) -> list[Finding]:
    try:
        found: dict[str, str] = {}
        for name in ("appendonly", "appendfsync", "maxmemory-policy", "maxmemory"):
            answer: Mapping[str | None, str | None] = await redis.config_get(name)  # pyright: ignore[reportUnknownMemberType] -- **kwargs
            found |= {str(key): str(value) for key, value in answer.items()}
    except RedisError:
        sentence = "the server does not tell its settings (CONFIG is refused): ask who runs it"
        return [Finding(Verdict.WARNING, "stream durability", sentence)]
    return [_appends(found), _memory(found)]


def _appends(settings: Mapping[str, str]) -> Finding:
    part = "stream durability"
    if settings.get("appendonly") != "yes":
        lost = "a crash of the server loses every event that is not stored yet (appendonly is off)"
        return Finding(Verdict.WARNING, part, lost)
    if settings.get("appendfsync") != "always":
        lost = (
            "a power cut, or a kill during a slow write, loses acknowledged events of the last "
            f"seconds (appendfsync is {settings.get('appendfsync')}, not always)"
        )
        return Finding(Verdict.WARNING, part, lost)
    return _ok(part, "what is acknowledged survives a power cut")


def _memory(settings: Mapping[str, str]) -> Finding:
    part = "stream memory"
    policy = settings.get("maxmemory-policy", "noeviction")
    if policy != "noeviction" and settings.get("maxmemory", "0") != "0":
        lost = f"when its memory is full the server throws events away ({policy}): set noeviction"
        return Finding(Verdict.WARNING, part, lost)
    return _ok(part, "nothing is thrown away when memory is full")


def check_disk(data: Path, embedded: Path | None) -> Iterator[Finding]:
    """The spool's folder can be written, and there is room. `embedded`: where our servers live."""
    if embedded is not None:
        yield _ok("embedded servers", f"their data is in {embedded}")
    place = _nearest_folder(data / "spool")
    try:
        with tempfile.NamedTemporaryFile(dir=place) as probe:
            probe.write(b"doctor")
            probe.flush()
            os.fsync(probe.fileno())
        free = shutil.disk_usage(place).free
    except OSError as error:
        sentence = (
            f"{data} cannot be written ({error.strerror}): nothing is kept while the stream is away"
        )
        yield Finding(Verdict.FAILED, "disk", sentence)
        return
    if free < _LOW_DISK_BYTES:
        yield Finding(Verdict.WARNING, "disk", f"only {free / 1e9:.1f} GB are free at {data}")
    else:
        yield _ok("disk", f"{free / 1e9:.0f} GB are free at {data}")


def _nearest_folder(wanted: Path) -> Path:
    """That folder, or where it would be made. Made by us it might belong to the wrong user."""
    return next(folder for folder in (wanted, *wanted.parents) if folder.is_dir())


def _ok(part: str, sentence: str) -> Finding:
    return Finding(Verdict.OK, part, sentence)
