"""Running a role in this process, or several processes of it."""

import asyncio
import os
import signal
import threading
from collections.abc import Coroutine
from types import FrameType
from typing import Any

import uvloop

from nesthaus.aggregate.state import OtherZone
from nesthaus.catalogue.loader import CatalogueError
from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.db.schema import UnknownSchema
from nesthaus.processes.parent import watch_parent
from nesthaus.processes.supervisor import STOP_PATIENCE_S, Role, Supervisor
from nesthaus.upkeep.media.store import StoreTrouble

_LOOK_EVERY_S = 0.1


def run_role(role: Coroutine[Any, Any, None]) -> None:
    """Until a signal, or until the parent that started us is gone."""
    watch_parent()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(role)
    except (UnknownSchema, OtherZone, CatalogueError, StoreTrouble) as error:
        raise Failed(str(error), EXIT_MISUSED) from None


def run_processes(role: Role, count: int, stop_patience_s: float = STOP_PATIENCE_S) -> None:
    """`count` processes of a role; a dead one is started again, a signal ends them all."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    watch_parent()
    supervisor = Supervisor(os.environ, stop_patience_s=stop_patience_s)
    try:
        for _ in range(count):
            supervisor.add(role)
        while not stopping.wait(_LOOK_EVERY_S):
            code = supervisor.look()
            if code is not None:
                raise Failed(f"{role.name} ended and must not be started again", code)
    finally:
        supervisor.stop()
