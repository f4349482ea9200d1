"""The first account, `admin`: where a database has none, somebody must be able to log in."""

from dataclasses import dataclass
from enum import StrEnum

from nesthaus.access.accounts import Accounts
from nesthaus.access.password_rules import FIRST_NAME, made_password


class Found(StrEnum):
    """What there is now."""

    GIVEN = "made with the password of the setting"
    MADE = "made with a password of ours, which must be told now"
    KEPT = "there were accounts already"
    DIFFERENT = "there were, and the setting is not the password of `admin`"
    NONE = "there is no account, and none was wanted"


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """`password` only where one was made; it is known nowhere else."""

    found: Found
    password: str | None = None


async def first_account(accounts: Accounts, given: str | None, *, may_make: bool) -> FirstAccount:
    """Makes `admin` where there is no account: with `given`, or where we may tell it to somebody
    with a password of our own. Accounts that are there stay as they are: a password changed since
    would come back with each start."""
    if await accounts.exist():
        return await _kept(accounts, given)
    password = given or (made_password() if may_make else None)
    if password is None:
        return FirstAccount(Found.NONE)
    if not await accounts.create_first(password):  # another process was quicker
        return await _kept(accounts, given)
    return FirstAccount(Found.GIVEN) if given else FirstAccount(Found.MADE, password)


async def _kept(accounts: Accounts, given: str | None) -> FirstAccount:
    if given is None or await accounts.with_password(FIRST_NAME, given) is not None:
        return FirstAccount(Found.KEPT)
    return FirstAccount(Found.DIFFERENT)
