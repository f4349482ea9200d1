"""Every figure beside its own limit, in one run on one machine.

    make bench                          or python -m benchmarks
    python -m benchmarks tracking       only these
    python -m benchmarks --json FILE    also as JSON

Prints a table. The machine should have nothing else to do.
"""

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import measuring, tracking
from benchmarks.table import Figure, markdown

PARTS = {"tracking": tracking.figures, "measuring": measuring.figures}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="default: all")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found: list[Figure] = []
    for name in asked.part or PARTS:
        print(f"{name} …", file=sys.stderr, flush=True)
        found += PARTS[name]()
    print(markdown(found))
    if asked.json:
        asked.json.write_text(json.dumps(_document(found), indent=2) + "\n")


def _document(found: list[Figure]) -> dict[str, object]:
    figures = [
        asdict(each) | {"compared": each.compared, "isReached": each.is_reached} for each in found
    ]
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "figures": figures,
    }


if __name__ == "__main__":
    main()
