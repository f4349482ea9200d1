"""1,000 at once ask for the overview: do all get it, how late, and who waits beside them?

    .venv/bin/python -m benchmarks.crowd --data FOLDER

FOLDER is filled as `benchmarks.filled` says, or filled already. `--apart`: each asks for another
range, so that no answer serves two. Real-time is asked for meanwhile, one after the other.
"""

import argparse
import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.filled import Program, rank, serving
from benchmarks.reports import ANALYTICS, socket_of
from redis import Redis

from nesthaus.stream.generations import GENERATION_KEY

_PATIENCE_S = 60
_RANGES = 90


async def asked(program: Program, path: str) -> tuple[int, float]:
    """Status (0: none came) and milliseconds, over a connection of its own."""
    host, _, port = program.url.removeprefix("http://").partition(":")
    started = time.perf_counter()
    status = 0
    async with asyncio.timeout(_PATIENCE_S):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
            f"Authorization: Bearer {program.token}\r\n\r\n".encode()
        )
        answer = await reader.read()
        writer.close()
    if answer.startswith(b"HTTP/1.1 "):
        status = int(answer[9:12])
    return status, (time.perf_counter() - started) * 1_000


def overviews(number: int, *, apart: bool) -> list[str]:
    if not apart:
        return [f"{ANALYTICS}/overview?timeRange=30d"] * number
    today = datetime.now(UTC).date()
    return [
        f"{ANALYTICS}/overview?since={today - timedelta(days=nth % _RANGES + 1 + nth // _RANGES)}"
        f"&until={today - timedelta(days=nth % _RANGES)}"
        for nth in range(number)
    ]


async def crowd(program: Program, number: int, *, apart: bool) -> None:
    crowding = asyncio.gather(
        *(asked(program, path) for path in overviews(number, apart=apart)), return_exceptions=True
    )
    beside: list[tuple[int, float]] = []
    while not crowding.done():
        beside.append(await asked(program, f"{ANALYTICS}/real-time"))
    answers = [each for each in await crowding if isinstance(each, tuple)]
    good = [ms for status, ms in answers if status == 200]
    slowest = max(good, default=0)
    print(f"overview: {len(good)} of {number} answered 200, the last after {slowest:,.0f} ms")
    times = [ms for status, ms in beside if status == 200]
    print(
        f"real-time meanwhile: {len(times)} of {len(beside)} answered 200,"
        f" p50 {rank(times, 50):.0f} ms, slowest {max(times):.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--number", type=int, default=1_000)
    parser.add_argument("--apart", action="store_true")
    told = parser.parse_args()
    with (
        serving(told.data, told.sessions) as program,
        Redis(unix_socket_path=socket_of(program.redis_url)) as redis,
    ):
        asyncio.run(crowd(program, 1, apart=False))  # connections and plans
        redis.incr(GENERATION_KEY)  # what is kept is not found any more
        asyncio.run(crowd(program, told.number, apart=told.apart))


if __name__ == "__main__":
    main()
