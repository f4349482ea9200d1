"""The role that answers: tracking calls, admin API, pages."""

import asyncio
import contextlib
import gc
import logging
import mmap
import socket as sockets
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from time import time
from typing import Any

import uvicorn
from redis.asyncio import Redis
from starlette.types import ASGIApp

from nesthaus.access.parts import Access
from nesthaus.access.rate_limits import RateLimit
from nesthaus.catalogue.loader import load_catalogue
from nesthaus.db.pool import Pool
from nesthaus.domain.events import Delivery
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.domain.pricing import Catalogue
from nesthaus.ingest.refusal_counts import RefusalCounts
from nesthaus.responses.direct import DirectPaths
from nesthaus.roles.app import Api, build_app
from nesthaus.roles.clock import wall_clock
from nesthaus.roles.connections import Crowd, Patience, most_connections
from nesthaus.roles.direct_calls import behind_proxies, protocol_for
from nesthaus.roles.first_account import await_first_account
from nesthaus.roles.handover import HANDOVER_PATIENCE_S, LeavingApp, Server
from nesthaus.roles.measuring import last_words, look_again_and_again, look_at_process
from nesthaus.roles.media_store import media_store
from nesthaus.roles.runtime import (
    STOP_PATIENCE_S,
    access_for,
    kept_for,
    measures_for,
    pool_for,
    redis_for,
    stop_on_signals,
    teller_for,
)
from nesthaus.roles.servers import Servers
from nesthaus.settings import Settings
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.durable import DurableLog
from nesthaus.stream.ending import end
from nesthaus.stream.event_stream import EventStream
from nesthaus.stream.live import LiveCounters
from nesthaus.stream.measures import Measures
from nesthaus.stream.spool import Spool
from nesthaus.stream.totals import Totals
from nesthaus.upkeep.flags import FlagsInForce
from nesthaus.upkeep.price_lists import PublishedLists

REPORT_TIMEOUT_MS = 10_000
BACKGROUND_RETRY_S = 1.0
PRICE_LISTS_COPY = "price-lists.json"

log = logging.getLogger(__name__)


