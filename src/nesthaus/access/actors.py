"""Who makes a call to the admin API, and as what."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A viewer reads, an admin changes, a tracker is a server that reports conversions."""

    VIEWER = "viewer"
    ADMIN = "admin"
    TRACKER = "tracker"


@dataclass(frozen=True, slots=True)
class Actor:
    """An account, or the holder of an API token; `name` is the account's or the token's."""

    name: str
    role: Role
    is_account: bool

    @property
    def signature(self) -> str:
        """How the audit log names it. No token passes for an account: those have no space."""
        return self.name if self.is_account else f"token {self.name}"
