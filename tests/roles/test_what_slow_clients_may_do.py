"""What may a client do to the others by being slow, silent or endless? Over real sockets."""

import asyncio
import json
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from tests.roles.serving import GET, HEAD, LARGE, POST, Serving, answer_of, is_ended, served
from tests.waiting import eventually

_FILES = 2_500


@pytest.fixture
async def api() -> AsyncIterator[Serving]:
    async with served(most=2_000) as api:
        yield api


async def test_a_head_that_does_not_end_is_given_up_and_told(api: Serving) -> None:
    reader, _ = await api.connect(HEAD + b"X-Slow: 1\r\n")
    api.after(9)
    assert api.connections == 1

    api.after(11)

    answer = await answer_of(reader)
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"nosniff" in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["status"] == 408
    assert await is_ended(reader)


async def test_a_byte_now_and_then_does_not_prolong_a_head(api: Serving) -> None:
    reader, writer = await api.connect(HEAD)
    api.after(9)
    writer.write(b"X-Slow: 1\r\n")
    await writer.drain()

    api.after(11)

    assert (await answer_of(reader)).startswith(b"HTTP/1.1 408 ")


async def test_a_connection_on_which_nothing_comes_is_closed(api: Serving) -> None:
    reader, _ = await api.connect()

    api.after(11)

    assert await is_ended(reader)


async def test_a_body_that_does_not_end_is_given_up_and_told(api: Serving) -> None:
    reader, _ = await api.connect(HEAD + b"Content-Length: 9\r\n\r\nhalf")
    api.after(29)
    assert api.connections == 1

    api.after(31)

    assert (await answer_of(reader)).startswith(b"HTTP/1.1 408 ")
    assert await is_ended(reader)


async def test_the_next_call_of_a_connection_has_its_time_anew(api: Serving) -> None:
    reader, writer = await api.connect(POST)
    assert (await answer_of(reader)).endswith(b"\r\n\r\n5")
    api.after(31)

    writer.write(POST)

    assert (await answer_of(reader)).endswith(b"\r\n\r\n5")


async def test_calls_in_one_breath_are_answered_in_their_order(api: Serving) -> None:
    reader, _ = await api.connect(POST + GET + HEAD + b"Content-Length: 3\r\n\r\nwor")

    bodies = [(await answer_of(reader)).partition(b"\r\n\r\n")[2] for _ in range(3)]

    assert bodies == [b"5", b"0", b"3"]


async def test_a_half_call_after_a_whole_one_ends_without_a_mixed_answer(api: Serving) -> None:
    reader, _ = await api.connect(POST + HEAD)
    assert (await answer_of(reader)).endswith(b"5")

    api.after(11)

    rest = await asyncio.wait_for(reader.read(), 10)
    assert rest.startswith(b"HTTP/1.1 408 ")


async def test_who_takes_nothing_of_an_answer_is_given_up(api: Serving) -> None:
    await api.connect(GET.replace(b"/said", b"/large"))
    await eventually(lambda: api.connections == 1)
    api.after(70)
    assert api.connections == 1

    await eventually(lambda: gone_after(api, 80))


def gone_after(api: Serving, seconds: float) -> bool:
    api.after(seconds)
    return api.connections == 0


async def test_an_answer_that_is_taken_is_never_cut(api: Serving) -> None:
    answer = await api.ask(GET.replace(b"/said", b"/large"))

    assert len(answer.partition(b"\r\n\r\n")[2]) == LARGE


