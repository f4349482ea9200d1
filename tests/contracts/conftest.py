"""The whole application over real servers, as `serve` builds it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from nesthaus.access.parts import Access, access_over
from nesthaus.access.rate_limits import RateLimit, new_table
from nesthaus.archive.sessions import Archive
from nesthaus.db.pool import Pool
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.ingest.refusal_counts import RefusalCounts
from nesthaus.persist.erasing import Kept
from nesthaus.roles.app import Api, build_app
from nesthaus.settings import load_settings
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.connection import connect
from nesthaus.stream.durable import DurableLog
from nesthaus.stream.event_stream import EventStream
from nesthaus.stream.live import LiveCounters
from nesthaus.stream.spool import Spool
from nesthaus.upkeep.alerts.notices import Teller
from nesthaus.upkeep.alerts.words import Surroundings
from nesthaus.upkeep.flags import FlagsInForce
from tests.clocks import SettableClock, measures_by
from tests.prices import CATALOGUE


@pytest.fixture
async def access(db: Pool, redis_url: str, clock: SettableClock) -> AsyncIterator[Access]:
    redis = connect(redis_url, 0)
    access = access_over(db, redis, clock)
    yield access
    await access.close()
    await redis.aclose()


@pytest.fixture
async def flags(db: Pool) -> FlagsInForce:
    return FlagsInForce(db)


@pytest.fixture
def teller() -> Teller:
    return Teller((), Surroundings(CATALOGUE.zone, None))


@pytest.fixture
async def app(
    db: Pool,
    redis_url: str,
    tmp_path: Path,
    access: Access,
    flags: FlagsInForce,
    *,
    teller: Teller,
) -> AsyncIterator[ASGIApp]:
    redis = connect(redis_url, 0)
    durable = DurableLog(EventStream(redis, 1, 1000), Spool(tmp_path / "spool"))
    ids = Uuid7Source()
    app, _ = build_app(
        Api(
            catalogue=CATALOGUE,
            reports=db,
            access=access,
            redis=redis,
            durable=durable,
            refusals=RefusalCounts(durable.append, ids, access.clock),
            ids=ids,
            clock=access.clock,
            rate_limit=RateLimit(0, new_table()),
            limit_loopback=False,
            allowed_origins=("*",),
            idle_after_s=1_800,
            aggregate_every_s=60,
            consent_default="all",
            flags=flags,
            live=LiveCounters(redis, access.clock),
            measures=measures_by(access.clock),
            accepted=lambda _delivery: None,
            live_limits=load_settings({}).live_limits,
            kept=Kept(
                redis,
                1,
                tmp_path / "spool",
                lambda _tombstones: None,
                Archive((tmp_path / "archive").as_uri(), tmp_path / "archiving"),
            ),
            backlog=Backlog(redis, 1),
            teller=teller,
        )
    )
    yield app
    await durable.close()
    await redis.aclose()


@pytest.fixture
async def client(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        yield client
