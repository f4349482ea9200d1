"""How long does an export take beside COPY of the same rows, and what memory does it need?

Against a running `nesthaus serve` (or `up`), filled for example by `nesthaus seed`:

    python benchmarks/export.py --url http://127.0.0.1:8000 --token TOKEN \
        --database-url postgresql://… --pid PID-OF-THE-SERVING-PROCESS

One line per file: seconds of the fastest of three runs, the ratio to COPY, and by how much the
process has grown at most while the client read. Seconds alone say little: the machine is shared.
"""

import argparse
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

RUNS = 3
RANGE = {"since": "2000-01-01", "until": "2200-01-01"}
OF_PERSONS = "where exists (select from user_sessions s where s.session_id = row.session_id and"
COPIED = {
    "sessions": "select * from user_sessions where bot_reason is null",
    "interactions": f"select * from interaction_events row {OF_PERSONS} s.bot_reason is null)",
    "snapshots": f"select * from configuration_snapshots row {OF_PERSONS} s.bot_reason is null)",
}


@dataclass
class Growth:
    """Of the memory a process really holds, in MB; None where nobody said which process."""

    most_mb: float | None = None


@contextmanager
def watching(pid: int | None) -> Generator[Growth]:
    growth = Growth()
    if pid is None:
        yield growth
        return
    at_rest, done = resident_mb(pid), threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            growth.most_mb = max(growth.most_mb or 0, resident_mb(pid) - at_rest)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield growth
    finally:
        done.set()
        watcher.join()


def resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def copied(database_url: str, statement: str) -> tuple[float, int]:
    """Seconds and rows."""
    started, rows = time.perf_counter(), 0
    with (
        psycopg.connect(database_url) as connection,
        connection.cursor() as cursor,
        cursor.copy(f"copy ({statement}) to stdout (format csv)".encode()) as copy,
    ):
        for _ in copy:
            rows += 1
    return time.perf_counter() - started, rows


def downloaded(client: httpx.Client, file: str) -> tuple[float, int]:
    """Seconds and bytes."""
    started, size = time.perf_counter(), 0
    with client.stream("GET", f"/api/admin/export/{file}", params=RANGE) as response:
        response.raise_for_status()
        for part in response.iter_raw():
            size += len(part)
    return time.perf_counter() - started, size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--token", required=True)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--pid", type=int)
    asked = parser.parse_args()
    headers = {"Authorization": f"Bearer {asked.token}"}
    with httpx.Client(base_url=asked.url, headers=headers, timeout=600) as client:
        for name, statement in COPIED.items():
            copy_s, rows = min(copied(asked.database_url, statement) for _ in range(RUNS))
            print(f"{name}: {rows:,} rows, COPY {copy_s:.2f} s")
            for kind in ("csv", "json", "ndjson"):
                with watching(asked.pid) as growth:
                    runs = [downloaded(client, f"{name}.{kind}") for _ in range(RUNS)]
                took_s, size = min(runs)
                grown = "" if growth.most_mb is None else f", grown by {growth.most_mb:.0f} MB"
                print(
                    f"  {kind:6} {size / 1e6:7.1f} MB in {took_s:6.2f} s,"
                    f" {took_s / copy_s:.2f} x COPY{grown}"
                )


if __name__ == "__main__":
    main()
