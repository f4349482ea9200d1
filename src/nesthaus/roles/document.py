"""The OpenAPI document without a server: for those who generate a client from it."""

from typing import Any

from psycopg_pool import AsyncConnectionPool

from nesthaus.access.parts import access_over
from nesthaus.access.rate_limits import RateLimit, new_table
from nesthaus.catalogue import load_catalogue
from nesthaus.db.pool import Connection, Pool
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.ingest.refusal_counts import RefusalCounts
from nesthaus.roles.app import Api, documented_app
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.runtime import kept_for
from nesthaus.settings import Settings
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.connection import connect
from nesthaus.stream.durable import DurableLog
from nesthaus.stream.event_stream import EventStream
from nesthaus.stream.live import LiveCounters
from nesthaus.stream.measures import Measures
from nesthaus.stream.spool import Spool
from nesthaus.upkeep.alerts.notices import Teller
from nesthaus.upkeep.alerts.words import Surroundings
from nesthaus.upkeep.flags import FlagsInForce

_NEVER_ASKED = "redis://localhost"


async def document(settings: Settings) -> dict[str, Any]:
    """OpenAPI 3.1 of all routes, as GET /api/openapi.json answers it."""
    redis = connect(_NEVER_ASKED, 0)
    nowhere: Pool = AsyncConnectionPool[Connection](open=False)
    access = access_over(nowhere, redis, wall_clock)
    durable = DurableLog(EventStream(redis, 1, 1), Spool(None))
    ids = Uuid7Source()
    app = documented_app(
        Api(
            catalogue=load_catalogue(settings.timezone, settings.catalogue),
            reports=nowhere,
            access=access,
            redis=redis,
            durable=durable,
            refusals=RefusalCounts(durable.append, ids, wall_clock),
            ids=ids,
            clock=wall_clock,
            rate_limit=RateLimit(0, new_table()),
            limit_loopback=False,
            allowed_origins=(),
            consent_default=settings.consent_default,
            idle_after_s=settings.idle_after_s,
            aggregate_every_s=settings.aggregate_every_s,
            flags=FlagsInForce(nowhere),
            live=LiveCounters(redis, wall_clock),
            measures=Measures(Uuid7Source(), wall_clock),
            accepted=lambda _delivery: None,
            live_limits=settings.live_limits,
            kept=kept_for(settings, redis),
            backlog=Backlog(redis, 1),
            teller=Teller((), Surroundings(settings.timezone, None)),
            tracker_path=settings.tracker_path,
        )
    )
    await access.close()
    await redis.aclose()
    return app.openapi()
