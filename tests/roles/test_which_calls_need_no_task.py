"""Which calls are answered directly, and is everything as it would be with a task?"""

from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from nesthaus.responses.direct import Write
from nesthaus.responses.whole import Headers, head_of, send_whole
from nesthaus.roles.direct_calls import DirectCycle, behind_proxies
from nesthaus.roles.handover import LeavingApp
from tests.roles.serving import GET, HEAD, POST, Serving, answer_of, is_ended, left_by, served
from tests.waiting import eventually

PLAIN = Headers((b"content-type", b"text/plain")), Headers()
ANSWER_LATER = b"later"


async def by_task(scope: Scope, receive: Receive, send: Send) -> None:
    heard, message = b"", {"more_body": True}
    while message["more_body"]:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        heard += message["body"]
    await send_whole(scope, send, 202, PLAIN, b"by a task: " + heard)


class Direct:
    """Says what it heard; a body `later` is answered when the test says so."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.pending: list[Write] = []

    def begin(self, scope: Scope, body: bytes, write: Write) -> None:
        self.scopes.append(scope)
        if body == ANSWER_LATER:
            self.pending.append(write)
        else:
            answer(write, body)

    def answer_all(self) -> None:
        for write in self.pending:
            answer(write, ANSWER_LATER)
        self.pending.clear()


def answer(write: Write, heard: bytes) -> None:
    body = b"directly: " + heard
    write(head_of(202, PLAIN, len(body), "id-7"), body)


@pytest.fixture
def direct() -> Direct:
    return Direct()


@pytest.fixture
async def api(direct: Direct) -> AsyncIterator[Serving]:
    async with served(100, by_task, {b"/said": direct.begin}) as api:
        yield api


async def told(api: Serving, said: bytes) -> bytes:
    """The body of the answer."""
    return (await api.ask(said)).partition(b"\r\n\r\n")[2]


def later() -> bytes:
    return HEAD + b"Content-Length: 5\r\n\r\nlater"


async def test_a_call_in_one_piece_is_answered_whole(api: Serving, direct: Direct) -> None:
    whole = await api.ask(POST)
    assert whole.startswith(b"HTTP/1.1 202 Accepted\r\ncontent-type: text/plain\r\n")
    assert whole.count(b"\r\ndate: ") == 1
    assert b"\r\nx-request-id: id-7\r\n" in whole
    assert b"\r\ncontent-length: 15\r\n" in whole
    assert whole.endswith(b"\r\n\r\ndirectly: words")
    (scope,) = direct.scopes
    assert (scope["method"], scope["path"], scope["query_string"]) == ("POST", "/said", b"")
    assert (b"host", b"api") in scope["headers"]


async def test_a_body_in_chunks_that_come_together_is_whole(api: Serving) -> None:
    chunks = b"Transfer-Encoding: chunked\r\n\r\n3\r\nwor\r\n2\r\nds\r\n0\r\n\r\n"
    assert await told(api, HEAD + chunks) == b"directly: words"


async def test_no_body_at_all_is_whole(api: Serving) -> None:
    assert await told(api, HEAD + b"Content-Length: 0\r\n\r\n") == b"directly: "


@pytest.mark.parametrize(
    "said",
    [
        HEAD + b"Connection: close\r\nContent-Length: 5\r\n\r\nwords",
        b"POST /said HTTP/1.0\r\nContent-Length: 5\r\n\r\nwords",
        b"POST /said?a=b HTTP/1.1\r\nHost: api\r\nContent-Length: 5\r\n\r\nwords",
        b"POST /else HTTP/1.1\r\nHost: api\r\nContent-Length: 5\r\n\r\nwords",
        b"PUT /said HTTP/1.1\r\nHost: api\r\nContent-Length: 5\r\n\r\nwords",
        HEAD + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\nwords",
    ],
)
async def test_anything_else_goes_the_usual_way(api: Serving, said: bytes) -> None:
    reader, _ = await api.connect(said)
    whole = await answer_of(reader) if b"Expect" not in said else await reader.readuntil(b"words")
    assert whole.endswith(b"by a task: words")


@pytest.mark.parametrize("length", [1, 40, len(POST) - 5, len(POST) - 1])
async def test_what_comes_in_pieces_loses_none(api: Serving, length: int) -> None:
    reader, writer = await api.connect(POST[:length])
    writer.write(POST[length:])
    body = (await answer_of(reader)).partition(b"\r\n\r\n")[2]
    is_whole_with_its_head = length < len(POST) - 5
    assert body == (b"directly: words" if is_whole_with_its_head else b"by a task: words")


async def test_a_large_body_is_not_taken_for_a_large_head(api: Serving) -> None:
    said = b"x" * 200_000
    length = b"Content-Length: %d\r\n\r\n" % len(said)
    assert (await told(api, HEAD + length + said)).endswith(said)


async def test_calls_in_one_breath_are_answered_in_their_order(
    api: Serving, direct: Direct
) -> None:
    reader, _ = await api.connect(later() + POST + GET + POST)
    await eventually(lambda: len(direct.pending) == 1)
    direct.answer_all()
    bodies = [(await answer_of(reader)).partition(b"\r\n\r\n")[2] for _ in range(4)]
    assert bodies[0] == b"directly: later"
    assert [body.partition(b": ")[2] for body in bodies] == [b"later", b"words", b"", b"words"]


async def test_of_what_comes_together_only_the_first_is_answered_at_once(
    api: Serving, direct: Direct
) -> None:
    """Thousands that are refused would keep everybody else waiting."""
    reader, _ = await api.connect(POST + POST + POST)
    ways = [(await answer_of(reader)).partition(b"\r\n\r\n")[2] for _ in range(3)]
    assert ways == [b"directly: words", b"by a task: words", b"by a task: words"]
    assert len(direct.scopes) == 1


async def test_who_waits_for_a_direct_answer_is_waited_for(api: Serving, direct: Direct) -> None:
    reader, _ = await api.connect(later())
    api.after(1_000)
    assert api.connections == 1
    direct.answer_all()
    assert (await answer_of(reader)).endswith(b"directly: later")
    api.after(74)
    assert api.connections == 1
    api.after(76)
    assert await is_ended(reader)


async def test_who_hangs_up_is_answered_no_more(api: Serving, direct: Direct) -> None:
    _, writer = await api.connect(later())
    writer.transport.abort()
    await eventually(lambda: api.connections == 0)
    direct.answer_all()
    assert await told(api, POST) == b"directly: words"


async def test_a_call_under_way_is_answered_before_the_process_ends(
    api: Serving, direct: Direct
) -> None:
    reader, _ = await api.connect(later())
    idle, _ = await api.connect(POST)
    await answer_of(idle)
    api.leave()
    # It has begun to end: what is idle is closed.
    assert await is_ended(idle)
    direct.answer_all()
    whole = await answer_of(reader)
    assert b"\r\nconnection: close\r\n" in whole
    assert whole.endswith(b"directly: later")
    assert await is_ended(reader)


async def test_a_body_that_breaks_its_own_rules_is_refused(api: Serving) -> None:
    broken = HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nwor\r\nno number\r\n"
    reader, writer = await api.connect(POST)
    await answer_of(reader)
    writer.write(broken)
    assert (await answer_of(reader)).startswith(b"HTTP/1.1 400 ")


async def test_nothing_is_left_to_the_collector(api: Serving) -> None:
    # That of the last call.
    assert await left_by(api, DirectCycle) == 1


async def test_who_comes_through_a_proxy_is_known_by_what_that_says(direct: Direct) -> None:
    paths = behind_proxies({b"/said": direct.begin}, ["127.0.0.1"])
    forwarded = b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n"
    async with served(100, by_task, paths) as api:
        said = HEAD + forwarded + b"Content-Length: 5\r\n\r\nwords"
        assert await told(api, said) == b"directly: words"
        assert await told(api, POST) == b"directly: words"
    first, second = direct.scopes
    assert (first["client"][0], first["scheme"]) == ("203.0.113.9", "https")
    assert (second["client"][0], second["scheme"]) == ("127.0.0.1", "http")


async def test_who_takes_no_answers_is_not_answered_without_end(
    api: Serving, direct: Direct
) -> None:
    said = b"x" * 10_000
    call = HEAD + b"Content-Length: %d\r\n\r\n" % len(said) + said
    _, writer = await api.connect()
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(call * 2_000)
    await eventually(lambda: api.is_stalled)
    assert len(direct.scopes) < 2_000


async def test_a_process_that_hands_over_takes_no_call_directly(direct: Direct) -> None:
    """As an application it says with each answer that the connection ends."""
    leaving = LeavingApp(by_task)
    async with served(100, leaving, {b"/said": direct.begin}, leaving) as api:
        reader, writer = await api.connect(POST)
        assert b"connection: close" not in await answer_of(reader)
        api.leave()
        await eventually(lambda: leaving.is_leaving)
        writer.write(POST)
        # It waits a second for clients to leave; then it closes what is idle.
        last = await reader.read()
    assert last == b"" or b"connection: close" in last
    assert len(direct.scopes) == 1
