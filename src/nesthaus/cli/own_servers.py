"""Embedded servers for one command, where no `up` runs that has them."""

import threading
from collections.abc import Generator
from contextlib import contextmanager

from nesthaus.cli import Failed
from nesthaus.cli.options import servers_of
from nesthaus.embedded.errors import EmbeddedError
from nesthaus.embedded.servers import EmbeddedServers
from nesthaus.processes.data_directory import DataDirectory, read_run_file
from nesthaus.processes.errors import CannotStart
from nesthaus.roles.servers import Servers
from nesthaus.settings import Settings


@contextmanager
def servers_running(settings: Settings, *, want_valkey: bool = True) -> Generator[Servers]:
    """Those of a running `up`, else our own for as long as this takes. What is not wanted may be
    the empty address."""
    wants_postgres = settings.database_url is None
    wants_valkey = want_valkey and settings.redis_url is None
    try:
        is_up = read_run_file(settings.data) is not None
        if is_up:
            yield servers_of(settings)
            return
        if not (wants_postgres or wants_valkey):
            yield Servers(settings.database_url or "", settings.redis_url or "")
            return
        stopping = threading.Event()
        with DataDirectory(settings.data, stopping) as directory:
            embedded = EmbeddedServers(
                directory.path,
                want_postgres=wants_postgres,
                want_valkey=wants_valkey,
                stopping=stopping,
            )
            try:
                addresses = embedded.start()
                yield Servers(
                    settings.database_url or addresses.database_url or "",
                    settings.redis_url or addresses.redis_url or "",
                )
            finally:
                directory.note_stopping()
                embedded.stop()
    except (CannotStart, EmbeddedError) as error:
        raise Failed(str(error)) from None
