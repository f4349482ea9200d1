"""The admin API's accounts, API tokens and audit log."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from msgspec import UNSET
from pydantic import BaseModel, Field

from nesthaus.access.accounts import Deletion
from nesthaus.access.actors import Role
from nesthaus.access.answers import (
    AccountPage,
    AuditPage,
    NewAccount,
    NewApiToken,
    TokenPage,
    account_page,
    audit_page,
    token_page,
)
from nesthaus.access.audit import page_of_audit
from nesthaus.access.login_routes import PROBLEMS, busy
from nesthaus.access.paging import Place
from nesthaus.access.parts import Access
from nesthaus.access.password_rules import (
    InvalidAccountName,
    InvalidPassword,
    made_password,
)
from nesthaus.access.passwords import TooManyAtOnce
from nesthaus.access.rights import ADMIN_PATH, Acting, admitted
from nesthaus.access.tokens import InvalidName
from nesthaus.responses import conflict, invalid, json_response, not_found, place_of
from nesthaus.responses.documents import document_model, problem_documents

_CREATED, _NO_CONTENT = 201, 204
_UNKNOWN = problem_documents(_404="There is none with that id.")
_CONFLICT = problem_documents(_409="That cannot be, as things are.")


class AccountWanted(BaseModel):
    email: str = Field(max_length=1_000)
    role: Literal[Role.VIEWER, Role.ADMIN]
    password: str | None = Field(None, description="Left out: one is made, and told this once.")


class TokenWanted(BaseModel):
    name: str
    role: Role


class PageQuery(BaseModel):
    limit: int = Field(50, ge=1, le=500)
    cursor: str | None = Field(
        None, max_length=1000, description="`nextCursor` of the page before."
    )

    def after(self) -> Place | None:
        return None if self.cursor is None else place_of(self.cursor, Place)


Asked = Annotated[PageQuery, Query()]


def access_router(access: Access) -> APIRouter:
    """Viewers may read them all: no list has a secret in it."""
    router = APIRouter(prefix=ADMIN_PATH, dependencies=[Depends(admitted)], tags=["Access"])
    _add_accounts(router, access)
    _add_tokens(router, access)
    _add_audit(router, access)
    return router


def _add_accounts(router: APIRouter, access: Access) -> None:
    @router.get(
        "/users",
        summary="Accounts, the latest first",
        response_model=document_model(AccountPage),
        responses=PROBLEMS,
    )
    async def users(query: Asked) -> Response:
        page = await access.accounts.page(query.limit, query.after())
        return json_response(account_page(page, access.clock()))

    @router.post(
        "/users",
        summary="Make an account",
        status_code=_CREATED,
        response_model=document_model(NewAccount),
        responses=PROBLEMS | _CONFLICT,
    )
    async def create_user(wanted: AccountWanted, acting: Acting) -> Response:
        made = made_password() if wanted.password is None else None
        try:
            account = await access.accounts.create(
                wanted.email, Role(wanted.role), made or wanted.password or "", acting.signature
            )
        except (InvalidAccountName, InvalidPassword) as error:
            field = "email" if isinstance(error, InvalidAccountName) else "password"
            raise invalid(field, f"{field}: {error}") from None
        except TooManyAtOnce:
            raise busy() from None
        if account is None:
            raise conflict("email: there is an account of that name", "email")
        told = UNSET if made is None else made
        new = NewAccount(account.id, account.email, account.role, account.created_at, told)
        return json_response(new, _CREATED)

    @router.delete(
        "/users/{id}",
        summary="Delete an account; its logins end",
        status_code=_NO_CONTENT,
        responses=PROBLEMS | _UNKNOWN | _CONFLICT,
    )
    async def delete_user(id: UUID, acting: Acting) -> Response:  # noqa: A002 - the path names it
        match await access.accounts.delete(id, acting.signature):
            case Deletion.UNKNOWN:
                raise not_found(f"There is no account {id}.")
            case Deletion.LAST_ADMIN:
                raise conflict("This is the last admin; make another one first.")
            case Deletion.DONE:
                return Response(status_code=_NO_CONTENT)


def _add_tokens(router: APIRouter, access: Access) -> None:
    @router.get(
        "/tokens",
        summary="API tokens, revoked ones too, the latest first",
        response_model=document_model(TokenPage),
        responses=PROBLEMS,
    )
    async def tokens(query: Asked) -> Response:
        page = await access.tokens.page(query.limit, query.after())
        return json_response(token_page(page, access.clock()))

    @router.post(
        "/tokens",
        summary="Make an API token; it is told this once",
        status_code=_CREATED,
        response_model=document_model(NewApiToken),
        responses=PROBLEMS,
    )
    async def create_token(wanted: TokenWanted, acting: Acting) -> Response:
        try:
            new = await access.tokens.create(wanted.name, wanted.role, acting.signature)
        except InvalidName as error:
            raise invalid("name", f"name: {error}") from None
        return json_response(NewApiToken(new.id, new.token), _CREATED)

    @router.delete(
        "/tokens/{id}",
        summary="Revoke an API token; it stays in the list",
        status_code=_NO_CONTENT,
        responses=PROBLEMS | _UNKNOWN,
    )
    async def revoke_token(id: UUID, acting: Acting) -> Response:  # noqa: A002 - the path names it
        if not await access.tokens.revoke(id, acting.signature):
            raise not_found(f"There is no API token {id}.")
        return Response(status_code=_NO_CONTENT)


def _add_audit(router: APIRouter, access: Access) -> None:
    @router.get(
        "/audit",
        summary="What was changed by whom, the latest first",
        response_model=document_model(AuditPage),
        responses=PROBLEMS,
    )
    async def audit(query: Asked) -> Response:
        page = await page_of_audit(access.pool, query.limit, query.after())
        return json_response(audit_page(page, access.clock()))
