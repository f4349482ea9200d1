"""Is everything there that the program needs? `/healthz` and `/readyz`."""

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
from fastapi import APIRouter, Request
from redis.asyncio import Redis
from starlette.responses import Response

from nesthaus.access.actors import Role
from nesthaus.access.addresses import is_loopback
from nesthaus.db.pool import Pool
from nesthaus.db.schema import UnknownSchema, schema_is_current
from nesthaus.responses import encode
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.worker_states import Doing, worker_states

MayKnow = Callable[[Request], Awaitable[bool]]

CHECK_TIMEOUT_S = 2.0
_PASSED_ON = frozenset({"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})
READY, NOT_READY = 200, 503


async def missing_parts(pool: Pool, redis: Redis) -> list[str]:
    """One sentence for each thing that is not as it should be; empty when all is well."""
    checks = (_database(pool), _stream(redis))
    return [sentence for found in await asyncio.gather(*checks) for sentence in found]


async def _database(
    pool: Pool,
) -> list[str]:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S), pool.connection() as connection:
            if await schema_is_current(connection):
                return []
    except UnknownSchema:
        # It has moved on to the next release's while this process ran, which goes on until it is
        # replaced; one that finds it so at its start ends by itself.
        return []
    except (psycopg.OperationalError, TimeoutError):
        return ["PostgreSQL cannot be reached."]
    return ["The database schema is older than this program: run `nesthaus migrate up`."]


async def _stream(redis: Redis) -> list[str]:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            states = await worker_states(redis)
    except (StreamAway, TimeoutError):
        return ["The stream (Redis or Valkey) cannot be reached."]
    return [
        f"Worker {state.consumer} holds: {state.why}"
        for state in states
        if state.doing is Doing.HOLDING
    ]


def knowing(role_of: Callable[[str], Awaitable[Role | None]]) -> MayKnow:
    """Who calls from this machine, or with a token. What a proxy of this machine passes on comes
    from elsewhere, also where the proxy is not one whose word about it is believed."""

    async def may_know(request: Request) -> bool:
        is_passed_on = not _PASSED_ON.isdisjoint(request.headers)
        if request.client and is_loopback(request.client.host) and not is_passed_on:
            return True
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return False
        try:
            return await role_of(token.strip()) is not None
        except psycopg.OperationalError:
            return False

    return may_know


def readiness_router(pool: Pool, redis: Redis, may_know: MayKnow) -> APIRouter:
    """Reasons are told only to those who may know."""
    router = APIRouter(tags=["operations"])

    @router.get("/healthz", summary="Is the process alive?")
    async def healthz() -> Response:
        return Response(encode({"status": "ok"}), media_type="application/json")

    @router.get("/readyz", summary="Can everything be done that this program is for?")
    async def readyz(request: Request) -> Response:
        reasons = await missing_parts(pool, redis)
        body: dict[str, object] = {"ready": not reasons}
        if reasons and await may_know(request):
            body["reasons"] = reasons
        status = NOT_READY if reasons else READY
        return Response(encode(body), status, media_type="application/json")

    return router
