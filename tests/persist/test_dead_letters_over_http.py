"""What may be done with dead letters over HTTP, by whom, and what is left of it?"""

import base64
from collections.abc import AsyncGenerator
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from nesthaus.access.actors import Role
from nesthaus.access.audit import page_of_audit
from nesthaus.access.logins import Logins
from nesthaus.access.rights import AdminGate
from nesthaus.access.tokens import Tokens
from nesthaus.db.pool import Pool
from nesthaus.persist import dead_letters
from nesthaus.persist.dead_letters import Buried, Reason
from nesthaus.persist.routes import dead_letter_router
from nesthaus.responses import answer_problems
from nesthaus.stream.durable import Overloaded
from nesthaus.stream.envelope import encode
from nesthaus.stream.reader import StreamEntry
from tests.clocks import SettableClock
from tests.persist.traffic import call, clicked

CLICK = encode(call("anna", clicked(1)))
PATH = "/api/admin/dead-letters"


class Stream:
    """Takes what is sent, until it has taken `most`."""

    def __init__(self) -> None:
        self.taken: list[tuple[str | None, bytes]] = []
        self.most = 100

    async def append(self, session_id: str | None, payload: bytes) -> None:
        if len(self.taken) == self.most:
            raise Overloaded("the stream does not answer")
        self.taken.append((session_id, payload))


@pytest.fixture
def stream() -> Stream:
    return Stream()


@pytest.fixture
async def tokens(db: Pool, clock: SettableClock) -> AsyncGenerator[Tokens]:
    tokens = Tokens(db, clock)
    yield tokens
    await tokens.close()


@pytest.fixture
async def admin(
    db: Pool, stream: Stream, tokens: Tokens, clock: SettableClock
) -> AsyncGenerator[AsyncClient]:
    app = FastAPI()
    answer_problems(app)
    app.include_router(dead_letter_router(db, stream.append, clock))
    app.add_middleware(AdminGate, tokens=tokens, logins=Logins(db, clock))
    token = (await tokens.create("ops", Role.ADMIN)).token
    headers = {"Authorization": f"Bearer {token}"}
    async with AsyncClient(
        transport=ASGITransport(app), base_url="http://test", headers=headers
    ) as client:
        yield client


async def bury(db: Pool, clock: SettableClock, *numbers: int, payload: bytes = CLICK) -> list[str]:
    """Ids, the latest letter first; each is buried a second after the one before."""
    for number in numbers:
        clock.advance(1)
        entry = StreamEntry(0, f"{number}-0", payload)
        async with db.connection() as connection:
            letter = Buried(entry, "anna", Reason.UNSTORABLE, "why")
            await dead_letters.bury(connection, [letter], clock())
    async with db.connection() as connection:
        return [str(each.id) for each in await dead_letters.latest(connection, 100)]


async def audited(db: Pool) -> list[tuple[str, str, str]]:
    entries = (await page_of_audit(db, 100, None)).items
    told = [(each.actor, each.action, each.subject) for each in entries]
    return sorted(each for each in told if "dead letter" in each[1])


