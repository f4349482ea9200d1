"""`nesthaus work`"""

import os
from pathlib import Path

import click

from nesthaus.cli.options import checked_settings, data_option, servers_of
from nesthaus.cli.running import run_processes, run_role
from nesthaus.processes.supervisor import Role
from nesthaus.roles.work import work


@click.command("work")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 256))
@data_option
def command(workers: int, data: Path | None) -> None:
    """Move what was tracked from the stream into the tables.

    Any number may run. What a dead one had read is taken over by the others within 15 seconds.
    """
    settings = checked_settings(data, "work")
    servers = servers_of(settings)
    if workers == 1:
        run_role(work(settings, servers))
        return
    os.environ.update(DATABASE_URL=servers.database_url, REDIS_URL=servers.redis_url)
    run_processes(Role("work", ("work", "--data", str(settings.data))), workers)