async def _again_and_again(work: Callable[[], Awaitable[None]]) -> None:
    """What is in the spool must not lie there until somebody starts the process again."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("work in the background failed; it begins again")
        await asyncio.sleep(BACKGROUND_RETRY_S)


@asynccontextmanager
async def _background(*work: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    """Each runs beside the body, again after a failure, and is cancelled with its end."""
    tasks = [asyncio.create_task(_again_and_again(each)) for each in work]
    try:
        yield
    finally:
        await end(*tasks)


@dataclass(frozen=True, slots=True)
class _Books:
    """What this process writes down while it answers, in front of the stream and of Valkey."""

    durable: DurableLog
    refusals: RefusalCounts
    live: LiveCounters
    totals: Totals
    measures: Measures

    def accepted(self, delivery: Delivery) -> None:
        self.live.delivered(delivery)
        self.totals.add(("accepted",), len(delivery.events))

    async def measure(self) -> None:
        """Until it is cancelled."""
        await self.measures.run(self.durable.append)

    def kept(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """What has to run beside the answering."""
        return self.durable.run, self.refusals.run, self.live.run, self.totals.run, self.measure

    async def close(self) -> None:
        """Nothing that was noted may be lost with the process."""
        await self.refusals.flush()
        await last_words(self.measures, self.durable.append)
        with contextlib.suppress(StreamAway):
            await self.live.flush()
            await self.totals.flush()
        await self.durable.close()


def _open_books(settings: Settings, redis: Redis, ids: Uuid7Source, measures: Measures) -> _Books:
    stream = EventStream(redis, settings.stream_shards, settings.stream_max_entries)
    durable = DurableLog(stream, Spool(settings.data / "spool", settings.spool_max_bytes))
    totals = measures.totals = Totals(redis, wall_clock)
    refusals = RefusalCounts(
        durable.append, ids, wall_clock, heard=lambda reason: totals.add(("refused", reason))
    )
    return _Books(durable, refusals, LiveCounters(redis, wall_clock, time), totals, measures)


async def serve(
    settings: Settings,
    servers: Servers,
    listening: sockets.socket,
    rate_table: mmap.mmap,
    *,
    handover: bool,
) -> None:
    """Answers until a signal; takes tracking calls also while PostgreSQL is away. `handover`: the
    socket goes on to another process, so nothing that comes at the end may be lost."""
    stop = stop_on_signals()
    ids = Uuid7Source()
    measures = measures_for(settings)
    async with (
        redis_for(settings, servers) as redis,
        access_for(settings, servers, redis, measures) as access,
        pool_for(
            settings,
            servers,
            "report",
            measures,
            read_only=True,
            statement_timeout_ms=REPORT_TIMEOUT_MS,
        ) as reports,
    ):
        books = _open_books(settings, redis, ids, measures)
        flags = FlagsInForce(access.pool)
        catalogue = load_catalogue(settings.timezone, settings.catalogue)
        published = PublishedLists(reports, catalogue, settings.data / PRICE_LISTS_COPY)
        await published.at_start()
        limit = RateLimit(settings.rate_limit_per_minute, rate_table)
        app, direct = build_app(
            _api(
                settings,
                books,
                redis=redis,
                catalogue=catalogue,
                access=access,
                reports=reports,
                flags=flags,
                ids=ids,
                rate_limit=limit,
            )
        )
        server = _server(settings, app, direct, handover=handover)
        # What is there now stays; looking through it again and again would cost pauses.
        gc.collect()
        gc.freeze()
        # A call leaves nothing in circles. With 700, the default, the calls under way were looked
        # through every few calls.
        gc.set_threshold(20_000)
        looking = partial(look_again_and_again, look_at_process(measures, "serve"))
        async with _background(*books.kept(), flags.run, published.run, looking):
            prepared = await_first_account(reports, access.accounts, settings, stop)
            await _serve_until(server, listening, stop, prepared)
        await books.close()


def _api(
    settings: Settings,
    books: _Books,
    *,
    redis: Redis,
    catalogue: Catalogue,
    access: Access,
    reports: Pool,
    flags: FlagsInForce,
    ids: Uuid7Source,
    rate_limit: RateLimit,
) -> Api:
    return Api(
        catalogue=catalogue,
        reports=reports,
        access=access,
        redis=redis,
        durable=books.durable,
        refusals=books.refusals,
        ids=ids,
        clock=wall_clock,
        rate_limit=rate_limit,
        limit_loopback=settings.rate_limit_loopback,
        allowed_origins=settings.allowed_origins,
        consent_default=settings.consent_default,
        tracker_path=settings.tracker_path,
        own_networks=settings.internal_ranges,
        keeps_addresses=settings.keeps_addresses,
        idle_after_s=settings.idle_after_s,
        aggregate_every_s=settings.aggregate_every_s,
        flags=flags,
        live=books.live,
        measures=books.measures,
        accepted=books.accepted,
        live_limits=settings.live_limits,
        kept=kept_for(settings, redis),
        backlog=Backlog(redis, settings.stream_shards),
        teller=teller_for(settings),
        media=media_store(settings),
    )


async def _serve_until(
    server: uvicorn.Server,
    listening: sockets.socket,
    stop: asyncio.Event,
    prepared: Coroutine[Any, Any, None],
) -> None:
    """Ends with the signal, or with the UnknownSchema that `prepared` found."""
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    checking = asyncio.create_task(prepared)
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({serving, stopped, checking}, return_when=asyncio.FIRST_COMPLETED)
        if not (checking.done() and checking.exception()):
            await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        await serving
        stopped.cancel()
        if not checking.done():
            checking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await checking


def _server(settings: Settings, app: ASGIApp, direct: DirectPaths, *, handover: bool) -> Server:
    leaving = LeavingApp(app) if handover else None
    if settings.trusted_proxies:
        direct = behind_proxies(direct, list(settings.trusted_proxies))
    crowd = Crowd(Patience(most_connections()), direct)
    config = uvicorn.Config(
        leaving or app,
        http=protocol_for(crowd),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies) or None,
        timeout_graceful_shutdown=HANDOVER_PATIENCE_S if handover else STOP_PATIENCE_S,
        timeout_keep_alive=75,
    )
    return Server(config, leaving, crowd)
