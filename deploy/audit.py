"""Asks the package indexes for known weaknesses of what constraints.txt and package-lock.json pin.

`make check` runs it. An index that does not tell them (a mirror, none at all) is one line and no
failure; a weakness that is told is listed and fails.
"""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent
INDEX = os.environ.get("NESTHAUS_AUDIT_INDEX", "https://pypi.org/pypi")
AT_ONCE = 8
WITHIN_S = 10.0
GRAVE = ("high", "critical")


class NotTold(Exception):
    """The index does not answer that; the message says how it shows."""


def pinned(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, separator, version = line.partition(";")[0].strip().partition("==")
        if separator and not name.startswith("#"):
            yield name.partition("[")[0], version


def weaknesses_of(name: str, version: str, index: str) -> list[str]:
    """As sentences. Raises NotTold."""
    url = f"{index}/{name}/{version}/json"
    try:
        with urllib.request.urlopen(url, timeout=WITHIN_S) as answer:
            document: dict[str, Any] = json.load(answer)
    except (OSError, ValueError) as error:
        raise NotTold(f"{url}: {error}") from error
    if "vulnerabilities" not in document:
        raise NotTold(f"{url} tells no vulnerabilities")
    return [
        f"{name} {version}: {each['id']}, mended in {', '.join(each['fixed_in']) or 'no version'}"
        for each in document["vulnerabilities"] or ()
        if not each.get("withdrawn")
    ]


def python_weaknesses(constraints: Path, index: str) -> list[str]:
    """Raises NotTold; after the first package that is not told it asks for no other."""
    packages = list(pinned(constraints.read_text()))
    first = weaknesses_of(*packages[0], index)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        rest = threads.map(partial(_weaknesses_at, index), packages[1:])
        return [*first, *chain.from_iterable(rest)]


def _weaknesses_at(index: str, package: tuple[str, str]) -> list[str]:
    return weaknesses_of(*package, index)


def npm_weaknesses(folder: Path) -> list[str]:
    """Raises NotTold."""
    path = f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        done = subprocess.run(
            ["npm", "audit", "--json"],
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        document: dict[str, Any] = json.loads(done.stdout)
        found: dict[str, dict[str, Any]] = document["vulnerabilities"]
    except (OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
        raise NotTold("npm's index does not answer `npm audit`") from error
    return [
        f"{name} {each['range']}: {each['severity']}"
        for name, each in sorted(found.items())
        if each["severity"] in GRAVE
    ]


def main() -> int:
    weak: list[str] = []
    for what, look in (
        ("Python", lambda: python_weaknesses(HERE / "constraints.txt", INDEX)),
        ("npm", lambda: npm_weaknesses(HERE)),
    ):
        try:
            found = look()
        except NotTold as reason:
            print(f"audit: not told of weaknesses of {what} packages ({reason})")
            continue
        print(f"audit: {len(found)} weaknesses of {what} packages are known")
        weak += found
    for sentence in weak:
        print(f"  {sentence}")
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main())
