"""What is left of an erased session: a keyed hash of its id, by which it is known when it returns.

The hash is keyed, because ids that a client chose may be guessed: who has the hashes alone cannot
tell whether a session he knows of was erased. Several keys meet where a backup is restored.
"""

import hmac
from collections.abc import Collection, Iterable
from datetime import datetime

from msgspec import Struct


class Key(Struct, frozen=True):
    """New hashes are made with the latest."""

    key: bytes
    made_at: datetime


class Tombstone(Struct, frozen=True):
    digest: bytes
    erased_at: datetime


class Tombstones(Struct, frozen=True):
    keys: tuple[Key, ...] = ()
    stones: tuple[Tombstone, ...] = ()

    def __or__(self, others: "Tombstones") -> "Tombstones":
        keys = {each.key: each for each in (*others.keys, *self.keys)}
        stones = {each.digest: each for each in (*others.stones, *self.stones)}
        return Tombstones(tuple(keys.values()), tuple(stones.values()))

    def named_among(self, session_ids: Iterable[str]) -> set[str]:
        """The erased ones."""
        known = frozenset(each.digest for each in self.stones)
        if not known:
            return set()
        keys = [each.key for each in self.keys]
        return {
            session_id
            for session_id in session_ids
            if not known.isdisjoint(digests_of(session_id, keys))
        }


def digest_of(session_id: str, key: bytes) -> bytes:
    """HMAC-SHA256 of the id."""
    return hmac.digest(key, session_id.encode(), "sha256")


def digests_of(session_id: str, keys: Collection[bytes]) -> list[bytes]:
    """One for each key."""
    return [digest_of(session_id, key) for key in keys]
