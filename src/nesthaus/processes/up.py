"""`nesthaus up`: servers, schema, roles; then waits for a signal and ends all of it in order."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from nesthaus.embedded.errors import EmbeddedError, StartInterrupted
from nesthaus.embedded.servers import EmbeddedServers
from nesthaus.processes.data_directory import DataDirectory, RunFile
from nesthaus.processes.errors import CannotStart
from nesthaus.processes.listening import address_of, bind_socket
from nesthaus.processes.supervisor import Role, Supervisor

_LOOK_EVERY_S = 0.1
_TRY_SCHEMA_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class UpPlan:
    """A missing URL stands for an embedded server.

    `prepare` brings the schema up to date; it gets the database's URL and answers False while the
    database is away. It is called again until it answers True; meanwhile `serve` runs alone.
    `ready` is told the running system, once it answers. `afterwards` is a command of our own that
    then runs once, beside everything else, and ends with `up` at the latest.
    """

    data: Path
    host: str
    port: int
    database_url: str | None
    redis_url: str | None
    environment: Mapping[str, str]
    prepare: Callable[[str], bool]
    ready: Callable[[RunFile], None]
    afterwards: tuple[str, ...] = ()


def run_up(plan: UpPlan) -> int:
    """The exit code: 0 after SIGINT or SIGTERM, that of a role which must not be started again.

    CannotStart says in one line what is in the way.
    """
    stopping = threading.Event()
    try:
        with (
            _signals_set(stopping),
            DataDirectory(plan.data, stopping) as directory,
            bind_socket(plan.host, plan.port) as listening,
        ):
            return _run_in(plan, directory, listening, stopping)
    except StartInterrupted:
        return 0
    except EmbeddedError as error:
        raise CannotStart(str(error)) from error


def _run_in(
    plan: UpPlan, directory: DataDirectory, listening: socket.socket, stopping: threading.Event
) -> int:
    servers = EmbeddedServers(
        directory.path,
        want_postgres=plan.database_url is None,
        want_valkey=plan.redis_url is None,
        stopping=stopping,
    )
    try:
        embedded = servers.start()
        run = RunFile(
            database_url=plan.database_url or embedded.database_url or "",
            redis_url=plan.redis_url or embedded.redis_url or "",
            address=address_of(listening),
            pid=os.getpid(),
        )
        return _run_roles(plan, run, directory, listening, stopping)
    finally:
        directory.note_stopping()
        servers.stop()


def _run_roles(
    plan: UpPlan,
    run: RunFile,
    directory: DataDirectory,
    listening: socket.socket,
    stopping: threading.Event,
) -> int:
    environment = {
        **plan.environment,
        "DATABASE_URL": run.database_url,
        "REDIS_URL": run.redis_url,
        "NESTHAUS_DATA": str(directory.path),
    }
    supervisor = Supervisor(environment)
    preparation = _Preparation(plan.prepare, run.database_url, stopping)
    directory.announce(run)
    try:
        return _watch(plan, run, supervisor, preparation, _roles(plan, directory, listening))
    finally:
        stopping.set()
        directory.note_stopping()
        listening.close()
        supervisor.stop()


def _roles(plan: UpPlan, directory: DataDirectory, listening: socket.socket) -> list[Role]:
    """Each holds the lock of the data directory, so that it is free only when all have ended."""
    socket_fd = listening.fileno()
    serve = Role("serve", ("serve", "--fd", str(socket_fd)), (socket_fd, directory.lock))
    others = [Role(name, (name,), (directory.lock,)) for name in ("work", "schedule")]
    if plan.afterwards:
        others.append(Role(plan.afterwards[0], plan.afterwards, (directory.lock,), once=True))
    return [serve, *others]


def _watch(
    plan: UpPlan,
    run: RunFile,
    supervisor: Supervisor,
    preparation: "_Preparation",
    roles: list[Role],
) -> int:
    waiting, is_ready = roles, False
    while not preparation.stopping.wait(_LOOK_EVERY_S):
        preparation.check()
        startable = [r for r in waiting if preparation.allows(r) and (is_ready or not r.once)]
        for role in startable:
            supervisor.add(role)
        waiting = [role for role in waiting if role not in startable]
        if (code := supervisor.look()) is not None:
            return code
        if not is_ready and preparation.was_tried and _answers(run.address):
            is_ready = True
            plan.ready(run)
    return 0


class _Preparation:
    """Brings the schema up to date beside the main thread, again and again until it succeeds.

    Beside it, because a signal must not wait for a database.
    """

    def __init__(
        self, prepare: Callable[[str], bool], database_url: str, stopping: threading.Event
    ) -> None:
        self.stopping = stopping
        self.was_tried = False
        self._is_done = False
        self._failure: BaseException | None = None
        self._prepare = prepare
        self._database_url = database_url
        threading.Thread(target=self._run, name="prepare the schema", daemon=True).start()

    def allows(self, role: Role) -> bool:
        """Tracking calls are taken without a database; everything else needs the schema."""
        return self._is_done or (role.name == "serve" and self.was_tried)

    def check(self) -> None:
        """Raises what the preparation failed with."""
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._prepare(self._database_url):
                self.was_tried = True
                if self.stopping.wait(_TRY_SCHEMA_EVERY_S):
                    return
            self._is_done = self.was_tried = True
        except BaseException as failure:  # noqa: BLE001 - raised again in the main thread
            self._failure = failure


def _answers(address: str) -> bool:
    """Whether a serving process has taken over the listening socket."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "localhost", parts.port, timeout=0.5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _signals_set(stopping: threading.Event) -> Generator[None]:
    """SIGINT, SIGTERM and the end of the terminal ask for the end; a second one changes nothing."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup leaves it
        wanted.append(signal.SIGHUP)
    before = {number: signal.signal(number, ask) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
