"""Every setting: an environment variable or a line of `.env`, checked at the start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from nesthaus.access.addresses import Networks
from nesthaus.domain.live_limits import LiveLimits
from nesthaus.settings import known
from nesthaus.settings.known import ALL, Setting, Value_co
from nesthaus.upkeep.alerts.channels import Channel


class BadSetting(Exception):
    """One line: the setting, the value and what is allowed."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a setting's value came from: `environment`, `.env` or `default`."""

    setting: Setting[object]
    text: str | None
    source: str


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
    retention_days: int
    archive: str | None = field(repr=False)
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
        database_url=read.optional(known.DATABASE_URL),
        redis_url=read.optional(known.REDIS_URL),
        data=read.value(known.DATA),
        host=read.value(known.HOST),
        admin_password=read.optional(known.ADMIN_PASSWORD),
        timezone=read.value(known.TIMEZONE),
        idle_after_s=read.value(known.IDLE_AFTER_S),
        aggregate_every_s=read.value(known.AGGREGATE_EVERY_S),
        allowed_origins=read.value(known.ALLOWED_ORIGINS),
        rate_limit_per_minute=read.value(known.RATE_LIMIT),
        rate_limit_loopback=read.value(known.RATE_LIMIT_LOOPBACK),
        trusted_proxies=read.value(known.TRUSTED_PROXIES),
        consent_default=read.value(known.CONSENT_DEFAULT),
        internal_ranges=read.value(known.INTERNAL_RANGES),
        keeps_addresses=read.value(known.IP_ADDRESSES) == "truncated",
        tracker_path=read.value(known.TRACKER_PATH),
        db_pool_size=read.value(known.DB_POOL_SIZE),
        db_pool_timeout_s=read.value(known.DB_POOL_TIMEOUT_S),
        log_sql_over_ms=read.value(known.LOG_SQL_OVER_MS),
        redis_retries=read.value(known.REDIS_RETRIES),
        stream_shards=read.value(known.STREAM_SHARDS),
        stream_max_entries=read.value(known.STREAM_MAX_ENTRIES),
        spool_max_bytes=read.value(known.SPOOL_MAX_MB) * 1_000_000,
        catalogue=read.optional(known.CATALOGUE),
        live_limits=_live_limits(read),
        backup_dir=read.optional(known.BACKUP_DIR),
        backup_every_s=read.value(known.BACKUP_EVERY_S),
        backup_keep=read.value(known.BACKUP_KEEP),
        measure=read.value(known.MEASURE),
        retention_days=read.value(known.RETENTION_DAYS),
        archive=read.optional(known.ARCHIVE),
        metrics_retention_days=read.value(known.METRICS_RETENTION_DAYS),
        alert_channels=read.value(known.ALERT_URLS),
        alert_every_s=read.value(known.ALERT_EVERY_S),
        public_url=read.optional(known.PUBLIC_URL),
        media_folders=read.value(known.MEDIA_FOLDERS),
        google_service_account=read.optional(known.GOOGLE_SERVICE_ACCOUNT),
        media_store=read.optional(known.MEDIA_STORE),
        media_url=_media_url(read),
        media_sync_every_s=read.value(known.MEDIA_SYNC_EVERY_S),
        google_drive_url=read.value(known.GOOGLE_DRIVE_URL),
        log_level=read.value(known.LOG_LEVEL),
        log_format=read.value(known.LOG_FORMAT),
        origins=tuple(read.origin(setting) for setting in ALL),
    )


def _media_url(read: _Reader) -> str | None:
    """What lies elsewhere cannot be served from here."""
    found, lies_in = read.optional(known.MEDIA_URL), read.optional(known.MEDIA_STORE)
    if found is None and lies_in is not None and not lies_in.startswith("file://"):
        raise BadSetting(
            f"{known.MEDIA_URL.name} is not set: allowed with {known.MEDIA_STORE.name} elsewhere"
            " than file:// is the address where browsers find its files"
        )
    return found


def _live_limits(read: _Reader) -> LiveLimits:
    return LiveLimits(
        fewest_sessions=read.value(known.LIVE_SESSIONS),
        response_warning_ms=read.value(known.LIVE_RESPONSE_WARNING_MS),
        response_bad_ms=read.value(known.LIVE_RESPONSE_BAD_MS),
        error_rate_bad=read.value(known.LIVE_ERRORS_PERCENT) / 100,
        cache_hit_rate_warning=read.value(known.LIVE_CACHE_HITS_PERCENT) / 100,
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
