"""Everything that decides who may, built once over one pool."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import Redis

from nesthaus.access.accounts import Accounts
from nesthaus.access.attempts import Attempts
from nesthaus.access.logins import Logins
from nesthaus.access.passwords import Passwords
from nesthaus.access.tokens import Tokens
from nesthaus.db.pool import Pool


@dataclass(frozen=True, slots=True)
class Access:
    """`pool` may write: whatever an admin changes goes through it, audit log included."""

    pool: Pool
    accounts: Accounts
    logins: Logins
    tokens: Tokens
    attempts: Attempts
    clock: Callable[[], datetime]

    async def close(self) -> None:
        """Before the pool is closed."""
        await self.logins.close()
        await self.tokens.close()


def access_over(pool: Pool, redis: Redis, clock: Callable[[], datetime]) -> Access:
    return Access(
        pool=pool,
        accounts=Accounts(pool, Passwords(), clock),
        logins=Logins(pool, clock),
        tokens=Tokens(pool, clock),
        attempts=Attempts(redis, clock),
        clock=clock,
    )
