"""How does somebody log in to the dashboard, and what may their browser then do?"""

from http.cookies import Morsel, SimpleCookie

import pytest
from httpx import AsyncClient, Response

from nesthaus.access.actors import Role
from nesthaus.access.parts import Access
from tests.access.conftest import Browser
from tests.access.people import LOGIN, PASSWORD, account, log_in
from tests.clocks import SettableClock

ME = "/api/admin/me"
USERS = "/api/admin/users"
LOGOUT = "/api/admin/logout"
BOB: dict[str, object] = {"email": "bob@example.com", "role": "viewer"}


def cookie_of(answer: Response) -> "Morsel[str]":
    (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
    return morsel


@pytest.fixture
async def ann(access: Access, browser: Browser) -> AsyncClient:
    await account(access)
    client = browser()
    assert (await log_in(client)).status_code == 200
    return client


async def test_a_login_answers_who_one_is_and_what_changes_need(
    access: Access, browser: Browser
) -> None:
    await account(access)
    client = browser()
    told = (await log_in(client)).json()
    assert (told["email"], told["role"], told["name"]) == (
        "ann@example.com",
        "admin",
        "ann@example.com",
    )
    assert len(told["csrfToken"]) == 43
    assert (await client.get(ME)).json() == told


async def test_the_cookie_is_for_no_script_and_no_other_site(
    access: Access, browser: Browser
) -> None:
    await account(access)
    cookie = cookie_of(await log_in(browser()))
    assert cookie.key == "nesthaus_login"
    assert len(cookie.value) == 43  # 256 bits
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", "/")
    assert (cookie["secure"], cookie["domain"], cookie["max-age"]) == ("", "", "604800")


async def test_over_tls_the_cookie_is_secure_and_bound_to_the_host(
    access: Access, browser: Browser
) -> None:
    await account(access)
    client = browser("https://nest.example")
    cookie = cookie_of(await log_in(client))
    assert cookie.key == "__Host-nesthaus_login"
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    assert (await client.get(ME)).status_code == 200
    # A cookie that could have been set without TLS, by another host of the domain, is none.
    plain = {"Cookie": f"nesthaus_login={cookie.value}"}
    assert (await browser("https://nest.example").get(ME, headers=plain)).status_code == 401


async def test_an_unknown_account_and_a_wrong_password_get_the_same_answer(
    access: Access, browser: Browser
) -> None:
    await account(access)
    answers = [
        await log_in(browser(), "ann@example.com", "a wrong password"),
        await log_in(browser(), "bob@example.com", PASSWORD),
        await log_in(browser(), "no name", "short"),
        await log_in(browser(), "a\0b", ""),
    ]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert len({answer.text for answer in answers}) == 1
    assert all("set-cookie" not in answer.headers for answer in answers)
    assert all(answer.headers["www-authenticate"] == "Bearer" for answer in answers)


async def test_what_is_no_login_is_400_and_is_not_repeated(browser: Browser) -> None:
    client = browser()
    for body, field in (
        (b"{}", "email"),
        (b'{"email":"ann@example.com"}', "password"),
        (b'{"email":"a","password":17}', "password"),
        (b'{"email":"a","password":"%s"}' % (b"sesame" * 200), "password"),
        (b"{broken", "body"),
    ):
        headers = {"Content-Type": "application/json"}
        answer = await client.post(LOGIN, content=body, headers=headers)
        assert (answer.status_code, answer.json()["field"]) == (400, field)
        assert "sesame" not in answer.text


async def test_the_eleventh_wrong_password_of_an_address_is_429(
    access: Access, browser: Browser, clock: SettableClock
) -> None:
    await account(access)
    for _ in range(10):
        answer = await log_in(browser(address="2001:db8:1:2::1"), password="a wrong password")
        assert answer.status_code == 401
    # Another address of the same /64 is the same customer; the right password changes nothing.
    answer = await log_in(browser(address="2001:db8:1:2:ffff::9"))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "600")
    assert (await log_in(browser(address="2001:db8:1:3::1"))).status_code == 200
    clock.advance(600)
    assert (await log_in(browser(address="2001:db8:1:2::1"))).status_code == 200


