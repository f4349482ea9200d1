"""Which process of a running `nesthaus up` is to die."""

from pathlib import Path

import psutil


def process_of(up: int, victim: str) -> psutil.Process | None:
    """The role or server below `up` that is to die: for PostgreSQL its parent process."""
    for child in psutil.Process(up).children(recursive=True):
        try:
            command = child.cmdline()
        except psutil.Error:
            continue
        # Servers write what they do behind their name, without a break between words.
        program = Path(command[0].partition(" ")[0]).name if command else ""
        is_guard = "-I" in command[:2]
        if not is_guard and (program == victim or victim in command[1:]):
            return child
    return None
