"""What several commands share: `--data`, checked settings, where the servers are."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.observe import set_up_log
from nesthaus.processes.data_directory import read_run_file
from nesthaus.processes.errors import CannotStart
from nesthaus.roles.servers import Servers
from nesthaus.settings import BadSetting, Settings, load_settings

data_option: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of embedded servers and spool (NESTHAUS_DATA, default ./.nesthaus).",
)


def checked_settings(data: Path | None, role: str) -> Settings:
    """The settings, with `--data` before all else; sets the log up."""
    try:
        settings = load_settings()
    except BadSetting as error:
        raise Failed(str(error), EXIT_MISUSED) from None
    set_up_log(settings.log_level, role, settings.log_format)
    return replace(settings, data=(data or settings.data).absolute())


def database_of(settings: Settings) -> str:
    """DATABASE_URL, or the embedded PostgreSQL of the `up` that runs on the data directory."""
    return settings.database_url or _running(settings, "DATABASE_URL")[0]


def redis_of(settings: Settings) -> str:
    return settings.redis_url or _running(settings, "REDIS_URL")[1]


def servers_of(settings: Settings) -> Servers:
    return Servers(database_of(settings), redis_of(settings))


def _running(settings: Settings, variable: str) -> tuple[str, str]:
    try:
        run = read_run_file(settings.data)
    except CannotStart as error:
        raise Failed(str(error)) from None
    if run is None:
        raise Failed(
            f"{variable} is not set and no `nesthaus up` runs on {settings.data}: "
            "start one, or say with --data where it runs"
        )
    return run.database_url, run.redis_url
