"""The role that answers: tracking calls, admin API, pages."""

import asyncio
import contextlib
import gc
import logging
import mmap
import socket as sockets
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from nesthaus.access.rate_limits import RateLimit
from nesthaus.catalogue.loader import load_catalogue
from nesthaus.domain.events import Delivery
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.ingest.refusal_counts import RefusalCounts
from nesthaus.roles.app import Api, build_app
from nesthaus.roles.first_account import await_first_account
from nesthaus.roles.handover import HANDOVER_PATIENCE_S, LeavingApp, Server
from nesthaus.roles.measuring import last_words, look_again_and_again, look_at_process
from nesthaus.roles.runtime import (
    STOP_PATIENCE_S,
    Servers,
    access_for,
    pool_for,
    redis_for,
    stop_on_signals,
    wall_clock,
)
from nesthaus.settings import Settings
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.durable import DurableLog
from nesthaus.stream.ending import end
from nesthaus.stream.event_stream import EventStream
from nesthaus.stream.live import LiveCounters
from nesthaus.stream.measures import Measures
from nesthaus.stream.reader import StreamReader
from nesthaus.stream.spool import Spool
from nesthaus.stream.totals import Totals
from nesthaus.upkeep.alert_words import Surroundings
from nesthaus.upkeep.flags import FlagsInForce
from nesthaus.upkeep.notices import Teller

REPORT_TIMEOUT_MS = 10_000
BACKGROUND_RETRY_S = 1.0

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
    catalogue = load_catalogue(settings.timezone, settings.catalogue)
    spool = Spool(settings.data / "spool", settings.spool_max_bytes)
    measures = Measures(ids, wall_clock)
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
        stream = EventStream(redis, settings.stream_shards, settings.stream_max_entries)
        durable = DurableLog(stream, spool)
        totals = measures.totals = Totals(redis, wall_clock)
        refusals = RefusalCounts(
            durable.append, ids, wall_clock, heard=lambda reason: totals.add(("refused", reason))
        )
        live = LiveCounters(redis, wall_clock)

        def accepted(delivery: Delivery) -> None:
            live.delivered(delivery)
            totals.add(("accepted",), len(delivery.events))

        flags = FlagsInForce(access.pool)
        app = build_app(
            Api(
                catalogue=catalogue,
                reports=reports,
                access=access,
                redis=redis,
                durable=durable,
                refusals=refusals,
                ids=ids,
                clock=wall_clock,
                rate_limit=RateLimit(settings.rate_limit_per_minute, rate_table),
                limit_loopback=settings.rate_limit_loopback,
                allowed_origins=settings.allowed_origins,
                consent_default=settings.consent_default,
                tracker_path=settings.tracker_path,
                idle_after_s=settings.idle_after_s,
                flags=flags,
                live=live,
                measures=measures,
                accepted=accepted,
                live_limits=settings.live_limits,
                # Looks only; a consumer exists once it has read.
                reader=StreamReader(redis, settings.stream_shards, consumer="report"),
                teller=Teller(
                    settings.alert_channels, Surroundings(settings.timezone, settings.public_url)
                ),
            )
        )
        server = _server(settings, app, handover=handover)
        # What is there now stays; looking through it again and again would cost pauses.
        gc.collect()
        gc.freeze()
        looking = partial(look_again_and_again, look_at_process(measures, "serve"))
        sending = partial(measures.run, durable.append)
        beside = (durable.run, refusals.run, live.run, flags.run, totals.run, sending, looking)
        async with _background(*beside):
            prepared = await_first_account(reports, access.accounts, settings, stop)
            await _serve_until(server, listening, stop, prepared)
        await refusals.flush()
        await last_words(measures, durable.append)
        with contextlib.suppress(StreamAway):
            await live.flush()
            await totals.flush()
        await durable.close()


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


def _server(settings: Settings, app: ASGIApp, *, handover: bool) -> Server:
    leaving = LeavingApp(app) if handover else None
    config = uvicorn.Config(
        leaving or app,
        http="httptools",
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
    return Server(config, leaving)
