"""The web application: tracking routes, admin routes, pages, one OpenAPI document over all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from random import randrange
from typing import Any

from fastapi import APIRouter, FastAPI
from redis.asyncio import Redis
from starlette.types import ASGIApp

from nesthaus.access.addresses import Networks
from nesthaus.access.login_routes import login_router
from nesthaus.access.parts import Access
from nesthaus.access.rate_limits import RateLimit
from nesthaus.access.rights import AdminGate
from nesthaus.access.routes import access_router
from nesthaus.db.pool import Pool
from nesthaus.domain.events import Delivery
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.domain.live_limits import LiveLimits
from nesthaus.domain.pricing import Catalogue
from nesthaus.ingest.admission import Admission
from nesthaus.ingest.facts import Facts
from nesthaus.ingest.load import Load
from nesthaus.ingest.openapi import tracking_document
from nesthaus.ingest.prices import Prices
from nesthaus.ingest.receipts import ReceiptTimes
from nesthaus.ingest.refusal_counts import RefusalCounts
from nesthaus.ingest.routes import Endpoint, Storing, in_front, tracking_routes
from nesthaus.ingest.tracking import Tracking
from nesthaus.pages import TRACKER_PATH, page_routes
from nesthaus.persist.erasing import Erasing, Kept
from nesthaus.persist.routes import dead_letter_router
from nesthaus.persist.session_data import Data
from nesthaus.persist.session_routes import session_router
from nesthaus.persist.store import Rules
from nesthaus.report.analytics_routes import analytics_router
from nesthaus.report.answers import Answers
from nesthaus.report.export_routes import export_router
from nesthaus.report.operations_routes import operations_router
from nesthaus.report.prometheus import prometheus_router
from nesthaus.report.readiness import knowing, readiness_router
from nesthaus.report.real_time import LiveView
from nesthaus.report.routes import admin_router
from nesthaus.report.turns import in_turn
from nesthaus.responses import answer_problems
from nesthaus.responses.direct import DirectPaths
from nesthaus.responses.safe_headers import with_safe_headers
from nesthaus.roles.measured import Measured
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.durable import DurableLog
from nesthaus.stream.live import LiveCounters
from nesthaus.stream.measures import Measures
from nesthaus.upkeep.alerts.notices import Teller
from nesthaus.upkeep.alerts.routes import alert_router
from nesthaus.upkeep.flag_routes import flag_router
from nesthaus.upkeep.flags import FlagsInForce
from nesthaus.upkeep.media.routes import media_router
from nesthaus.upkeep.media.store import MediaStore


@dataclass(frozen=True, slots=True)
class Api:
    """What the application is built from.

    `reports` only reads and limits each statement; `access.pool` writes what an admin changes.
    """

    catalogue: Catalogue
    reports: Pool
    access: Access
    redis: Redis
    durable: DurableLog
    refusals: RefusalCounts
    ids: Uuid7Source
    clock: Callable[[], datetime]
    rate_limit: RateLimit
    limit_loopback: bool
    allowed_origins: tuple[str, ...]
    consent_default: str
    idle_after_s: int
    aggregate_every_s: int
    flags: FlagsInForce
    live: LiveCounters
    measures: Measures
    accepted: Callable[[Delivery], None]
    live_limits: LiveLimits
    kept: Kept
    backlog: Backlog
    teller: Teller
    media: MediaStore | None = None
    """None where no folder of Drive is set."""
    tracker_path: str = TRACKER_PATH
    own_networks: Networks = ()
    keeps_addresses: bool = True


def build_app(api: Api) -> tuple[ASGIApp, DirectPaths]:
    """The application, and those of its calls that can be answered without a task."""
    admin = with_safe_headers(in_turn(documented_app(api)))
    endpoints = _tracking_endpoints(api)  # which say by themselves what is safe
    app = Measured(in_front(endpoints, admin), api.live.request, api.measures, endpoints)
    direct = {
        path.encode(): app.direct(endpoint.begin)
        for path, endpoint in endpoints.items()
        if endpoint.is_direct
    }
    return app, direct


def documented_app(api: Api) -> FastAPI:
    """Everything but tracking, which its OpenAPI document describes all the same."""
    app = FastAPI(
        title="nesthaus",
        summary="What visitors of a product configurator configure, abandon and buy.",
        version=version("nesthaus"),
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    answer_problems(app)
    for router in _routers(api):
        app.include_router(router)
    app.add_middleware(AdminGate, tokens=api.access.tokens, logins=api.access.logins)
    app.router.routes.extend(page_routes(api.tracker_path))
    _document(app)
    return app


def _routers(api: Api) -> tuple[APIRouter, ...]:
    """Everything but tracking calls and pages."""
    rules = Rules(timedelta(seconds=api.idle_after_s), api.catalogue.zone)
    may_know = knowing(api.access.tokens.role_of)
    return (
        login_router(api.access, api.catalogue.zone),
        access_router(api.access),
        admin_router(api.reports, api.kept.archive, api.catalogue, api.clock),
        analytics_router(
            api.reports,
            api.catalogue,
            api.clock,
            Answers(api.redis, api.live.looked_up, kept_s=api.aggregate_every_s),
            LiveView(api.reports, api.redis, api.backlog, api.clock, api.live_limits),
        ),
        export_router(api.reports, api.catalogue, api.clock),
        operations_router(api.reports, api.redis, api.catalogue, api.clock),
        dead_letter_router(api.access.pool, api.durable.append, api.clock),
        session_router(
            Data(api.reports, api.kept),
            Erasing(api.access.pool, api.kept, api.clock, rules),
            api.clock,
        ),
        flag_router(api.access.pool, api.clock),
        alert_router(api.access.pool, api.teller, api.clock),
        media_router(api.access.pool, api.reports, api.clock, api.media),
        readiness_router(api.reports, api.redis, may_know),
        prometheus_router(api.reports, api.redis, api.backlog, api.clock, may_know),
    )


def _tracking_endpoints(api: Api) -> dict[str, Endpoint]:
    tracking = Tracking(
        facts=Facts(api.catalogue, api.ids, api.measures.priced),
        refusals=api.refusals,
        role_of=api.access.tokens.role_of,
        consent_default=api.consent_default,
        idle_after_s=api.idle_after_s,
        flags_of=api.flags.of,
    )
    receipts = ReceiptTimes(api.clock, phase_us=randrange(1_000))  # noqa: S311 - no secret
    admission = Admission(
        receipts,
        api.rate_limit,
        api.limit_loopback,
        Load(),
        own=api.own_networks,
        keeps_addresses=api.keeps_addresses,
    )
    prices = Prices(api.catalogue, api.clock, api.measures.priced)
    storing = Storing(admission, api.durable, api.accepted)
    return tracking_routes(tracking, prices, storing, api.refusals, api.allowed_origins)


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
