"""Is an answer that is written in one piece the one that ASGI's messages would make?"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from nesthaus.observe import Call, this_call
from nesthaus.responses.whole import WHOLE, Headers, send_whole
from nesthaus.roles.handover import LeavingApp
from tests.roles.serving import GET, HEAD, POST, Serving, answer_of, is_ended, left_by, served

OWN, COMMON = Headers((b"content-type", b"text/plain")), Headers((b"x-frame-options", b"DENY"))


async def told(scope: Scope, receive: Receive, send: Send) -> None:
    """What it heard; `/204` nothing, `/early` before it has heard."""
    heard = b"nothing yet"
    if scope["path"] != "/early":
        heard = (await receive()).get("body", b"")
    status = 204 if scope["path"] == "/204" else 202
    await send_whole(scope, send, status, (OWN, COMMON), heard)


async def by_messages(scope: Scope, receive: Receive, send: Send) -> None:
    await told({**scope, "extensions": {}}, receive, send)


@pytest.fixture
async def api() -> AsyncIterator[Serving]:
    async with served(100, told) as api:
        yield api


async def lines_of(api: Serving, said: bytes) -> tuple[bytes, list[bytes], bytes]:
    """The first line, the others in order of their names, the body."""
    answer = await api.ask(said)
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *others = head.split(b"\r\n")
    return first, sorted(each for each in others if not each.startswith(b"date:")), body


async def test_it_is_the_same_as_by_messages(api: Serving) -> None:
    last = HEAD + b"Connection: close\r\nContent-Length: 5\r\n\r\nwords"
    old = b"POST /said HTTP/1.0\r\nContent-Length: 5\r\n\r\nwords"
    async with served(100, by_messages) as beside:
        for said in (POST, GET, last, old):
            assert await lines_of(api, said) == await lines_of(beside, said)


async def test_it_tells_the_length_and_when(api: Serving) -> None:
    answer = await api.ask(POST)
    assert answer.startswith(b"HTTP/1.1 202 Accepted\r\ncontent-type: text/plain\r\n")
    assert b"\r\ncontent-length: 5\r\n" in answer
    assert answer.count(b"\r\ndate: ") == 1
    assert answer.endswith(b"\r\n\r\nwords")


async def test_calls_in_one_breath_are_answered_in_their_order(api: Serving) -> None:
    reader, _ = await api.connect(POST + GET + HEAD + b"Content-Length: 3\r\n\r\nwor")
    bodies = [(await answer_of(reader)).partition(b"\r\n\r\n")[2] for _ in range(3)]
    assert bodies == [b"words", b"", b"wor"]


async def test_what_was_answered_is_not_left_to_the_collector(api: Serving) -> None:
    # That of the last call, and that of the one before while its task ends.
    assert await left_by(api, RequestResponseCycle) <= 2


async def test_who_wants_to_close_is_told_so_and_closed(api: Serving) -> None:
    reader, _ = await api.connect(HEAD + b"Connection: close\r\nContent-Length: 0\r\n\r\n")
    assert b"connection: close\r\n" in await answer_of(reader)
    assert await is_ended(reader)


async def test_an_early_answer_ends_who_never_sends_the_rest(api: Serving) -> None:
    early = POST.replace(b"/said", b"/early").replace(b"words", b"w")
    reader, _ = await api.connect(early)
    assert (await answer_of(reader)).endswith(b"nothing yet")
    api.after(6)
    assert await is_ended(reader)


async def test_a_connection_that_was_answered_waits_75_s_for_more(api: Serving) -> None:
    reader, _ = await api.connect(POST)
    await answer_of(reader)
    api.after(74)
    assert api.connections == 1
    api.after(76)
    assert await is_ended(reader)


async def test_a_process_that_leaves_says_so_with_each_answer() -> None:
    leaving = LeavingApp(told)
    leaving.is_leaving = True
    async with served(100, leaving) as api:
        assert b"connection: close\r\n" in await api.ask(POST)


async def test_the_request_id_and_the_status_pass_by_no_listener() -> None:
    written: list[bytes] = []
    call = Call(request_id="proxy-7")

    def write(_: Scope, head: list[bytes], body: bytes) -> bool:
        written.append(b"".join([*head, body]))
        return True

    async def unheard(_: object) -> None:
        raise AssertionError("nothing goes as a message")

    async def answer() -> None:
        this_call.set(call)
        scope: Scope = {"method": "POST", "extensions": {WHOLE: write}}
        await send_whole(scope, unheard, 202, (OWN, COMMON), b"ok")

    await asyncio.create_task(answer())
    assert call.status == 202
    assert b"\r\nx-request-id: proxy-7\r\n" in written[0]
