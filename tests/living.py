"""The living processes of this machine, as tests look for what was started and should be gone."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Living:
    pid: int
    parent: int
    command: str


def living() -> list[Living]:
    """Without zombies and without ourselves. From /proc, as small systems lack the program ps."""
    found = _from_proc() if Path("/proc/self/stat").exists() else _from_ps()
    return [process for process in found if process.pid != os.getpid()]


def processes_that_mention(text: str) -> dict[int, str]:
    """Process id -> command line."""
    return {process.pid: process.command for process in living() if text in process.command}


def descendants(pid: int) -> dict[int, str]:
    """Process id -> command line of all children, their children and so on."""
    everyone, family = living(), {pid}
    while grown := {process.pid for process in everyone if process.parent in family} - family:
        family |= grown
    return {process.pid: process.command for process in everyone if process.pid in family - {pid}}


def _from_proc() -> list[Living]:
    found: list[Living] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # "pid (name) state parent …"; the name may contain brackets and spaces.
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (
                (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
        except OSError:
            continue
        if state not in "ZX":
            found.append(Living(int(folder.name), int(parent), command.strip()))
    return found


def _from_ps() -> list[Living]:
    told = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,command="],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split(None, 3) for line in told.stdout.splitlines()]
    return [Living(int(row[0]), int(row[1]), row[3]) for row in rows if row[2][0] != "Z"]
