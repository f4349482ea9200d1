"""`nesthaus serve`"""

import os
import tempfile
from pathlib import Path

import click

from nesthaus.access.rate_limits import new_table, shared_table, write_table
from nesthaus.cli import Failed
from nesthaus.cli.options import checked_settings, data_option, servers_of
from nesthaus.cli.running import run_processes, run_role
from nesthaus.processes.errors import CannotStart
from nesthaus.processes.listening import address_of, bind_socket, inherited_socket, passed_socket
from nesthaus.processes.supervisor import STOP_PATIENCE_S, Role
from nesthaus.roles.handover import HANDOVER_PATIENCE_S
from nesthaus.roles.serve import serve


@click.command("serve")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 256))
@click.option("--fd", type=int, hidden=True, help="An inherited listening socket.")
@click.option("--rate-fd", type=int, hidden=True, help="An inherited table of rate limits.")
@click.option("--handover", is_flag=True, hidden=True, help="Another process listens afterwards.")
@data_option
def command(
    *,
    port: int,
    workers: int,
    fd: int | None,
    rate_fd: int | None,
    handover: bool,
    data: Path | None,
) -> None:
    """Answer tracking calls, the admin API and the pages.

    Tracking calls are taken also while PostgreSQL is away; /readyz says what is missing. Started by
    a systemd socket unit it listens there and not on --port: whatever comes while it is started
    again waits, and it finishes what it has taken before it ends.
    """
    settings = checked_settings(data, "serve")
    servers = servers_of(settings)
    try:
        passed = passed_socket() if fd is None else inherited_socket(fd)
        listening = passed or bind_socket(settings.host, port)
    except CannotStart as error:
        raise Failed(str(error)) from None
    is_handover = handover or (passed is not None and fd is None)
    if fd is None:
        click.echo(f"serving on {address_of(listening)}", err=True)
    if workers == 1:
        table = new_table() if rate_fd is None else shared_table(rate_fd)
        run_role(serve(settings, servers, listening, table, handover=is_handover))
        return
    with tempfile.TemporaryFile() as rates, listening:
        write_table(rates.fileno())
        inherited = (listening.fileno(), rates.fileno())
        arguments = ("serve", "--fd", str(inherited[0]), "--rate-fd", str(inherited[1]))
        patience_s = STOP_PATIENCE_S
        if is_handover:
            arguments += ("--handover",)
            patience_s = HANDOVER_PATIENCE_S + STOP_PATIENCE_S
        os.environ.update(
            DATABASE_URL=servers.database_url,
            REDIS_URL=servers.redis_url,
            NESTHAUS_DATA=str(settings.data),
        )
        run_processes(Role("serve", arguments, inherited), workers, patience_s)
