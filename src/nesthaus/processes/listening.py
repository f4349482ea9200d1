"""The listening socket: bound once by the parent, inherited by every process that serves."""

import errno
import socket

from nesthaus.processes.errors import CannotStart

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
