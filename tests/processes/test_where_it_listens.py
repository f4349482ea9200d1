"""The socket of all serving processes, and one clear line when there is none."""

import socket

import pytest

from nesthaus.processes.errors import CannotStart
from nesthaus.processes.listening import address_of, bind_socket


def test_connections_wait_until_somebody_serves() -> None:
    with bind_socket("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]

        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            assert connection.getpeername() == ("127.0.0.1", port)


def test_the_address_is_one_that_a_browser_takes() -> None:
    with bind_socket("127.0.0.1", 0) as local, bind_socket("0.0.0.0", 0) as everywhere:
        assert address_of(local) == f"http://127.0.0.1:{local.getsockname()[1]}"
        assert address_of(everywhere) == f"http://localhost:{everywhere.getsockname()[1]}"


def test_a_taken_port_is_named() -> None:
    with bind_socket("127.0.0.1", 0) as first:
        port = first.getsockname()[1]

        with pytest.raises(CannotStart) as refusal:
            bind_socket("127.0.0.1", port)

    assert str(refusal.value) == (
        f"port {port} is taken by another program; choose another with --port (make up PORT=…)"
    )


def test_a_host_that_is_not_ours_is_named() -> None:
    with pytest.raises(CannotStart, match=r"cannot listen on 192\.0\.2\.1 port 8000: "):
        bind_socket("192.0.2.1", 8000)
