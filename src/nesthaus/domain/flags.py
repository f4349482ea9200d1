"""Which parts of tracking are on for a session."""

from collections.abc import Iterable
from hashlib import blake2b

from msgspec import Struct

TRACKER_FLAGS = ("hover", "scroll", "image_timing", "api_timing", "web_vitals")
"""What the tracker asks by. It decides by the page's word, or its own, where none is set."""

KEY_PATTERN = r"^[a-z][a-z0-9_]{0,49}$"


class Flag(Struct, frozen=True):
    """On for `percentage` of the sessions, 0 to 100, while it is `enabled`."""

    key: str
    enabled: bool
    percentage: int


def flags_of(flags: Iterable[Flag], session_id: str) -> dict[str, bool]:
    """Always the same for the same session and flags."""
    return {flag.key: is_on(flag, session_id) for flag in flags}


def is_on(flag: Flag, session_id: str) -> bool:
    """A session that has it keeps it while the percentage grows."""
    return flag.enabled and _place(flag.key, session_id) < flag.percentage


def _place(key: str, session_id: str) -> int:
    """From 0 to 99, evenly; independent of each other for two flags."""
    digest = blake2b(f"{key}\n{session_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 100
