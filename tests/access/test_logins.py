"""How long does a login last, and what ends it?"""

import asyncio
from datetime import timedelta

from nesthaus.access.accounts import lock_accounts
from nesthaus.access.actors import Actor, Role
from nesthaus.access.logins import csrf_token, is_csrf_token
from nesthaus.access.parts import Access
from nesthaus.db.pool import Pool
from tests.access.people import PASSWORD, account
from tests.clocks import SettableClock
from tests.waiting import eventually

HOUR = 3_600


async def begin(access: Access, email: str = "ann@example.com") -> str:
    known = await access.accounts.with_password(email, PASSWORD)
    assert known is not None
    login = await access.logins.begin(known)
    assert login is not None
    return login


async def count(db: Pool) -> int:
    async with db.connection() as connection:
        cursor = await connection.execute("select count(*) from logins")
        row = await cursor.fetchone()
    assert row is not None
    return row[0]


async def test_a_login_is_its_account_with_its_role(access: Access) -> None:
    await account(access, role=Role.VIEWER)
    login = await begin(access)
    assert await access.logins.actor_of(login) == Actor(
        "ann@example.com", Role.VIEWER, is_account=True
    )


async def test_what_was_never_given_out_is_no_login(access: Access) -> None:
    for login in ("", "A" * 43, "x" * 5000, "é" * 43, "\0"):
        assert await access.logins.actor_of(login) is None


async def test_the_database_holds_only_a_digest(access: Access, db: Pool) -> None:
    await account(access)
    login = await begin(access)
    async with db.connection() as connection:
        cursor = await connection.execute("select logins::text, length(token_hash) from logins")
        row = await cursor.fetchone()
    assert row is not None
    assert login not in row[0]
    assert row[1] == 32


async def test_it_ends_twelve_hours_after_its_last_use(
    access: Access, clock: SettableClock
) -> None:
    await account(access)
    login = await begin(access)
    for _ in range(3):
        clock.advance(12 * HOUR - 1)
        assert await access.logins.actor_of(login) is not None
        await access.logins.close()  # waits for what is being noted
    clock.advance(12 * HOUR)
    assert await access.logins.actor_of(login) is None


async def test_it_ends_seven_days_after_it_began_however_much_it_is_used(
    access: Access, clock: SettableClock
) -> None:
    await account(access)
    login = await begin(access)
    for _ in range(7 * 24 - 1):
        clock.advance(HOUR)
        assert await access.logins.actor_of(login) is not None
        await access.logins.close()
    clock.advance(HOUR)
    assert await access.logins.actor_of(login) is None


async def test_logging_out_ends_this_login_alone(access: Access) -> None:
    await account(access)
    first, second = await begin(access), await begin(access)
    await access.logins.end(first)
    assert await access.logins.actor_of(first) is None
    assert await access.logins.actor_of(second) is not None


async def test_a_changed_password_ends_all_logins_of_that_account(access: Access) -> None:
    ann = await account(access)
    await account(access, "bob@example.com")
    logins = [await begin(access), await begin(access)]
    other = await begin(access, "bob@example.com")
    assert await access.accounts.change_password(ann.id, "quite another one", "x")
    assert [await access.logins.actor_of(login) for login in logins] == [None, None]
    assert await access.logins.actor_of(other) is not None


async def test_a_deleted_account_has_no_logins(access: Access, db: Pool) -> None:
    ann = await account(access)
    await account(access, "bob@example.com")
    login = await begin(access)
    await access.accounts.delete(ann.id, "x")
    assert await access.logins.actor_of(login) is None
    assert await count(db) == 0


async def test_a_password_that_is_being_changed_lets_nobody_in_with_the_old_one(
    access: Access, db: Pool
) -> None:
    await account(access)
    known = await access.accounts.with_password("ann@example.com", PASSWORD)
    assert known is not None

    async def is_waiting() -> bool:
        async with db.connection() as connection:
            cursor = await connection.execute("select 1 from pg_locks where not granted")
            return await cursor.fetchone() is not None

    async with db.connection() as changing:
        await lock_accounts(changing)
        await changing.execute("update accounts set password_hash = 'another'")
        begun = asyncio.create_task(access.logins.begin(known))
        await eventually(is_waiting)
    assert await begun is None


async def test_what_is_over_is_thrown_away_at_the_next_login(
    access: Access, db: Pool, clock: SettableClock
) -> None:
    await account(access)
    await begin(access)
    clock.advance(timedelta(hours=12).total_seconds())
    await begin(access)
    assert await count(db) == 1


def test_the_csrf_token_belongs_to_one_login() -> None:
    assert is_csrf_token(csrf_token("A" * 43), "A" * 43)
    for given in ("", csrf_token("B" * 43), "A" * 43, "é"):
        assert not is_csrf_token(given, "A" * 43)
