"""`nesthaus schedule`"""

from pathlib import Path

import click

from nesthaus.cli.options import checked_settings, data_option, servers_of
from nesthaus.cli.running import run_role
from nesthaus.roles.schedule import schedule


@click.command("schedule")
@data_option
def command(data: Path | None) -> None:
    """Run the periodic jobs: close idle sessions, make partitions ahead of time.

    Several may run; one does the work.
    """
    settings = checked_settings(data, "schedule")
    run_role(schedule(settings, servers_of(settings)))
