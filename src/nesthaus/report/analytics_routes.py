"""The routes of the figures: each a question, answered from the cache where it can be."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from nesthaus.access.rights import ADMIN_PATH, admitted
from nesthaus.db.pool import Pool
from nesthaus.domain.flags import KEY_PATTERN
from nesthaus.domain.periods import ALL, Period
from nesthaus.domain.pricing import Catalogue
from nesthaus.report.answers import Answers
from nesthaus.report.configurations import PopularConfigurations, most_popular
from nesthaus.report.filters import Bots, FilterQuery, Text
from nesthaus.report.flag_effect import FlagEffect, flag_effect
from nesthaus.report.funnel import Funnel, conversion_funnel
from nesthaus.report.insights import Insights, insights
from nesthaus.report.option_matrix import OptionMatrix, option_matrix
from nesthaus.report.overview import Overview, overview
from nesthaus.report.paths import Paths, paths
from nesthaus.report.performance import Performance, performance
from nesthaus.report.prices import PriceDistribution, price_distribution
from nesthaus.report.questions import Question, question_of
from nesthaus.report.real_time import LiveView, RealTime
from nesthaus.report.selections import Selections, selections
from nesthaus.report.tracking_health import TrackingHealth, tracking_health
from nesthaus.responses import JSON, encode, unavailable
from nesthaus.responses.documents import PROBLEMS, document_model
from nesthaus.stream.connection import StreamAway

_NOT_STORED = {"Cache-Control": "no-store"}

Report = Callable[[Pool, Question, Catalogue], Awaitable[object]]


class PopularQuery(FilterQuery):
    """Without a range: everything there is."""

    limit: int = Field(10, ge=1, le=500)


class MatrixQuery(FilterQuery):
    a: Text = Field(description="A category.")
    b: Text = Field(description="Another category.")


class PerformanceQuery(FilterQuery):
    metric: Text = Field(
        "api_response_time",
        max_length=100,
        description="Such as api_response_time, api_error, db_query_time, image_load_time, LCP.",
    )


class FlagQuery(FilterQuery):
    flag: Annotated[str, Field(pattern=KEY_PATTERN, description="Its key, such as web_vitals.")]


class LiveQuery(BaseModel):
    bots: Bots = Bots.EXCLUDE


def analytics_router(
    pool: Pool,
    catalogue: Catalogue,
    clock: Callable[[], datetime],
    answers: Answers,
    live: LiveView,
) -> APIRouter:
    """Everything here reads only; `pool` should be one that cannot write and has a time limit."""
    router = APIRouter(
        prefix=f"{ADMIN_PATH}/analytics", dependencies=[Depends(admitted)], tags=["Reports"]
    )

    async def answered(
        name: str,
        query: FilterQuery,
        make: Callable[[Question], Awaitable[object]],
        otherwise: Period | None = None,
    ) -> Response:
        """`otherwise`: the period where none is asked for."""
        question = question_of(query, clock(), catalogue, otherwise)
        # The period by its ends: what `7d` means changes at midnight.
        asked = f"{name} {question.period} {query.model_dump_json()}"
        return Response(
            await answers.answer(asked, lambda: make(question)),
            media_type=JSON,
            headers=_NOT_STORED,
        )

    def report(path: str, summary: str, model: type, tell: Report) -> None:
        @router.get(path, summary=summary, response_model=document_model(model), responses=PROBLEMS)
        async def _(query: Annotated[FilterQuery, Query()]) -> Response:
            return await answered(path, query, lambda asked: tell(pool, asked, catalogue))

    report("/overview", "Sessions, conversions and prices at a glance", Overview, overview)
    report("/selections", "What is chosen in each category", Selections, selections)
    report(
        "/price-distribution",
        "What the houses cost that visitors end up with",
        PriceDistribution,
        price_distribution,
    )
    report("/conversion-funnel", "How far visitors come", Funnel, conversion_funnel)
    report("/paths", "In which order visitors decide", Paths, paths)
    report("/insights", "What visitors hesitate over", Insights, insights)
    report("/tracking-health", "What was lost, doubled or refused", TrackingHealth, tracking_health)

    @router.get(
        "/popular-configs",
        summary="Whole configurations, the most frequent first",
        response_model=document_model(PopularConfigurations),
        responses=PROBLEMS,
    )
    async def popular_configs(query: Annotated[PopularQuery, Query()]) -> Response:
        return await answered(
            "popular-configs",
            query,
            lambda asked: most_popular(pool, asked, catalogue, query.limit),
            otherwise=ALL,
        )

    @router.get(
        "/option-matrix",
        summary="Options of one category against those of another",
        response_model=document_model(OptionMatrix),
        responses=PROBLEMS,
    )
    async def matrix(query: Annotated[MatrixQuery, Query()]) -> Response:
        return await answered(
            "option-matrix",
            query,
            lambda asked: option_matrix(pool, asked, catalogue, query.a, query.b),
        )

    @router.get(
        "/performance",
        summary="One metric over time",
        response_model=document_model(Performance),
        responses=PROBLEMS,
    )
    async def metric(query: Annotated[PerformanceQuery, Query()]) -> Response:
        return await answered(
            "performance",
            query,
            lambda asked: performance(pool, asked, catalogue, query.metric),
        )

    @router.get(
        "/flag-effect",
        summary="Sessions with a feature flag beside those without: loss, errors, response time",
        response_model=document_model(FlagEffect),
        responses=PROBLEMS,
    )
    async def effect(query: Annotated[FlagQuery, Query()]) -> Response:
        return await answered(
            "flag-effect",
            query,
            lambda asked: flag_effect(pool, asked, query.flag),
        )

    @router.get(
        "/real-time",
        summary="What happens right now",
        response_model=document_model(RealTime),
        responses=PROBLEMS,
    )
    async def real_time(query: Annotated[LiveQuery, Query()]) -> Response:
        try:
            seen = await live.look(query.bots)
        except StreamAway as error:
            raise unavailable("The live counters cannot be read at the moment.", 5) from error
        return Response(encode(seen), media_type=JSON, headers=_NOT_STORED)

    return router