async def test_letters_are_listed_page_by_page_the_latest_first(
    admin: AsyncClient, db: Pool, clock: SettableClock
) -> None:
    ids = await bury(db, clock, 1, 2, 3)
    first = (await admin.get(PATH, params={"limit": 2})).json()
    assert first["items"][0] == {
        "id": ids[0],
        "sessionId": "anna",
        "reason": "unstorable",
        "detail": "why",
        "createdAt": "2026-06-15T12:00:03Z",
        "bytes": len(CLICK),
    }
    rest = (await admin.get(PATH, params={"limit": 2, "cursor": first["nextCursor"]})).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == ids
    assert rest["nextCursor"] is None
    assert rest["asOf"] == "2026-06-15T12:00:03Z"
    wrong = await admin.get(PATH, params={"cursor": "made-up"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "cursor")


async def test_a_letter_is_shown_with_what_it_says(
    admin: AsyncClient, db: Pool, clock: SettableClock
) -> None:
    (letter_id,) = await bury(db, clock, 1)
    shown = (await admin.get(f"{PATH}/{letter_id}")).json()
    assert shown["content"]["session_id"] == "anna"
    assert base64.b64decode(shown["payload"]) == CLICK
    assert (await admin.get(f"{PATH}/{uuid4()}")).status_code == 404


@pytest.mark.parametrize(
    ("payload", "content"),
    [
        (b"\xffno delivery", "\\xffno delivery"),
        (b"\x01\x81\xa1a\x01", {"a": 1}),
        (b"\x01\x81\x92\x01\x02\x03", "\x01\\x81\\x92\x01\x02\x03"),  # a list for a key
        (b"\x01\xc7\x01\x05a", "\x01\\xc7\x01\x05a"),  # an extension type
    ],
)
async def test_what_is_no_delivery_is_shown_as_well_as_can_be(
    admin: AsyncClient, db: Pool, clock: SettableClock, payload: bytes, content: object
) -> None:
    (letter_id,) = await bury(db, clock, 1, payload=payload)
    assert (await admin.get(f"{PATH}/{letter_id}")).json()["content"] == content


async def test_one_letter_is_sent_again_and_is_gone(
    admin: AsyncClient, db: Pool, clock: SettableClock, stream: Stream
) -> None:
    kept, sent = await bury(db, clock, 1, 2)
    answer = await admin.post(f"{PATH}/{sent}/replay")
    assert answer.json() == {"replayed": [sent], "missing": []}
    assert stream.taken == [("anna", CLICK)]
    assert (await admin.post(f"{PATH}/{sent}/replay")).status_code == 404
    assert await audited(db) == [("token ops", "replay dead letter", sent)]
    assert [each["id"] for each in (await admin.get(PATH)).json()["items"]] == [kept]


async def test_several_letters_are_sent_again(
    admin: AsyncClient, db: Pool, clock: SettableClock
) -> None:
    first, second, kept = await bury(db, clock, 1, 2, 3)
    unknown = str(uuid4())
    answer = await admin.post(f"{PATH}/replay", json={"ids": [first, unknown, second]})
    assert answer.json() == {"replayed": [first, second], "missing": [unknown]}
    assert [each["id"] for each in (await admin.get(PATH)).json()["items"]] == [kept]


@pytest.mark.parametrize("body", [None, {}, {"ids": None}])
async def test_all_letters_are_sent_again_where_none_is_named(
    admin: AsyncClient, db: Pool, clock: SettableClock, stream: Stream, body: object
) -> None:
    latest, earliest = await bury(db, clock, 1, 2)
    answer = (
        await admin.post(f"{PATH}/replay", json=body)
        if body is not None
        else (await admin.post(f"{PATH}/replay"))
    )
    assert answer.json() == {"replayed": [earliest, latest], "missing": []}
    assert len(stream.taken) == 2


async def test_none_is_sent_where_the_named_are_none(
    admin: AsyncClient, db: Pool, clock: SettableClock, stream: Stream
) -> None:
    await bury(db, clock, 1)
    answer = await admin.post(f"{PATH}/replay", json={"ids": []})
    assert answer.json() == {"replayed": [], "missing": []}
    assert stream.taken == []


async def test_what_the_stream_does_not_take_stays_and_is_not_audited(
    admin: AsyncClient, db: Pool, clock: SettableClock, stream: Stream
) -> None:
    stays, goes = await bury(db, clock, 1, 2)
    stream.most = 1
    answer = await admin.post(f"{PATH}/replay")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert [each["id"] for each in (await admin.get(PATH)).json()["items"]] == [stays]
    assert await audited(db) == [("token ops", "replay dead letter", goes)]


async def test_a_dropped_letter_is_told_for_the_last_time(
    admin: AsyncClient, db: Pool, clock: SettableClock, stream: Stream
) -> None:
    (letter_id,) = await bury(db, clock, 1)
    answer = await admin.delete(f"{PATH}/{letter_id}")
    assert answer.status_code == 200
    assert base64.b64decode(answer.json()["payload"]) == CLICK
    assert (await admin.delete(f"{PATH}/{letter_id}")).status_code == 404
    assert (await admin.get(PATH)).json()["items"] == []
    assert stream.taken == []


async def test_the_audit_log_knows_what_was_dropped_but_not_whose(
    admin: AsyncClient, db: Pool, clock: SettableClock
) -> None:
    (letter_id,) = await bury(db, clock, 1)
    await admin.delete(f"{PATH}/{letter_id}")
    (entry,) = [
        each
        for each in (await page_of_audit(db, 100, None)).items
        if each.action == "drop dead letter"
    ]
    assert (entry.actor, entry.subject) == ("token ops", letter_id)
    assert entry.detail == {
        "reason": "unstorable",
        "createdAt": "2026-06-15T12:00:01+00:00",
        "bytes": len(CLICK),
    }


async def test_a_viewer_reads_and_changes_nothing(
    admin: AsyncClient, db: Pool, clock: SettableClock, tokens: Tokens
) -> None:
    (letter_id,) = await bury(db, clock, 1)
    token = (await tokens.create("eyes", Role.VIEWER)).token
    headers = {"Authorization": f"Bearer {token}"}
    assert (await admin.get(f"{PATH}/{letter_id}", headers=headers)).status_code == 200
    for method, path in (
        ("POST", f"{PATH}/replay"),
        ("POST", f"{PATH}/{letter_id}/replay"),
        ("DELETE", f"{PATH}/{letter_id}"),
    ):
        assert (await admin.request(method, path, headers=headers)).status_code == 403
    async with db.connection() as connection:
        assert await dead_letters.find(connection, UUID(letter_id)) is not None
