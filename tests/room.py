"""Where the tests' servers keep their files: in memory, where there is room.

Each test has a database of its own, which is some 350 new files; a disk's file system takes ten
times as long to make them.
"""

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

MEMORY = Path("/dev/shm")
# Two processes with four servers each stay below half of it.
NEEDED_BYTES = 2 * 2**30


def new_folder() -> Path:
    """Everybody may enter it, unlike pytest's own, and its name leaves room for sockets (about 100
    characters)."""
    folder = Path(tempfile.mkdtemp(prefix="nh-", dir=_parent()))
    folder.chmod(0o755)
    return folder


@cache
def _parent() -> str | None:
    if _is_fit(MEMORY):
        return str(MEMORY)
    return "/tmp" if os.access("/tmp", os.W_OK) else None


def _is_fit(folder: Path) -> bool:
    """Containers have it, but small and closed to programs, as which root's servers are copied."""
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        return False
    runs = not os.statvfs(folder).f_flag & os.ST_NOEXEC
    return runs and shutil.disk_usage(folder).free >= NEEDED_BYTES
