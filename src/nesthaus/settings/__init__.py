"""Every setting: an environment variable or a line of `.env`, checked at the start."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from nesthaus.access.addresses import Networks
from nesthaus.domain.live_limits import LiveLimits
from nesthaus.settings.kinds import (
    database,
    directory,
    drive_folders,
    existing_directory,
    existing_file,
    flag,
    networks,
    one_of,
    origins,
    page,
    password,
    ranges,
    script_path,
    store,
    stream,
    whole,
    zone,
)
from nesthaus.upkeep.alert_channels import Channel, channels_of

Value_co = TypeVar("Value_co", covariant=True)


class BadSetting(Exception):
    """One line: the setting, the value and what is allowed."""


@dataclass(frozen=True, slots=True)
class Setting(Generic[Value_co]):
    """One setting; `parse` raises ValueError whose text says what is allowed."""

    name: str
    default: str | None
    unit: str
    sentence: str
    parse: Callable[[str], Value_co]
    secret: bool = False
    """An address whose user and password are not shown."""
    hidden: bool = False
    """Shown as *** only."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a setting's value came from: `environment`, `.env` or `default`."""

    setting: Setting[object]
    text: str | None
    source: str


_P = "NESTHAUS_"
_DATABASE_URL = Setting(
    "DATABASE_URL", None, "", "PostgreSQL 16 or newer; unset: `up` starts one of its own.",
    database, secret=True,
)  # fmt: skip
_REDIS_URL = Setting(
    "REDIS_URL", None, "", "Redis 6.2 or newer, or Valkey; unset: `up` starts one of its own.",
    stream, secret=True,
)  # fmt: skip
_DATA = Setting(
    _P + "DATA", "./.nesthaus", "folder", "Where embedded servers and the spool keep their files.",
    directory,
)  # fmt: skip
_HOST = Setting(_P + "HOST", "127.0.0.1", "address", "The address `up` and `serve` listen on.", str)
_ADMIN_PASSWORD = Setting(
    _P + "ADMIN_PASSWORD", None, "", "Password of the first account, `admin`; unset: one is made.",
    password, hidden=True,
)  # fmt: skip
_TIMEZONE = Setting(
    _P + "TIMEZONE", "Europe/Vienna", "IANA name", "The zone in which days and price lists begin.",
    zone,
)  # fmt: skip
_IDLE_AFTER_S = Setting(
    _P + "IDLE_AFTER_S", "1800", "s", "A session without activity for so long is over.",
    whole(60, 86_400),
)  # fmt: skip
_AGGREGATE_EVERY_S = Setting(
    _P + "AGGREGATE_EVERY_S", "60", "s", "How often idle sessions are closed.", whole(1, 3_600)
)
_ALLOWED_ORIGINS = Setting(
    _P + "ALLOWED_ORIGINS", "*", "origins", "Pages that may call the tracking API (CORS).", origins
)
_RATE_LIMIT = Setting(
    _P + "RATE_LIMIT", "6000", "calls/min", "Tracking calls per address (IPv6 /64); 0: any.",
    whole(0, 10_000_000),
)  # fmt: skip
_RATE_LIMIT_LOOPBACK = Setting(
    _P + "RATE_LIMIT_LOOPBACK", "0", "0 or 1", "Whether calls from this machine are limited too.",
    flag,
)  # fmt: skip
_TRUSTED_PROXIES = Setting(
    _P + "TRUSTED_PROXIES", "", "networks", "Proxies whose X-Forwarded-For is believed.", networks
)
_CONSENT_DEFAULT = Setting(
    _P + "CONSENT_DEFAULT", "all", "all or none", "What counts where a call does not say.",
    one_of("all", "none"),
)  # fmt: skip
_INTERNAL_RANGES = Setting(
    _P + "INTERNAL_RANGES", "", "networks",
    "Own traffic, which is left out: addresses or networks, separated by commas.", ranges,
)  # fmt: skip
_IP_ADDRESSES = Setting(
    _P + "IP_ADDRESSES", "truncated", "truncated or none",
    "What is kept of visitors' addresses: their /24 (IPv6 /48), or nothing.",
    one_of("truncated", "none"),
)  # fmt: skip
_TRACKER_PATH = Setting(
    _P + "TRACKER_PATH", "/tracker.js", "path", "Where the tracker answers beside `/tracker.js`.",
    script_path,
)  # fmt: skip
_DB_POOL_SIZE = Setting(
    _P + "DB_POOL_SIZE", "20", "connections", "The most connections one process opens.",
    whole(2, 1_000),
)  # fmt: skip
_DB_POOL_TIMEOUT_S = Setting(
    _P + "DB_POOL_TIMEOUT_S",
    "20",
    "s",
    "How long a request waits for a connection.",
    whole(1, 600),
)
_LOG_SQL_OVER_MS = Setting(
    _P + "LOG_SQL_OVER_MS", "1000", "ms", "Statements slower than this are logged; 0: none.",
    whole(0, 3_600_000),
)  # fmt: skip
_REDIS_RETRIES = Setting(
    _P + "REDIS_RETRIES", "3", "tries", "How often a failed command is tried again.",
    whole(0, 100),
)  # fmt: skip
_STREAM_SHARDS = Setting(
    _P + "STREAM_SHARDS",
    "1",
    "streams",
    "Over how many streams sessions are spread.",
    whole(1, 256),
)
_STREAM_MAX_ENTRIES = Setting(
    _P + "STREAM_MAX_ENTRIES", "5000000", "entries", "A fuller stream answers 503 to new calls.",
    whole(1, 1_000_000_000),
)  # fmt: skip
_SPOOL_MAX_MB = Setting(
    _P + "SPOOL_MAX_MB", "1024", "MB", "The most one process spools on disk.",
    whole(1, 1_000_000),
)  # fmt: skip
_CATALOGUE = Setting(
    _P + "CATALOGUE", None, "folder", "Price lists of your own (TOML); unset: NEST-Haus.",
    existing_directory,
)  # fmt: skip
_LIVE_SESSIONS = Setting(
    _P + "LIVE_SESSIONS", "10", "sessions",
    "With so many active sessions or fewer, the dashboard's live strip warns.", whole(0, 1_000_000),
)  # fmt: skip
_LIVE_RESPONSE_WARNING_MS = Setting(
    _P + "LIVE_RESPONSE_WARNING_MS", "200", "ms",
    "From this average response time on, the live strip warns.", whole(1, 3_600_000),
)  # fmt: skip
_LIVE_RESPONSE_BAD_MS = Setting(
    _P + "LIVE_RESPONSE_BAD_MS", "1000", "ms",
    "From this average response time on, the live strip says bad.", whole(1, 3_600_000),
)  # fmt: skip
_LIVE_ERRORS_PERCENT = Setting(
    _P + "LIVE_ERRORS_PERCENT", "1", "%",
    "From this share of failed answers on, the live strip says bad.", whole(1, 100),
)  # fmt: skip
_LIVE_CACHE_HITS_PERCENT = Setting(
    _P + "LIVE_CACHE_HITS_PERCENT", "80", "%",
    "With this cache hit rate or less, the live strip warns.", whole(0, 100),
)  # fmt: skip
_BACKUP_DIR = Setting(
    _P + "BACKUP_DIR", None, "folder", "Where `schedule` writes backups; unset: it makes none.",
    directory,
)  # fmt: skip
_BACKUP_EVERY_S = Setting(
    _P + "BACKUP_EVERY_S", "86400", "s", "How often `schedule` makes a backup.",
    whole(60, 31_536_000),
)  # fmt: skip
_MEASURE = Setting(
    _P + "MEASURE", "1", "0 or 1", "Whether the processes measure what they do.", flag
)
_METRICS_RETENTION_DAYS = Setting(
    _P + "METRICS_RETENTION_DAYS", "90", "days", "How long measured values are kept one by one.",
    whole(22, 36_500),
)  # fmt: skip
_BACKUP_KEEP = Setting(
    _P + "BACKUP_KEEP", "7", "backups", "How many of its backups `schedule` keeps.",
    whole(1, 10_000),
)  # fmt: skip
_ALERT_URLS = Setting(
    _P + "ALERT_URLS", "", "addresses",
    "Where alerts are sent: addresses as apprise has them, or webhooks; several by spaces.",
    channels_of, hidden=True,
)  # fmt: skip
_ALERT_EVERY_S = Setting(
    _P + "ALERT_EVERY_S", "5", "s", "How often alerts are looked at and notices sent.",
    whole(1, 300),
)  # fmt: skip
_PUBLIC_URL = Setting(
    _P + "PUBLIC_URL", None, "address", "Where browsers reach this program; notices link there.",
    page,
)  # fmt: skip
_MEDIA_FOLDERS = Setting(
    _P + "MEDIA_FOLDERS", "", "ids", "Folders of Google Drive that are mirrored; empty: none.",
    drive_folders,
)  # fmt: skip
_GOOGLE_SERVICE_ACCOUNT = Setting(
    _P + "GOOGLE_SERVICE_ACCOUNT", None, "file",
    "JSON key of the service account that may read these folders.", existing_file,
)  # fmt: skip
_MEDIA_STORE = Setting(
    _P + "MEDIA_STORE", None, "address",
    "Where mirrored files lie, as fsspec names it; unset: `media` in the data folder.", store,
    secret=True,
)  # fmt: skip
_MEDIA_URL = Setting(
    _P + "MEDIA_URL", None, "address",
    "Where browsers find these files; unset: this program serves them from its folder.", page,
)  # fmt: skip
_MEDIA_SYNC_EVERY_S = Setting(
    _P + "MEDIA_SYNC_EVERY_S", "86400", "s", "How often `schedule` mirrors them.",
    whole(60, 31_536_000),
)  # fmt: skip
_GOOGLE_DRIVE_URL = Setting(
    _P + "GOOGLE_DRIVE_URL", "https://www.googleapis.com", "address", "Where Drive's API answers.",
    page,
)  # fmt: skip
_LOG_LEVEL = Setting(
    _P + "LOG_LEVEL", "info", "level", "What is logged at least.",
    one_of("debug", "info", "warning", "error"),
)  # fmt: skip
_LOG_FORMAT = Setting(
    _P + "LOG_FORMAT", "text", "form", "How lines of the log are written; json: an object each.",
    one_of("text", "json"),
)  # fmt: skip

