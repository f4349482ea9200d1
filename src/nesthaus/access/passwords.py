"""Passwords as argon2id hashes. Hashing takes about 50 ms and 32 MiB, away from the event loop."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

Result = TypeVar("Result")

# Above what OWASP's password storage sheet asks for (19 MiB, two passes): 47 ms on one core of
# the machine this was chosen on.
_hasher = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)
# What is compared where there is no such account: made like any other, from what nobody knows.
DECOY = (
    "$argon2id$v=19$m=32768,t=2,p=1$wQGOSRRQV0F5eSaVPH7YhQ"
    "$wj0/WONww5bOxsw7eWtnm6Dwu4l0lTsvwcLhkoyNXVw"
)
_AT_ONCE = 2
_MOST_WAITING = 40  # about a second's work


class TooManyAtOnce(Exception):
    """More logins at one moment than can be checked soon."""


class Passwords:
    """Two at a time, so that a flood of logins costs neither the memory nor the cores."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Salt and parameters are part of it. Raises TooManyAtOnce."""
        return await self._in_turn(lambda: _hasher.hash(password))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Takes as long where there is no hash. Raises TooManyAtOnce."""
        matches = await self._in_turn(lambda: _verifies(password_hash or DECOY, password))
        return matches and password_hash is not None

    async def _in_turn(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= _MOST_WAITING:
            raise TooManyAtOnce
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1


def _verifies(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except VerificationError:
        return False
