"""What the routes of this package answer."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct, UnsetType

from nesthaus.access.accounts import Account
from nesthaus.access.actors import Actor
from nesthaus.access.audit import AuditEntry
from nesthaus.access.logins import csrf_token
from nesthaus.access.paging import Page, Place
from nesthaus.access.tokens import Token
from nesthaus.responses import cursor_of


class Me(Struct, frozen=True, rename="camel"):
    """`name` is the account's or the API token's; `email` and `csrf_token` are null for a token.

    `time_zone` is the project's, in which its days begin.
    """

    name: str
    email: str | None
    role: str
    csrf_token: str | None
    time_zone: str


class NewAccount(Struct, frozen=True, rename="camel"):
    """`password` only where one was made."""

    id: UUID
    email: str
    role: str
    created_at: datetime
    password: str | UnsetType = UNSET


class NewApiToken(Struct, frozen=True, rename="camel"):
    id: UUID
    token: str


class AccountPage(Struct, frozen=True, rename="camel"):
    """`next_cursor` is None on the last page, as in all lists."""

    items: list[Account]
    next_cursor: str | None
    as_of: datetime


class TokenPage(Struct, frozen=True, rename="camel"):
    items: list[Token]
    next_cursor: str | None
    as_of: datetime


class AuditPage(Struct, frozen=True, rename="camel"):
    items: list[AuditEntry]
    next_cursor: str | None
    as_of: datetime


def me_of(actor: Actor, login: str | None, zone: ZoneInfo) -> Me:
    """`login` is the cookie's value; None where an API token was shown."""
    return Me(
        name=actor.name,
        email=actor.name if actor.is_account else None,
        role=actor.role.value,
        csrf_token=None if login is None else csrf_token(login),
        time_zone=zone.key,
    )


def account_page(page: Page[Account], as_of: datetime) -> AccountPage:
    return AccountPage(page.items, _cursor(page.next_place), as_of)


def token_page(page: Page[Token], as_of: datetime) -> TokenPage:
    return TokenPage(page.items, _cursor(page.next_place), as_of)


def audit_page(page: Page[AuditEntry], as_of: datetime) -> AuditPage:
    return AuditPage(page.items, _cursor(page.next_place), as_of)


def _cursor(place: Place | None) -> str | None:
    return None if place is None else cursor_of(place)