ALL: tuple[Setting[object], ...] = (
    _DATABASE_URL, _REDIS_URL, _DATA, _HOST, _ADMIN_PASSWORD, _TIMEZONE, _IDLE_AFTER_S,
    _AGGREGATE_EVERY_S, _ALLOWED_ORIGINS, _RATE_LIMIT, _RATE_LIMIT_LOOPBACK, _TRUSTED_PROXIES,
    _CONSENT_DEFAULT, _INTERNAL_RANGES, _IP_ADDRESSES, _TRACKER_PATH, _DB_POOL_SIZE,
    _DB_POOL_TIMEOUT_S, _LOG_SQL_OVER_MS,
    _REDIS_RETRIES, _STREAM_SHARDS, _STREAM_MAX_ENTRIES, _SPOOL_MAX_MB, _CATALOGUE, _LIVE_SESSIONS,
    _LIVE_RESPONSE_WARNING_MS, _LIVE_RESPONSE_BAD_MS, _LIVE_ERRORS_PERCENT,
    _LIVE_CACHE_HITS_PERCENT, _BACKUP_DIR, _BACKUP_EVERY_S, _BACKUP_KEEP,
    _MEASURE, _METRICS_RETENTION_DAYS, _ALERT_URLS, _ALERT_EVERY_S, _PUBLIC_URL, _MEDIA_FOLDERS,
    _GOOGLE_SERVICE_ACCOUNT, _MEDIA_STORE, _MEDIA_URL, _MEDIA_SYNC_EVERY_S, _GOOGLE_DRIVE_URL,
    _LOG_LEVEL, _LOG_FORMAT,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The checked values, and where each came from. Units are in the names."""

    database_url: str | None
    redis_url: str | None
    data: Path
    host: str
    admin_password: str | None = field(repr=False)
    timezone: ZoneInfo
    idle_after_s: int
    aggregate_every_s: int
    allowed_origins: tuple[str, ...]
    rate_limit_per_minute: int
    rate_limit_loopback: bool
    trusted_proxies: tuple[str, ...]
    consent_default: str
    internal_ranges: Networks
    keeps_addresses: bool
    tracker_path: str
    db_pool_size: int
    db_pool_timeout_s: int
    log_sql_over_ms: int
    redis_retries: int
    stream_shards: int
    stream_max_entries: int
    spool_max_bytes: int
    catalogue: Path | None
    live_limits: LiveLimits
    backup_dir: Path | None
    backup_every_s: int
    backup_keep: int
    measure: bool
    metrics_retention_days: int
    alert_channels: tuple[Channel, ...] = field(repr=False)
    alert_every_s: int
    public_url: str | None
    media_folders: tuple[str, ...]
    google_service_account: Path | None
    media_store: str | None
    media_url: str | None
    media_sync_every_s: int
    google_drive_url: str
    log_level: str
    log_format: str
    origins: tuple[Origin, ...]


class _Reader:
    """Looks a setting up in the environment, then in `.env`, then takes its default."""

    def __init__(self, environ: Mapping[str, str], dotenv: Mapping[str, str | None]) -> None:
        self._environ = environ
        self._dotenv = dotenv

    def origin(self, setting: Setting[object]) -> Origin:
        for source, values in (("environment", self._environ), (".env", self._dotenv)):
            text = values.get(setting.name)
            # An empty variable is how shells and compose files say "not set".
            if text is not None and text.strip():
                return Origin(setting, text.strip(), source)
        return Origin(setting, setting.default, "default")

    def value(self, setting: Setting[Value_co]) -> Value_co:
        found = self.optional(setting)
        assert found is not None
        return found

    def optional(self, setting: Setting[Value_co]) -> Value_co | None:
        origin = self.origin(setting)
        if origin.text is None:
            return None
        try:
            return setting.parse(origin.text)
        except ValueError as error:
            shown = masked(origin) or ""
            raise BadSetting(
                f"{setting.name}={shown} (from {origin.source}): allowed is {error}"
            ) from None


def load_settings(
    environ: Mapping[str, str] = os.environ, dotenv_path: Path = Path(".env")
) -> Settings:
    """Raises BadSetting for the first value that is not allowed."""
    dotenv = dotenv_values(dotenv_path) if dotenv_path.is_file() else {}
    read = _Reader(environ, dotenv)
    return Settings(
        database_url=read.optional(_DATABASE_URL),
        redis_url=read.optional(_REDIS_URL),
        data=read.value(_DATA),
        host=read.value(_HOST),
        admin_password=read.optional(_ADMIN_PASSWORD),
        timezone=read.value(_TIMEZONE),
        idle_after_s=read.value(_IDLE_AFTER_S),
        aggregate_every_s=read.value(_AGGREGATE_EVERY_S),
        allowed_origins=read.value(_ALLOWED_ORIGINS),
        rate_limit_per_minute=read.value(_RATE_LIMIT),
        rate_limit_loopback=read.value(_RATE_LIMIT_LOOPBACK),
        trusted_proxies=read.value(_TRUSTED_PROXIES),
        consent_default=read.value(_CONSENT_DEFAULT),
        internal_ranges=read.value(_INTERNAL_RANGES),
        keeps_addresses=read.value(_IP_ADDRESSES) == "truncated",
        tracker_path=read.value(_TRACKER_PATH),
        db_pool_size=read.value(_DB_POOL_SIZE),
        db_pool_timeout_s=read.value(_DB_POOL_TIMEOUT_S),
        log_sql_over_ms=read.value(_LOG_SQL_OVER_MS),
        redis_retries=read.value(_REDIS_RETRIES),
        stream_shards=read.value(_STREAM_SHARDS),
        stream_max_entries=read.value(_STREAM_MAX_ENTRIES),
        spool_max_bytes=read.value(_SPOOL_MAX_MB) * 1_000_000,
        catalogue=read.optional(_CATALOGUE),
        live_limits=_live_limits(read),
        backup_dir=read.optional(_BACKUP_DIR),
        backup_every_s=read.value(_BACKUP_EVERY_S),
        backup_keep=read.value(_BACKUP_KEEP),
        measure=read.value(_MEASURE),
        metrics_retention_days=read.value(_METRICS_RETENTION_DAYS),
        alert_channels=read.value(_ALERT_URLS),
        alert_every_s=read.value(_ALERT_EVERY_S),
        public_url=read.optional(_PUBLIC_URL),
        media_folders=read.value(_MEDIA_FOLDERS),
        google_service_account=read.optional(_GOOGLE_SERVICE_ACCOUNT),
        media_store=read.optional(_MEDIA_STORE),
        media_url=_media_url(read),
        media_sync_every_s=read.value(_MEDIA_SYNC_EVERY_S),
        google_drive_url=read.value(_GOOGLE_DRIVE_URL),
        log_level=read.value(_LOG_LEVEL),
        log_format=read.value(_LOG_FORMAT),
        origins=tuple(read.origin(setting) for setting in ALL),
    )


def _media_url(read: _Reader) -> str | None:
    """What lies elsewhere cannot be served from here."""
    found, lies_in = read.optional(_MEDIA_URL), read.optional(_MEDIA_STORE)
    if found is None and lies_in is not None and not lies_in.startswith("file://"):
        raise BadSetting(
            f"{_MEDIA_URL.name} is not set: allowed with {_MEDIA_STORE.name} elsewhere than"
            " file:// is the address where browsers find its files"
        )
    return found


def _live_limits(read: _Reader) -> LiveLimits:
    return LiveLimits(
        fewest_sessions=read.value(_LIVE_SESSIONS),
        response_warning_ms=read.value(_LIVE_RESPONSE_WARNING_MS),
        response_bad_ms=read.value(_LIVE_RESPONSE_BAD_MS),
        error_rate_bad=read.value(_LIVE_ERRORS_PERCENT) / 100,
        cache_hit_rate_warning=read.value(_LIVE_CACHE_HITS_PERCENT) / 100,
    )


def masked(origin: Origin) -> str | None:
    """The value as it may be shown: a secret address without its user and password."""
    if origin.text and origin.setting.hidden:
        return "***"
    if origin.text is None or not origin.setting.secret:
        return origin.text
    scheme, separator, rest = origin.text.partition("://")
    if not separator:
        return "***"
    # At the last "@": a password may hold any sign, also one that should have been escaped.
    _, at, place = rest.rpartition("@")
    return f"{scheme}://{'***' if at else ''}{at}{place.partition('?')[0]}"
