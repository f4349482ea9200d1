"""Who can log in when nobody has made an account yet?"""

import asyncio
from pathlib import Path

import pytest

from nesthaus.access.accounts import Accounts
from nesthaus.access.first_account import Found, first_account
from nesthaus.access.parts import Access
from nesthaus.access.passwords import Passwords
from nesthaus.db.pool import Pool
from nesthaus.roles.first_account import words_about
from nesthaus.settings import BadSetting, load_settings, masked
from tests.access.people import PASSWORD, account
from tests.clocks import SettableClock


async def names(access: Access) -> list[str]:
    return [each.email for each in (await access.accounts.page(None, None)).items]


async def test_the_setting_is_the_password_of_admin(access: Access) -> None:
    first = await first_account(access.accounts, PASSWORD, may_make=False)
    assert (first.found, first.password) == (Found.GIVEN, None)
    admin = await access.accounts.with_password("admin", PASSWORD)
    assert admin is not None
    assert admin.role == "admin"
    assert PASSWORD not in words_about(first)


async def test_without_the_setting_one_is_made_and_told(access: Access) -> None:
    first = await first_account(access.accounts, None, may_make=True)
    assert first.found is Found.MADE
    assert first.password is not None
    assert await access.accounts.with_password("admin", first.password) is not None
    assert first.password in words_about(first)


async def test_without_anybody_to_tell_it_to_none_is_made(access: Access) -> None:
    first = await first_account(access.accounts, None, may_make=False)
    assert first.found is Found.NONE
    assert await names(access) == []
    assert "nesthaus user create" in words_about(first)


async def test_accounts_that_are_there_stay_as_they_are(access: Access) -> None:
    await account(access)
    for given in (None, "another long password"):
        await first_account(access.accounts, given, may_make=True)
        assert await names(access) == ["ann@example.com"]


async def test_a_setting_that_is_not_the_password_any_more_changes_nothing_and_is_told(
    access: Access,
) -> None:
    await first_account(access.accounts, PASSWORD, may_make=False)
    same = await first_account(access.accounts, PASSWORD, may_make=False)
    changed = await first_account(access.accounts, "another long password", may_make=False)
    assert (same.found, changed.found) == (Found.KEPT, Found.DIFFERENT)
    assert words_about(same) == ""
    assert "user password admin" in words_about(changed)
    assert await access.accounts.with_password("admin", PASSWORD) is not None


async def test_of_several_processes_that_start_one_makes_it(db: Pool, clock: SettableClock) -> None:
    processes = [Accounts(db, Passwords(), clock) for _ in range(4)]
    told = await asyncio.gather(*(first_account(each, None, may_make=True) for each in processes))
    (made,) = [first for first in told if first.found is Found.MADE]
    assert [first.found for first in told].count(Found.KEPT) == 3
    assert made.password is not None
    assert await processes[0].with_password("admin", made.password) is not None


def test_a_setting_that_is_too_short_stops_the_start_and_is_never_shown() -> None:
    no_file = Path("/nonexistent/.env")
    with pytest.raises(BadSetting) as caught:
        load_settings({"NESTHAUS_ADMIN_PASSWORD": "too short"}, no_file)
    assert str(caught.value) == (
        "NESTHAUS_ADMIN_PASSWORD=*** (from environment): allowed is at least 10 characters"
    )
    settings = load_settings({"NESTHAUS_ADMIN_PASSWORD": "https://is.long/enough"}, no_file)
    shown = {origin.setting.name: masked(origin) for origin in settings.origins}
    assert shown["NESTHAUS_ADMIN_PASSWORD"] == "***"
    assert settings.admin_password == "https://is.long/enough"
