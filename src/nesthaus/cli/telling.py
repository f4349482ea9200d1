"""How far a long command is: one line that changes on a terminal, a line each elsewhere."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

_CLEAR = "\r\x1b[K"


@contextmanager
def progress() -> Generator[Callable[[str], None]]:
    """On standard error."""
    is_terminal = sys.stderr.isatty()

    def told(words: str) -> None:
        sys.stderr.write(f"{_CLEAR}{words}" if is_terminal else f"{words}\n")
        sys.stderr.flush()

    try:
        yield told
    finally:
        if is_terminal:
            sys.stderr.write(_CLEAR)
