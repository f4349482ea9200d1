"""Accounts that tests log in with."""

from httpx import AsyncClient, Response

from nesthaus.access.accounts import Account
from nesthaus.access.actors import Role
from nesthaus.access.parts import Access

PASSWORD = "a long enough password"
LOGIN = "/api/admin/login"


async def account(
    access: Access, email: str = "ann@example.com", role: Role = Role.ADMIN
) -> Account:
    made = await access.accounts.create(email, role, PASSWORD, "test")
    assert made is not None
    return made


async def log_in(
    client: AsyncClient, email: str = "ann@example.com", password: str = PASSWORD
) -> Response:
    """With success the client has the cookie and sends the header that changes need."""
    answer = await client.post(LOGIN, json={"email": email, "password": password})
    if answer.status_code == 200:
        client.headers["X-CSRF-Token"] = answer.json()["csrfToken"]
    return answer
