"""The admin API's dead letters: looked at, sent through the stream again, or dropped."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from nesthaus.access.actors import Actor
from nesthaus.access.paging import Place
from nesthaus.access.rights import ADMIN_PATH, Acting, admitted
from nesthaus.db.pool import Connection, Pool
from nesthaus.persist import dead_letters
from nesthaus.persist.dead_letter_pages import (
    DeadLetterPage,
    Opened,
    Replayed,
    opened,
    page_of_dead_letters,
)
from nesthaus.persist.dead_letters import Append, DeadLetter
from nesthaus.responses import json_response, not_found, place_of, unavailable
from nesthaus.responses.documents import document_model, problem_documents
from nesthaus.stream.connection import StreamAway, StreamFull
from nesthaus.stream.durable import Overloaded

MOST_NAMED = 1_000
_RETRY_S = 5
_PROBLEMS = problem_documents(
    _400="A parameter is missing or wrong; `field` names it.",
    _401="No login and no API token, or none that is valid.",
    _403="No right to this, or X-CSRF-Token is missing.",
    _503="The database or the stream is away; `Retry-After` says when to try again.",
)
_OR_UNKNOWN = _PROBLEMS | problem_documents(_404="There is no such dead letter.")


class DeadLetterQuery(BaseModel):
    limit: int = Field(50, ge=1, le=500)
    cursor: str | None = Field(
        None, max_length=1000, description="`nextCursor` of the page before."
    )


class ReplayWanted(BaseModel):
    ids: list[UUID] | None = Field(
        None, max_length=MOST_NAMED, description="Left out, or no body at all: every letter."
    )


def dead_letter_router(pool: Pool, append: Append, clock: Callable[[], datetime]) -> APIRouter:
    """`pool` may write. Whatever leaves is noted in the audit log by the same transaction."""
    router = APIRouter(
        prefix=f"{ADMIN_PATH}/dead-letters", dependencies=[Depends(admitted)], tags=["Dead letters"]
    )
    _add_reading(router, pool, clock)
    _add_replay(router, pool, append, clock)
    _add_drop(router, pool, clock)
    return router


def _add_reading(router: APIRouter, pool: Pool, clock: Callable[[], datetime]) -> None:
    @router.get(
        "",
        summary="What could not be stored, the latest first",
        response_model=document_model(DeadLetterPage),
        responses=_PROBLEMS,
    )
    async def listed(query: Annotated[DeadLetterQuery, Query()]) -> Response:
        after = None if query.cursor is None else place_of(query.cursor, Place)
        return json_response(await page_of_dead_letters(pool, query.limit, after, clock()))

    @router.get(
        "/{id}",
        summary="What one of them says",
        response_model=document_model(Opened),
        responses=_OR_UNKNOWN,
    )
    async def shown(id: UUID) -> Response:  # noqa: A002 - the path names it
        async with pool.connection() as connection:
            return json_response(opened(await _found(connection, id)))


def _add_replay(
    router: APIRouter, pool: Pool, append: Append, clock: Callable[[], datetime]
) -> None:
    async def replay(ids: Sequence[UUID] | None, acting: Actor) -> Replayed:
        leave = dead_letters.noting(acting.signature, "replay dead letter", clock())
        try:
            gone = await dead_letters.replay(pool, ids, append, leave)
        except (StreamAway, StreamFull, Overloaded) as error:
            sentence = f"Not all were sent, the others are still here: {error}"
            raise unavailable(sentence, _RETRY_S) from error
        return Replayed(gone, [each for each in ids or () if each not in gone])

    @router.post(
        "/replay",
        summary="Send several, or all, through the stream again",
        response_model=document_model(Replayed),
        responses=_PROBLEMS,
    )
    async def replay_some(acting: Acting, wanted: ReplayWanted | None = None) -> Response:
        return json_response(await replay(wanted.ids if wanted else None, acting))

    @router.post(
        "/{id}/replay",
        summary="Send one through the stream again",
        response_model=document_model(Replayed),
        responses=_OR_UNKNOWN,
    )
    async def replay_one(id: UUID, acting: Acting) -> Response:  # noqa: A002 - the path names it
        told = await replay([id], acting)
        if told.missing:
            raise _unknown(id)
        return json_response(told)


def _add_drop(router: APIRouter, pool: Pool, clock: Callable[[], datetime]) -> None:
    @router.delete(
        "/{id}",
        summary="Drop one for good; the answer is the last that is seen of it",
        response_model=document_model(Opened),
        responses=_OR_UNKNOWN,
    )
    async def drop(id: UUID, acting: Acting) -> Response:  # noqa: A002 - the path names it
        async with pool.connection() as connection:
            letter = await _found(connection, id)
            leave = dead_letters.noting(acting.signature, "drop dead letter", clock())
            if not await dead_letters.drop(connection, [id], leave):
                raise _unknown(id)
        return json_response(opened(letter))


async def _found(connection: Connection, letter_id: UUID) -> DeadLetter:
    letter = await dead_letters.find(connection, letter_id)
    if letter is None:
        raise _unknown(letter_id)
    return letter


def _unknown(letter_id: UUID) -> Exception:
    return not_found(f"There is no dead letter {letter_id}.")
