"""The web application: tracking routes, admin routes, pages, one OpenAPI document over all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from redis.asyncio import Redis
from starlette.types import ASGIApp

from nesthaus.access.rate_limits import RateLimit
from nesthaus.access.rights import AdminGate
from nesthaus.access.tokens import Tokens
from nesthaus.db.pool import Pool
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.domain.pricing import Catalogue
from nesthaus.ingest.admission import Admission
from nesthaus.ingest.facts import Facts
from nesthaus.ingest.openapi import tracking_document
from nesthaus.ingest.prices import Prices
from nesthaus.ingest.refusal_counts import RefusalCounts
from nesthaus.ingest.routes import in_front, tracking_routes
from nesthaus.ingest.tracking import Tracking
from nesthaus.pages import page_routes
from nesthaus.report.readiness import readiness_router
from nesthaus.report.routes import admin_router
from nesthaus.responses import answer_problems
from nesthaus.stream.durable import DurableLog


@dataclass(frozen=True, slots=True)
class Api:
    """What the application is built from."""

    catalogue: Catalogue
    reports: Pool
    tokens: Tokens
    redis: Redis
    durable: DurableLog
    refusals: RefusalCounts
    ids: Uuid7Source
    clock: Callable[[], datetime]
    rate_limit: RateLimit
    limit_loopback: bool
    allowed_origins: tuple[str, ...]
    consent_default: str


def build_app(api: Api) -> ASGIApp:
    app = FastAPI(
        title="nesthaus",
        summary="What visitors of a product configurator configure, abandon and buy.",
        version=version("nesthaus"),
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    answer_problems(app)
    tracking = Tracking(
        facts=Facts(api.catalogue, api.ids),
        append=api.durable.append,
        refusals=api.refusals,
        role_of=api.tokens.role_of,
        consent_default=api.consent_default,
    )
    admission = Admission(api.clock, api.rate_limit, api.limit_loopback)
    prices = Prices(api.catalogue, api.clock)
    endpoints = tracking_routes(tracking, prices, admission, api.refusals, api.allowed_origins)
    app.include_router(admin_router(api.reports, api.catalogue, api.clock))
    app.add_middleware(AdminGate, role_of=api.tokens.role_of)
    app.include_router(readiness_router(api.reports, api.redis, api.tokens.role_of))
    app.router.routes.extend(page_routes())
    _document(app)
    return in_front(endpoints, app)


def _document(app: FastAPI) -> None:
    """Adds the tracking routes, which FastAPI does not know, to its OpenAPI document."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = original()
            paths, schemas = tracking_document()
            document["paths"] = {**paths, **document["paths"]}
            components = document.setdefault("components", {})
            components.setdefault("schemas", {}).update(schemas)
            bearer = {"type": "http", "scheme": "bearer"}
            components.setdefault("securitySchemes", {}).setdefault("bearer", bearer)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi
