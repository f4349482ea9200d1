"""The ways in which processes die, freeze or find no room, struck one at a time."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Self

import psutil
import psycopg

from tests.stack import Stack
from tests.victims import process_of
from tests.waiting import wait_for

RUNS_AGAIN_WITHIN_S = 20.0
# A worker's entries are taken over after 10 to 13 s.
STALLED_S = 14.0
SMALL_FILE_BYTES = 64 * 1024


class Scene:
    """The program under test, and a second worker on the same stream beside it."""

    def __init__(self, stack: Stack, chance: random.Random) -> None:
        self.stack = stack
        self.chance = chance
        self._second: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        words = [sys.executable, "-m", "nesthaus", "work", "--data", str(self.stack.data)]
        self._second = subprocess.Popen(
            words,
            env=self.stack.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return self

    def __exit__(self, *_: object) -> None:
        if self._second is not None:
            self._second.send_signal(signal.SIGTERM)
            self._second.wait(RUNS_AGAIN_WITHIN_S)

    def process(self, victim: str) -> psutil.Process:
        return wait_for(
            lambda: process_of(self.stack.process_id, victim),
            RUNS_AGAIN_WITHIN_S,
            f"{victim} runs",
        )

    def kill(self, victim: str) -> None:
        with suppress(psutil.NoSuchProcess):
            self.process(victim).kill()

    @contextmanager
    def frozen(self, victim: str) -> Generator[None]:
        """It and its children, as a machine does that swaps."""
        family = wait_for(
            lambda: _family_of(self.process(victim)), RUNS_AGAIN_WITHIN_S, f"{victim} stays"
        )
        _signal(family, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(family, signal.SIGCONT)

    def wait(self, least_s: float, most_s: float) -> None:
        time.sleep(self.chance.uniform(least_s, most_s))


def _family_of(process: psutil.Process) -> list[psutil.Process] | None:
    """None where it has just died, as one may that was killed a moment ago."""
    with suppress(psutil.NoSuchProcess):
        return [process, *process.children(recursive=True)]
    return None


def _signal(processes: Iterable[psutil.Process], number: int) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)


@dataclass(frozen=True, slots=True)
class Fault:
    """`strike` returns when the fault is over; the number of processes it killed or stopped."""

    told: str
    weight: int
    strike: Callable[[Scene], int]


def _killing(*victims: str) -> Callable[[Scene], int]:
    def strike(scene: Scene) -> int:
        for victim in victims:
            scene.kill(victim)
        return len(victims)

    return strike


def _kill_before_commit(scene: Scene) -> int:
    """PostgreSQL answers nothing, so a worker that has read is inside its transaction."""
    with scene.frozen("postgres"):
        scene.wait(0.2, 0.5)
        scene.kill("work")
    return 1


def _kill_before_acknowledging(scene: Scene) -> int:
    """The stream answers nothing, so a worker that has committed cannot acknowledge."""
    with scene.frozen("valkey-server"):
        scene.wait(0.2, 0.5)
        scene.kill("work")
    return 1


def _kill_in_a_recount(scene: Scene) -> int:
    """While it holds a lock that only counting takes, or soon after where it is too quick."""
    url, deadline = scene.stack.database_url, time.monotonic() + 3
    process = scene.process("schedule")
    with suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            counting = connection.execute(
                "select 1 from pg_stat_activity where query ~ 'figures|analytics|recount_marks'"
                " and state <> 'idle' and pid <> pg_backend_pid()"
            ).fetchone()
            if counting:
                break
    with suppress(psutil.NoSuchProcess):
        process.kill()
    return 1


def _freeze(victim: str, least_s: float, most_s: float) -> Callable[[Scene], int]:
    def strike(scene: Scene) -> int:
        with scene.frozen(victim):
            scene.wait(least_s, most_s)
        return 1

    return strike


def _no_room_for_the_spool(scene: Scene) -> int:
    """No file of `serve` may grow beyond a few calls, and the stream does not answer."""
    serve = scene.process("serve")
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    serve.rlimit(psutil.RLIMIT_FSIZE, (SMALL_FILE_BYTES, resource.RLIM_INFINITY))
    try:
        scene.kill("valkey-server")
        with scene.frozen("valkey-server"):
            scene.wait(2.0, 4.0)
    finally:
        with suppress(psutil.NoSuchProcess):
            serve.rlimit(psutil.RLIMIT_FSIZE, unlimited)
    return 1


FAULTS = {
    "serve": Fault("API process killed", 50, _killing("serve")),
    "work": Fault("worker killed", 25, _killing("work")),
    "uncommitted": Fault("worker killed before its commit", 12, _kill_before_commit),
    "unacknowledged": Fault(
        "worker killed before it can acknowledge", 12, _kill_before_acknowledging
    ),
    "stalled": Fault(
        "worker stops for 14 s, is taken over, wakes", 4, _freeze("work", STALLED_S, STALLED_S + 1)
    ),
    "schedule": Fault("scheduler killed in a recount", 30, _kill_in_a_recount),
    "valkey": Fault("Valkey killed", 25, _killing("valkey-server")),
    "postgres": Fault("PostgreSQL killed", 25, _killing("postgres")),
    "paused": Fault("PostgreSQL paused for 1 to 8 s", 8, _freeze("postgres", 1.0, 8.0)),
    "both": Fault(
        "PostgreSQL and Valkey killed at once", 15, _killing("postgres", "valkey-server")
    ),
    "everything": Fault(
        "all roles and both servers killed at once",
        8,
        _killing("serve", "work", "schedule", "postgres", "valkey-server"),
    ),
    "full": Fault("no room for the spool, stream away", 6, _no_room_for_the_spool),
}
