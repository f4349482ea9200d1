"""Who has an account, and what is kept of a password?"""

import asyncio

import pytest
from argon2 import extract_parameters

from nesthaus.access.accounts import Deletion
from nesthaus.access.actors import Role
from nesthaus.access.parts import Access
from nesthaus.access.password_rules import (
    InvalidAccountName,
    InvalidPassword,
    checked_name,
    checked_password,
    made_password,
)
from nesthaus.access.passwords import DECOY, Passwords, TooManyAtOnce
from nesthaus.db.pool import Pool
from tests.access.people import PASSWORD, account


async def rows(db: Pool, query: str) -> list[tuple[object, ...]]:
    async with db.connection() as connection:
        cursor = await connection.execute(query.encode())
        return await cursor.fetchall()


async def test_an_account_is_found_with_its_password_only(access: Access) -> None:
    made = await account(access)
    found = await access.accounts.with_password("ann@example.com", PASSWORD)
    assert found is not None
    assert (found.id, found.role) == (made.id, "admin")
    for email, password in (
        ("ann@example.com", "another long password"),
        ("ann@example.com", ""),
        ("ann@example.com", "short"),
        ("ann@example.com", "\ud800" * 12),
        ("bob@example.com", PASSWORD),
        ("no name at all", PASSWORD),
        ("a\0b@example.com", PASSWORD),
    ):
        assert await access.accounts.with_password(email, password) is None, email


async def test_what_is_kept_is_an_argon2id_hash(access: Access, db: Pool) -> None:
    await account(access)
    ((row,),) = await rows(db, "select accounts::text from accounts")
    assert "$argon2id$v=19$m=32768,t=2,p=1$" in str(row)
    assert PASSWORD not in str(row)


async def test_an_unknown_account_takes_as_long_as_a_wrong_password() -> None:
    """Both are compared with a hash of the same parameters."""
    hashed = await Passwords().hash(PASSWORD)
    assert extract_parameters(DECOY) == extract_parameters(hashed)


async def test_the_event_loop_goes_on_while_a_password_is_hashed() -> None:
    turns = 0
    hashing = asyncio.create_task(Passwords().hash(PASSWORD))
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100


async def test_a_flood_of_passwords_is_refused_instead_of_queued() -> None:
    passwords = Passwords()
    told = await asyncio.gather(
        *(passwords.matches(PASSWORD, None) for _ in range(60)), return_exceptions=True
    )
    assert sum(isinstance(each, TooManyAtOnce) for each in told) == 20
    assert told.count(False) == 40
    assert await passwords.matches(PASSWORD, None) is False


async def test_a_name_is_taken_once_whatever_its_case(access: Access) -> None:
    await account(access, "Ann@Example.com")
    assert await access.accounts.create(" ann@example.COM", Role.VIEWER, PASSWORD, "x") is None
    page = await access.accounts.page(None, None)
    assert [each.email for each in page.items] == ["ann@example.com"]


def test_a_name_is_an_e_mail_address_or_admin() -> None:
    assert checked_name("admin") == "admin"
    assert checked_name("jürgen@müller.example") == "jürgen@müller.example"
    for name in ("root", "", "@", "a@", "@b", "a b@c", "a@b@c", "x" * 65 + "@b", "\ud800@b"):
        with pytest.raises(InvalidAccountName):
            checked_name(name)


def test_a_password_has_at_least_ten_characters() -> None:
    assert checked_password("x" * 10) == "x" * 10
    for password in ("x" * 9, "", "x" * 1001, "\udcff" * 10):
        with pytest.raises(InvalidPassword):
            checked_password(password)


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    assert checked_password("u\u0308ber den Berg") == checked_password("über den Berg")


def test_a_made_password_has_99_bits_and_no_letters_that_look_alike() -> None:
    made = {made_password() for _ in range(100)}
    assert len(made) == 100
    for each in made:
        assert [len(group) for group in each.split("-")] == [5, 5, 5, 5]
        assert not set(each) & set("01loi")


async def test_the_last_admin_stays(access: Access) -> None:
    ann = await account(access)
    await account(access, "eve@example.com", Role.VIEWER)
    assert await access.accounts.delete(ann.id, "x") is Deletion.LAST_ADMIN
    assert await access.accounts.with_password("ann@example.com", PASSWORD) is not None
    await account(access, "bob@example.com")
    assert await access.accounts.delete(ann.id, "x") is Deletion.DONE
    assert await access.accounts.delete(ann.id, "x") is Deletion.UNKNOWN


async def test_of_two_admins_who_delete_each_other_one_stays(access: Access) -> None:
    ann = await account(access)
    for round_ in range(5):
        other = await account(access, f"other{round_}@example.com")
        told = await asyncio.gather(
            access.accounts.delete(ann.id, "x"), access.accounts.delete(other.id, "x")
        )
        assert sorted(told) == [Deletion.DONE, Deletion.LAST_ADMIN]
        (ann,) = (await access.accounts.page(None, None)).items
