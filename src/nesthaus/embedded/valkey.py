"""The embedded Valkey: every acknowledged write is on disk, nothing is ever evicted."""

import signal
import socket
import threading
from pathlib import Path
from urllib.parse import quote

from nesthaus.embedded.guarded import Launch
from nesthaus.embedded.places import Places, make_private_folder


class Valkey:
    """Answers on a socket only."""

    name = "Valkey"

    def __init__(self, places: Places) -> None:
        self._places = places
        self._data = places.home / "valkey"
        self._socket = places.sockets / "valkey.sock"
        self.lock = places.home / "valkey.lock"
        self.log = places.home / "logs" / "valkey.log"
        self.url = f"unix://{quote(str(self._socket))}"

    def prepare(self, _lock: int, _stopping: threading.Event) -> None:
        """A folder is all it needs."""
        make_private_folder(self._data, self._places.identity)

    def launch(self) -> Launch:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._data),
            "appendonly": "yes",
            "appendfsync": "always",
            # As a snapshot it would hold entries that were deleted from a stream, too.
            "aof-use-rdb-preamble": "no",
            # Slow commands would be told with what they say of people.
            "slowlog-log-slower-than": "-1",
            "auto-aof-rewrite-percentage": "100",
            "auto-aof-rewrite-min-size": "64mb",
            "maxmemory-policy": "noeviction",
            # The append-only file holds everything; snapshots would be written beside it in vain.
            "save": "",
            "logfile": "",
            "daemonize": "no",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        command = [str(self._places.binaries.valkey_server), *options]
        return Launch(
            self.name, command, self._places.identity, self.log, signal.SIGTERM, signal.SIGKILL
        )

    def is_ready(self) -> bool:
        """False while it loads a large append-only file (it answers -LOADING then)."""
        return _answer(self._socket, b"PING\r\n").startswith(b"+PONG")


def _answer(address: Path, command: bytes) -> bytes:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(address))
            connection.sendall(command)
            return connection.recv(256)
    except OSError:
        return b""
