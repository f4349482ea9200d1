"""Folders, users and processes as the tests of the embedded servers need to see them."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

SOURCE = Path(__file__).parents[2]
# Nothing here is meant to survive a power cut.
FAST = {"fsync": "off", "full_page_writes": "off"}


def modes_above(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Mode, owner and group of every parent of a folder."""
    return {
        str(parent): (facts.st_mode, facts.st_uid, facts.st_gid)
        for parent in folder.parents
        for facts in [parent.stat()]
    }


def servers_user() -> str:
    return "nesthaus" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def postmaster(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])


def python_for_everybody() -> Path | None:
    """An interpreter of our version that an ordinary user may run; root's own is often closed."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{name}", f"/usr/local/bin/{name}"):
        if Path(candidate).exists() and _runs_as_nobody(
            [candidate, "-c", "import nesthaus.cli.serve"]
        ):
            return Path(candidate)
    return None


def ordinary_environment() -> Mapping[str, str]:
    """Where nothing is set but the search path, and the home directory is nowhere."""
    packages = [path for path in sys.path if path.endswith("site-packages")]
    path = os.pathsep.join([str(SOURCE / "src"), str(SOURCE), *packages])
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": path, "HOME": "", "PYTHONDONTWRITEBYTECODE": "1"}


def _runs_as_nobody(command: list[str]) -> bool:
    nobody = pwd.getpwnam("nobody")
    try:
        done = subprocess.run(
            command,
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            cwd="/",
            env=ordinary_environment(),
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return done.returncode == 0


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
