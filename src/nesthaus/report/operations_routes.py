"""What the operations page shows of this program itself."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Depends, Response
from redis.asyncio import Redis

from nesthaus.access.rights import ADMIN_PATH, admitted
from nesthaus.db.pool import Pool
from nesthaus.domain.pricing import Catalogue
from nesthaus.report import operations
from nesthaus.report.operations import Jobs, PriceLists
from nesthaus.responses import json_response
from nesthaus.responses.documents import PROBLEMS, document_model


def operations_router(
    pool: Pool, redis: Redis, catalogue: Catalogue, clock: Callable[[], datetime]
) -> APIRouter:
    router = APIRouter(prefix=ADMIN_PATH, dependencies=[Depends(admitted)], tags=["Operations"])

    @router.get(
        "/jobs",
        summary="Periodic jobs and their last runs; workers and schedulers and what they do",
        response_model=document_model(Jobs),
        responses=PROBLEMS,
    )
    async def jobs() -> Response:
        return json_response(await operations.jobs(pool, redis, clock()))

    @router.get(
        "/price-lists",
        summary="Every price list, and which is in force",
        response_model=document_model(PriceLists),
        responses=PROBLEMS,
    )
    async def price_lists() -> Response:
        return json_response(operations.price_lists(catalogue, clock()))

    return router
