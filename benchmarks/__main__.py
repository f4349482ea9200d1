"""Every figure beside its own limit, in one run on one machine.

    make bench                          or python -m benchmarks
    python -m benchmarks tracking       only these
    python -m benchmarks --full         at the sizes the limits speak of: takes long
    python -m benchmarks --full --filled FOLDER reports
                                        on what `benchmarks.reports --data FOLDER` has filled
    python -m benchmarks --json FILE    also as JSON

Prints a table. The machine should have nothing else to do.
"""

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType

import psutil
from benchmarks import (
    measuring,
    persisting,
    prices,
    sizes,
    starting,
    stored,
    tracker,
    tracking,
    visible,
)
from benchmarks.table import Figure, markdown

PARTS: dict[str, Callable[[], list[Figure]]] = {
    "tracking": tracking.figures,
    "persisting": persisting.figures,
    "visible": visible.figures,
    "prices": prices.figures,
    "stored": stored.figures,
    "starting": starting.figures,
    "tracker": tracker.figures,
    "reports": sizes.figures,
    "measuring": measuring.figures,
}
FULL: dict[str, Callable[[], list[Figure]]] = {
    "persisting": partial(persisting.figures, persisting.FULL),
    "stored": partial(stored.figures, stored.FULL_SESSIONS),
    "reports": partial(sizes.figures, sizes.FULL),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="default: all")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--filled", type=Path, help="for reports, with --full")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    parts = PARTS | FULL if asked.full else PARTS
    if asked.full and asked.filled:
        parts |= {"reports": partial(sizes.figures, sizes.FULL, asked.filled)}
    found: list[Figure] = []
    began = datetime.now(UTC)
    for name in asked.part or parts:
        print(f"{name} …", file=sys.stderr, flush=True)
        found += parts[name]()
        # Now already: what comes next may take long, or be broken off.
        if asked.json:
            text = json.dumps(_document(began, found), indent=2, ensure_ascii=False)
            asked.json.write_text(text + "\n")
    print(_machine())
    print()
    print(markdown(found))


def _end(_number: int, _frame: FrameType | None) -> None:
    """Without it what was started would be left behind."""
    sys.exit(143)


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB of memory,"
        f" {platform.system()}, Python {platform.python_version()}"
    )


def _document(began: datetime, found: list[Figure]) -> dict[str, object]:
    return {
        "at": began.isoformat(timespec="seconds"),
        "machine": _machine(),
        "figures": [
            {
                "name": each.name,
                "measured": each.value,
                "unit": each.unit,
                "beside": each.beside or None,
                "limit": each.limit,
                "ratio": each.ratio,
                "reach": each.reach,
                "reachIs": "at most" if each.at_most else "at least",
                "reachOf": "ratio" if each.compares_ratio else "measured",
                "reached": each.is_reached,
            }
            for each in found
        ],
    }


if __name__ == "__main__":
    main()
