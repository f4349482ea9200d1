"""Which API tokens are valid, and what is kept of them?"""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from nesthaus.access.actors import Role
from nesthaus.access.tokens import InvalidName, Tokens
from nesthaus.db.pool import Pool
from tests.clocks import SettableClock


async def last_used_at(tokens: Tokens) -> datetime | None:
    await tokens.close()  # waits for what is being noted
    (token,) = await tokens.list()
    return token.last_used_at


async def test_a_token_is_43_random_characters_behind_a_prefix(tokens: Tokens) -> None:
    first = await tokens.create("shop", Role.TRACKER)
    second = await tokens.create("shop", Role.TRACKER)
    assert re.fullmatch(r"nest_[A-Za-z0-9_-]{43}", first.token)  # 256 bits in base64
    assert first.token != second.token


async def test_a_token_has_the_role_it_was_made_with(tokens: Tokens) -> None:
    for role in Role:
        new = await tokens.create("somebody", role)
        assert await tokens.role_of(new.token) is role


async def test_the_database_holds_only_a_digest(tokens: Tokens, db: Pool) -> None:
    new = await tokens.create("shop", Role.VIEWER)
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select api_tokens::text, octet_length(token_hash) from api_tokens"
        )
        assert (row := await cursor.fetchone()) is not None
    assert new.token.removeprefix("nest_") not in row[0]
    assert row[1] == 32


async def test_what_was_never_given_out_has_no_role(tokens: Tokens) -> None:
    await tokens.create("shop", Role.VIEWER)
    for token in ("", "nest_", "nest_" + "A" * 43, "x" * 5000, "nest_" + "é" * 43, "\0"):
        assert await tokens.role_of(token) is None


async def test_a_revoked_token_is_refused_at_once(tokens: Tokens, clock: SettableClock) -> None:
    new = await tokens.create("shop", Role.ADMIN)
    assert await tokens.role_of(new.token) is Role.ADMIN
    assert await tokens.revoke(new.id)
    assert await tokens.role_of(new.token) is None
    clock.advance(60)
    assert await tokens.revoke(new.id)
    (told,) = await tokens.list()
    assert told.revoked_at == datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


async def test_revoking_what_does_not_exist_says_so(tokens: Tokens) -> None:
    assert not await tokens.revoke(UUID(int=1))


async def test_the_list_tells_who_may_what_the_latest_first(
    tokens: Tokens, clock: SettableClock
) -> None:
    await tokens.create("dashboard", Role.VIEWER)
    clock.advance(1)
    await tokens.create("shop", Role.TRACKER)
    assert [(token.name, token.role) for token in await tokens.list()] == [
        ("shop", "tracker"),
        ("dashboard", "viewer"),
    ]


async def test_use_is_noted_at_most_once_a_minute(tokens: Tokens, clock: SettableClock) -> None:
    new = await tokens.create("shop", Role.VIEWER)
    assert await last_used_at(tokens) is None
    await tokens.role_of(new.token)
    assert await last_used_at(tokens) == datetime(2026, 6, 15, 12, 0, 0, tzinfo=UTC)
    clock.advance(59)
    await tokens.role_of(new.token)
    assert await last_used_at(tokens) == datetime(2026, 6, 15, 12, 0, 0, tzinfo=UTC)
    clock.advance(1)
    await tokens.role_of(new.token)
    assert await last_used_at(tokens) == datetime(2026, 6, 15, 12, 1, 0, tzinfo=UTC)


async def test_a_token_is_found_by_an_index(tokens: Tokens, db: Pool) -> None:
    async with db.connection() as connection:
        await connection.execute("set local enable_seqscan = off")
        cursor = await connection.execute(
            "explain select id from api_tokens where token_hash = '\\x00' and revoked_at is null"
        )
        plan = "\n".join(row[0] for row in await cursor.fetchall())
    assert "api_tokens_token_hash_key" in plan


async def test_a_name_that_cannot_be_is_refused(tokens: Tokens) -> None:
    for name in ("", "x" * 101, "a\0b"):
        with pytest.raises(InvalidName):
            await tokens.create(name, Role.VIEWER)
