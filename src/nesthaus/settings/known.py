"""All settings there are: names, defaults, units, and what is allowed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

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
    whole_or_none,
    zone,
)
from nesthaus.upkeep.alerts.channels import channels_of

Value_co = TypeVar("Value_co", covariant=True)


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


_P = "NESTHAUS_"
DATABASE_URL = Setting(
    "DATABASE_URL", None, "", "PostgreSQL 16 or newer; unset: `up` starts one of its own.",
    database, secret=True,
)  # fmt: skip
REDIS_URL = Setting(
    "REDIS_URL", None, "", "Redis 6.2 or newer, or Valkey; unset: `up` starts one of its own.",
    stream, secret=True,
)  # fmt: skip
DATA = Setting(
    _P + "DATA", "./.nesthaus", "folder", "Where embedded servers and the spool keep their files.",
    directory,
)  # fmt: skip
HOST = Setting(_P + "HOST", "127.0.0.1", "address", "The address `up` and `serve` listen on.", str)
ADMIN_PASSWORD = Setting(
    _P + "ADMIN_PASSWORD", None, "", "Password of the first account, `admin`; unset: one is made.",
    password, hidden=True,
)  # fmt: skip
TIMEZONE = Setting(
    _P + "TIMEZONE", "Europe/Vienna", "IANA name", "The zone in which days and price lists begin.",
    zone,
)  # fmt: skip
IDLE_AFTER_S = Setting(
    _P + "IDLE_AFTER_S", "1800", "s", "A session without activity for so long is over.",
    whole(60, 86_400),
)  # fmt: skip
AGGREGATE_EVERY_S = Setting(
    _P + "AGGREGATE_EVERY_S", "60", "s", "How often idle sessions are closed and figures counted.",
    whole(1, 3_600),
)  # fmt: skip
ALLOWED_ORIGINS = Setting(
    _P + "ALLOWED_ORIGINS", "*", "origins", "Pages that may call the tracking API (CORS).", origins
)
RATE_LIMIT = Setting(
    _P + "RATE_LIMIT", "6000", "calls/min", "Tracking calls per address (IPv6 /64); 0: any.",
    whole(0, 10_000_000),
)  # fmt: skip
RATE_LIMIT_LOOPBACK = Setting(
    _P + "RATE_LIMIT_LOOPBACK", "0", "0 or 1", "Whether calls from this machine are limited too.",
    flag,
)  # fmt: skip
TRUSTED_PROXIES = Setting(
    _P + "TRUSTED_PROXIES", "", "networks", "Proxies whose X-Forwarded-For is believed.", networks
)
CONSENT_DEFAULT = Setting(
    _P + "CONSENT_DEFAULT", "all", "all or none", "What counts where a call does not say.",
    one_of("all", "none"),
)  # fmt: skip
INTERNAL_RANGES = Setting(
    _P + "INTERNAL_RANGES", "", "networks",
    "Own traffic, which is left out: addresses or networks, separated by commas.", ranges,
)  # fmt: skip
IP_ADDRESSES = Setting(
    _P + "IP_ADDRESSES", "truncated", "truncated or none",
    "What is kept of visitors' addresses: their /24 (IPv6 /48), or nothing.",
    one_of("truncated", "none"),
)  # fmt: skip
TRACKER_PATH = Setting(
    _P + "TRACKER_PATH", "/tracker.js", "path", "Where the tracker answers beside `/tracker.js`.",
    script_path,
)  # fmt: skip
DB_POOL_SIZE = Setting(
    _P + "DB_POOL_SIZE", "20", "connections", "The most connections one process opens.",
    whole(2, 1_000),
)  # fmt: skip
DB_POOL_TIMEOUT_S = Setting(
    _P + "DB_POOL_TIMEOUT_S",
    "20",
    "s",
    "How long a request waits for a connection.",
    whole(1, 600),
)
LOG_SQL_OVER_MS = Setting(
    _P + "LOG_SQL_OVER_MS", "1000", "ms", "Statements slower than this are logged; 0: none.",
    whole(0, 3_600_000),
)  # fmt: skip
REDIS_RETRIES = Setting(
    _P + "REDIS_RETRIES", "3", "tries", "How often a failed command is tried again.",
    whole(0, 100),
)  # fmt: skip
STREAM_SHARDS = Setting(
    _P + "STREAM_SHARDS",
    "1",
    "streams",
    "Over how many streams sessions are spread.",
    whole(1, 256),
)
STREAM_MAX_ENTRIES = Setting(
    _P + "STREAM_MAX_ENTRIES", "5000000", "entries", "A fuller stream answers 503 to new calls.",
    whole(1, 1_000_000_000),
)  # fmt: skip
SPOOL_MAX_MB = Setting(
    _P + "SPOOL_MAX_MB", "1024", "MB", "The most one process spools on disk.",
    whole(1, 1_000_000),
)  # fmt: skip
CATALOGUE = Setting(
    _P + "CATALOGUE", None, "folder", "Price lists of your own (TOML); unset: NEST-Haus.",
    existing_directory,
)  # fmt: skip
LIVE_SESSIONS = Setting(
    _P + "LIVE_SESSIONS", "10", "sessions",
    "With so many active sessions or fewer, the dashboard's live strip warns.", whole(0, 1_000_000),
)  # fmt: skip
LIVE_RESPONSE_WARNING_MS = Setting(
    _P + "LIVE_RESPONSE_WARNING_MS", "200", "ms",
    "From this average response time on, the live strip warns.", whole(1, 3_600_000),
)  # fmt: skip
LIVE_RESPONSE_BAD_MS = Setting(
    _P + "LIVE_RESPONSE_BAD_MS", "1000", "ms",
    "From this average response time on, the live strip says bad.", whole(1, 3_600_000),
)  # fmt: skip
LIVE_ERRORS_PERCENT = Setting(
    _P + "LIVE_ERRORS_PERCENT", "1", "%",
    "From this share of failed answers on, the live strip says bad.", whole(1, 100),
)  # fmt: skip
LIVE_CACHE_HITS_PERCENT = Setting(
    _P + "LIVE_CACHE_HITS_PERCENT", "80", "%",
    "With this cache hit rate or less, the live strip warns.", whole(0, 100),
)  # fmt: skip
BACKUP_DIR = Setting(
    _P + "BACKUP_DIR", None, "folder", "Where `schedule` writes backups; unset: it makes none.",
    directory,
)  # fmt: skip
BACKUP_EVERY_S = Setting(
    _P + "BACKUP_EVERY_S", "86400", "s", "How often `schedule` makes a backup.",
    whole(60, 31_536_000),
)  # fmt: skip
MEASURE = Setting(
    _P + "MEASURE", "1", "0 or 1", "Whether the processes measure what they do.", flag
)
METRICS_RETENTION_DAYS = Setting(
    _P + "METRICS_RETENTION_DAYS", "90", "days", "How long measured values are kept one by one.",
    whole(22, 36_500),
)  # fmt: skip
RETENTION_DAYS = Setting(
    _P + "RETENTION_DAYS", "395", "days",
    "How long sessions stay in the tables before their month is archived; 0: for good.",
    whole_or_none(14, 36_500),
)  # fmt: skip
ARCHIVE = Setting(
    _P + "ARCHIVE", None, "address",
    "Where the archive lies, as fsspec names it; unset: `archive` in the data folder.", store,
    secret=True,
)  # fmt: skip
BACKUP_KEEP = Setting(
    _P + "BACKUP_KEEP", "7", "backups", "How many of its backups `schedule` keeps.",
    whole(1, 10_000),
)  # fmt: skip
ALERT_URLS = Setting(
    _P + "ALERT_URLS", "", "addresses",
    "Where alerts are sent: addresses as apprise has them, or webhooks; several by spaces.",
    channels_of, hidden=True,
)  # fmt: skip
ALERT_EVERY_S = Setting(
    _P + "ALERT_EVERY_S", "5", "s", "How often alerts are looked at and notices sent.",
    whole(1, 300),
)  # fmt: skip
PUBLIC_URL = Setting(
    _P + "PUBLIC_URL", None, "address", "Where browsers reach this program; notices link there.",
    page,
)  # fmt: skip
MEDIA_FOLDERS = Setting(
    _P + "MEDIA_FOLDERS", "", "ids", "Folders of Google Drive that are mirrored; empty: none.",
    drive_folders,
)  # fmt: skip
GOOGLE_SERVICE_ACCOUNT = Setting(
    _P + "GOOGLE_SERVICE_ACCOUNT", None, "file",
    "JSON key of the service account that may read these folders.", existing_file,
)  # fmt: skip
MEDIA_STORE = Setting(
    _P + "MEDIA_STORE", None, "address",
    "Where mirrored files lie, as fsspec names it; unset: `media` in the data folder.", store,
    secret=True,
)  # fmt: skip
MEDIA_URL = Setting(
    _P + "MEDIA_URL", None, "address",
    "Where browsers find these files; unset: this program serves them from its folder.", page,
)  # fmt: skip
MEDIA_SYNC_EVERY_S = Setting(
    _P + "MEDIA_SYNC_EVERY_S", "86400", "s", "How often `schedule` mirrors them.",
    whole(60, 31_536_000),
)  # fmt: skip
GOOGLE_DRIVE_URL = Setting(
    _P + "GOOGLE_DRIVE_URL", "https://www.googleapis.com", "address", "Where Drive's API answers.",
    page,
)  # fmt: skip
LOG_LEVEL = Setting(
    _P + "LOG_LEVEL", "info", "level", "What is logged at least.",
    one_of("debug", "info", "warning", "error"),
)  # fmt: skip
LOG_FORMAT = Setting(
    _P + "LOG_FORMAT", "text", "form", "How lines of the log are written; json: an object each.",
    one_of("text", "json"),
)  # fmt: skip

ALL: tuple[Setting[object], ...] = (
    DATABASE_URL, REDIS_URL, DATA, HOST, ADMIN_PASSWORD, TIMEZONE, IDLE_AFTER_S,
    AGGREGATE_EVERY_S, ALLOWED_ORIGINS, RATE_LIMIT, RATE_LIMIT_LOOPBACK, TRUSTED_PROXIES,
    CONSENT_DEFAULT, INTERNAL_RANGES, IP_ADDRESSES, TRACKER_PATH, DB_POOL_SIZE,
    DB_POOL_TIMEOUT_S, LOG_SQL_OVER_MS,
    REDIS_RETRIES, STREAM_SHARDS, STREAM_MAX_ENTRIES, SPOOL_MAX_MB, CATALOGUE, LIVE_SESSIONS,
    LIVE_RESPONSE_WARNING_MS, LIVE_RESPONSE_BAD_MS, LIVE_ERRORS_PERCENT,
    LIVE_CACHE_HITS_PERCENT, BACKUP_DIR, BACKUP_EVERY_S, BACKUP_KEEP,
    MEASURE, RETENTION_DAYS, ARCHIVE, METRICS_RETENTION_DAYS, ALERT_URLS, ALERT_EVERY_S,
    PUBLIC_URL, MEDIA_FOLDERS,
    GOOGLE_SERVICE_ACCOUNT, MEDIA_STORE, MEDIA_URL, MEDIA_SYNC_EVERY_S, GOOGLE_DRIVE_URL,
    LOG_LEVEL, LOG_FORMAT,
)  # fmt: skip