@pytest.mark.parametrize("header", [b"X-A: " + b"a" * 60 + b"\r\n", b"a:\r\n", b"X-A: aaaaaaaa"])
async def test_headers_without_end_are_refused(api: Serving, header: bytes) -> None:
    reader, writer = await api.connect(HEAD)
    writer.write(header * (100_000 // len(header)))

    answer = await answer_of(reader)

    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    await asyncio.wait_for(send_without_end(writer, header), 30)


async def test_a_large_head_in_one_piece_is_refused(api: Serving) -> None:
    answer = await api.ask(HEAD + b"X-A: " + b"a" * 65_536 + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


@pytest.mark.parametrize(
    "part", [b"5\r\nwords\r\n", b"1;" + b"e" * 200 + b"\r\nw\r\n"], ids=["chunks", "extensions"]
)
async def test_a_body_without_end_is_ended(api: Serving, part: bytes) -> None:
    _, writer = await api.connect(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")

    await asyncio.wait_for(send_without_end(writer, part), 30)

    await eventually(lambda: api.connections == 0)


async def test_trailers_without_end_are_ended(api: Serving) -> None:
    start = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n0\r\n"
    _, writer = await api.connect(start)

    await asyncio.wait_for(send_without_end(writer, b"X-Trailer: aaaaaaaaaaaaaaaaaa\r\n"), 30)

    await eventually(lambda: api.connections == 0)


async def test_what_comes_after_an_early_answer_is_ended(api: Serving) -> None:
    head = HEAD.replace(b"/said", b"/deaf") + b"Content-Length: 999999999\r\n\r\n"
    reader, writer = await api.connect(head)
    assert (await answer_of(reader)).endswith(b"\r\n\r\n0")

    await asyncio.wait_for(send_without_end(writer, b"w" * 1_000), 30)

    await eventually(lambda: api.connections == 0)


async def test_who_sends_no_rest_after_an_early_answer_is_given_up(api: Serving) -> None:
    head = HEAD.replace(b"/said", b"/deaf") + b"Content-Length: 999999999\r\n\r\n"
    reader, _ = await api.connect(head)
    assert (await answer_of(reader)).endswith(b"\r\n\r\n0")

    api.after(6)

    assert await is_ended(reader)


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a browser that thinks this is TLS
        b"GET /\xff\xfe HTTP/1.1\r\nHost: api\r\n\r\n",
        b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: api\r\nX-A: a\0b\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nwords",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
    ],
)
async def test_what_is_no_http_is_refused_as_a_problem(api: Serving, said: bytes) -> None:
    reader, _ = await api.connect(said)

    answer = await answer_of(reader)

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"content-type: application/problem+json" in answer
    assert await is_ended(reader)


@pytest.fixture
def many_files() -> Iterator[None]:
    """Each connection has two here, and an ordinary user often begins with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < _FILES:
        if hard != resource.RLIM_INFINITY and hard < _FILES:
            pytest.skip(f"no more than {hard} files may be open here")
        resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
async def test_a_thousand_who_are_silent_or_slow_hold_nobody_up(api: Serving) -> None:
    half = HEAD + b"Content-Length: 9\r\n\r\nhalf"
    for said in (b"", HEAD, half, half) * 5:
        await asyncio.gather(*(api.connect(said) for _ in range(50)))

    answers = await asyncio.gather(*(api.ask(POST) for _ in range(50)))

    assert {answer.partition(b"\r\n\r\n")[2] for answer in answers} == {b"5"}
    await eventually(lambda: api.connections == 1_000)


class TestRoomForThree:
    @pytest.fixture
    async def api(self) -> AsyncIterator[Serving]:
        async with served(most=3) as api:
            yield api

    async def test_who_has_waited_the_longest_makes_room(self, api: Serving) -> None:
        first, second, _ = [await api.connect(said) for said in (b"", HEAD, HEAD)]

        assert (await api.ask(POST)).endswith(b"5")

        assert await is_ended(first[0])
        second[1].write(b"Content-Length: 0\r\n\r\n")
        assert (await answer_of(second[0])).endswith(b"0")

    async def test_nobody_goes_who_is_being_answered(self, api: Serving) -> None:
        large = GET.replace(b"/said", b"/large")
        taking = [await api.connect(large) for _ in range(3)]
        assert api.connections == 3

        refused = await api.ask(POST)

        assert refused.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert b"retry-after: 5" in refused
        for reader, _ in taking:
            assert len(await answer_of(reader)) > LARGE


async def send_without_end(writer: asyncio.StreamWriter, part: bytes) -> None:
    """Until the other side has had enough."""
    with suppress(ConnectionError):
        while True:
            writer.write(part * 1_000)
            await writer.drain()


OFFER = (
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"
)


@pytest.mark.parametrize("offer", [OFFER, OFFER.lower(), OFFER.replace(b"h2c", b"websocket")])
async def test_who_offers_another_protocol_is_answered_in_this_one(
    api: Serving, offer: bytes
) -> None:
    """Its body is a body, also when it looks like a request and comes later."""
    head = HEAD + offer + b"Content-Length: %d\r\n\r\n" % len(GET)
    reader, writer = await api.connect(head)

    writer.write(GET)
    writer.write(POST)

    assert (await answer_of(reader)).endswith(b"\r\n\r\n%d" % len(GET))
    assert (await answer_of(reader)).endswith(b"\r\n\r\n5")
    assert api.connections == 1


async def test_an_offer_in_pieces_is_refused_and_nothing_after_it_is_answered(
    api: Serving,
) -> None:
    reader, writer = await api.connect(HEAD + b"Connection: Upgrade\r\nUpgr")

    writer.write(b"ade: h2c\r\nContent-Length: %d\r\n\r\n" % len(GET) + GET)

    assert (await answer_of(reader)).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert await is_ended(reader)
