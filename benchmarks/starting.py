"""How long does `nesthaus up` take, with everything it starts, until it answers?"""

import os
import sys
import time
from pathlib import Path
from statistics import median

import httpx
from benchmarks.program import data_folder, started
from benchmarks.table import Figure

from tests.stack import free_port
from tests.waiting import wait_for

PROGRAM = (sys.executable, "-m", "nesthaus")
ROUNDS = 3
ANSWERS_WITHIN_S = 90.0
SEEDED_SESSIONS = 2_000


def figures() -> list[Figure]:
    """From the command to the first 200 of `/readyz`, on data of a run before."""
    with data_folder() as data:
        _first_answer_s(data, seeded=True)
        taken = [_first_answer_s(data) for _ in range(ROUNDS)]
    return [
        Figure("`nesthaus up` on existing data → first 200", median(taken), "s", 3, at_most=True)
    ]


def _first_answer_s(data: Path, *, seeded: bool = False) -> float:
    port = free_port()
    servers = ("NESTHAUS_", "DATABASE_URL", "REDIS_URL")
    environment = {n: text for n, text in os.environ.items() if not n.startswith(servers)}
    began = time.perf_counter()
    with started([*PROGRAM, "up", "--port", str(port), "--data", str(data)], environment):
        url = f"http://127.0.0.1:{port}/readyz"
        wait_for(lambda: _is_ready(url), ANSWERS_WITHIN_S, "an answer of up")
        took_s = time.perf_counter() - began
        if seeded:
            seed = [*PROGRAM, "seed", "--sessions", str(SEEDED_SESSIONS), "--data", str(data)]
            with started(seed, environment) as process:
                process.wait(ANSWERS_WITHIN_S)
    return took_s


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False