async def test_logging_in_often_is_no_guessing(access: Access, browser: Browser) -> None:
    await account(access)
    for _ in range(12):
        assert (await log_in(browser())).status_code == 200


async def test_a_change_needs_the_header_that_comes_with_the_login(ann: AsyncClient) -> None:
    token = ann.headers.pop("X-CSRF-Token")
    for wrong in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": token[::-1]}):
        answer = await ann.post(USERS, json=BOB, headers=wrong)
        assert answer.status_code == 403
    assert (await ann.post(LOGOUT)).status_code == 403
    assert (await ann.get(USERS)).json()["nextCursor"] is None
    assert (await ann.post(USERS, json=BOB, headers={"X-CSRF-Token": token})).status_code == 201


async def test_the_header_of_another_login_does_not_do(ann: AsyncClient, browser: Browser) -> None:
    other = browser()
    await log_in(other)
    answer = await ann.post(
        USERS, json=BOB, headers={"X-CSRF-Token": other.headers["X-CSRF-Token"]}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://nest.example.evil.example"},
        {"Origin": "http://nest.example:8443"},
    ],
)
async def test_a_page_of_another_site_neither_changes_anything_nor_logs_anybody_in(
    ann: AsyncClient, headers: dict[str, str]
) -> None:
    assert (await ann.post(USERS, json=BOB, headers=headers)).status_code == 403
    body = {"email": "ann@example.com", "password": PASSWORD}
    assert (await ann.post(LOGIN, json=body, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://seen-by-the-browser.example"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://nest.example"},
    ],
)
async def test_our_own_page_may(ann: AsyncClient, headers: dict[str, str]) -> None:
    assert (await ann.post(USERS, json=BOB, headers=headers)).status_code == 201


async def test_after_logging_out_the_cookie_is_worth_nothing(
    ann: AsyncClient, browser: Browser
) -> None:
    kept = dict(ann.cookies)
    answer = await ann.post(LOGOUT)
    assert answer.status_code == 204
    assert cookie_of(answer)["max-age"] == "0"
    assert dict(ann.cookies) == {}
    thief = browser()
    thief.cookies.update(kept)
    told = await thief.get(ME)
    assert (told.status_code, told.json()["error"]) == (401, "The login is over; log in again.")


async def test_a_viewer_reads_logs_out_and_changes_nothing(
    access: Access, browser: Browser
) -> None:
    await account(access, role=Role.VIEWER)
    viewer = browser()
    await log_in(viewer)
    assert (await viewer.get(USERS)).status_code == 200
    for method, path in (("POST", USERS), ("POST", "/api/admin/tokens"), ("DELETE", USERS + "/1")):
        assert (await viewer.request(method, path, json=BOB)).status_code == 403
    assert (await viewer.post(LOGOUT)).status_code == 204


async def test_a_token_is_told_its_name_and_has_no_login_to_end(
    access: Access, browser: Browser
) -> None:
    token = (await access.tokens.create("shop server", Role.VIEWER)).token
    client = browser()
    client.headers["Authorization"] = f"Bearer {token}"
    assert (await client.get(ME)).json() == {
        "name": "shop server",
        "email": None,
        "role": "viewer",
        "csrfToken": None,
        "timeZone": "Europe/Vienna",
    }
    assert (await client.post(LOGOUT)).status_code == 403


async def test_a_token_that_is_shown_counts_and_not_the_cookie_beside_it(
    ann: AsyncClient, access: Access
) -> None:
    viewer = (await access.tokens.create("x", Role.VIEWER)).token
    shown = {"Authorization": f"Bearer {viewer}"}
    assert (await ann.post(USERS, json=BOB, headers=shown)).status_code == 403
    wrong = {"Authorization": "Bearer nest_" + "A" * 43}
    assert (await ann.get(ME, headers=wrong)).status_code == 401


async def test_only_the_login_itself_is_open(browser: Browser) -> None:
    client = browser()
    for method in ("GET", "PUT", "DELETE", "OPTIONS", "HEAD"):
        assert (await client.request(method, LOGIN)).status_code == 401
    for path in (LOGIN + "/", LOGIN + "/x", LOGOUT):
        assert (await client.post(path)).status_code == 401
