"""The listening socket: bound once by the parent, inherited by every process that serves.

Or held by systemd, which hands it from one release to the next: connections wait in it meanwhile.
"""

import errno
import os
import socket
from collections.abc import MutableMapping

from nesthaus.processes.errors import CannotStart

# sd_listen_fds(3)
_FIRST_PASSED = 3
# Connections that may wait while the serving processes start or are started again.
_BACKLOG = 2048


def bind_socket(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 takes any free one."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotStart(f"cannot listen on {host}: {error.strerror}") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise CannotStart(_why_not(host, port, error)) from error
    return listening


def inherited_socket(descriptor: int) -> socket.socket:
    """The parent's listening socket inside a child that got its descriptor."""
    return socket.socket(fileno=descriptor)


def passed_socket(environment: MutableMapping[str, str] = os.environ) -> socket.socket | None:
    """The listening socket that systemd (a .socket unit) started this very process with; None where
    it was started without. The variables are taken away, so that children do not see them."""
    passed = {name: environment.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS")}
    environment.pop("LISTEN_FDNAMES", None)
    if passed["LISTEN_PID"] != str(os.getpid()) or not passed["LISTEN_FDS"].isdigit():
        return None
    if passed["LISTEN_FDS"] != "1":
        raise CannotStart(f"{passed['LISTEN_FDS']} sockets were passed, and one is needed")
    try:
        listening = socket.socket(fileno=_FIRST_PASSED)
        is_listening = listening.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise CannotStart(f"what was passed is no socket: {error.strerror}") from error
    if not is_listening or listening.family not in {socket.AF_INET, socket.AF_INET6}:
        listening.close()
        raise CannotStart("what was passed is no listening TCP socket")
    listening.set_inheritable(False)
    return listening


def address_of(listening: socket.socket) -> str:
    """The URL under which this machine reaches the socket."""
    host, port = listening.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is taken by another program; choose another with --port (make up PORT=…)"
        )
    if error.errno == errno.EACCES:
        return f"port {port} is reserved for root; choose one from 1024 up with --port"
    return f"cannot listen on {host} port {port}: {error.strerror}"
