"""Does a restart lose a request, or an event, when systemd keeps the socket?"""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from nesthaus.processes.errors import CannotStart
from nesthaus.processes.listening import bind_socket, passed_socket
from tests.deploy.init import Init
from tests.deploy.running import PROGRAM, environment
from tests.deploy.senders import assert_stored_once, traffic

RESTARTS = 2


@pytest.fixture
def init(folder: Path, database_url: str, redis_url: str) -> Iterator[Init]:
    settings = environment(
        DATABASE_URL=database_url, REDIS_URL=redis_url, NESTHAUS_DATA=str(folder / "data")
    )
    init = Init(folder, settings, lambda: PROGRAM, workers=2)
    init.start()
    yield init
    init.close()


def test_no_connection_is_refused_or_broken_and_no_event_lost_over_restarts(
    init: Init, database_url: str
) -> None:
    with traffic(init.url, senders=4) as sent:
        sent.goes_on()
        for _ in range(RESTARTS):
            init.restart()
            sent.goes_on()

    assert sent.failures == []
    assert_stored_once(database_url, sent.accepted)


@pytest.fixture
def third() -> Iterator[None]:
    """Whatever is open as descriptor 3 is put aside."""
    kept = os.dup(3)
    yield
    os.dup2(kept, 3)
    os.close(kept)


def passed(**variables: str) -> dict[str, str]:
    return {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1", "LISTEN_FDNAMES": "x"} | variables


def test_a_socket_that_was_passed_is_used_and_no_child_hears_of_it(third: None) -> None:
    variables = passed()
    with bind_socket("127.0.0.1", 0) as listening:
        os.dup2(listening.fileno(), 3)
        found = passed_socket(variables)
        assert found is not None
        assert found.getsockname() == listening.getsockname()
        assert not found.get_inheritable()
        found.detach()
    assert variables == {}


@pytest.mark.parametrize(
    "variables", [{}, passed(LISTEN_PID="1"), passed(LISTEN_FDS=""), passed(LISTEN_PID="")]
)
def test_without_a_socket_of_its_own_it_binds_one(variables: dict[str, str]) -> None:
    assert passed_socket(variables) is None


def test_what_is_no_listening_socket_is_told(third: None) -> None:
    with pytest.raises(CannotStart, match="2 sockets were passed, and one is needed"):
        passed_socket(passed(LISTEN_FDS="2"))
    with socket.socket() as idle:
        os.dup2(idle.fileno(), 3)
        with pytest.raises(CannotStart, match="no listening TCP socket"):
            passed_socket(passed())
