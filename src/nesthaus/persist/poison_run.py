"""When is it the entries, and when is it us? A run of poison from several sessions is us. Pure."""

from collections import deque

LENGTH = 20
SESSIONS = 3


class PoisonRun:
    """Remembers the last entries as long as all of them were poison."""

    def __init__(self) -> None:
        self._names: deque[str] = deque(maxlen=LENGTH)
        self._unreadable = 0

    def note_good(self) -> None:
        self._names.clear()

    def note_poison(self, session_id: str | None) -> None:
        """None: nobody knows the session; it counts as one of its own."""
        self._unreadable += session_id is None
        # A session's id has no blank.
        self._names.append(f"unreadable {self._unreadable}" if session_id is None else session_id)

    @property
    def is_ours(self) -> bool:
        """Whether it looks as if the program or the database were wrong, and not the entries."""
        return len(self._names) == LENGTH and len(set(self._names)) >= SESSIONS
