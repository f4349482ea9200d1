"""The whole product in one process on real servers, under a clock of the test's own.

Calls come in over ASGI, go through the stream and the worker into the tables; the periodic jobs run
when a test says so; answers are asked over ASGI by a viewer.
"""

import csv
import json
import re
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from io import StringIO
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import httpx
import psycopg
from redis.asyncio import Redis

from nesthaus.access.actors import Role
from nesthaus.access.parts import access_over
from nesthaus.access.rate_limits import RateLimit, new_table
from nesthaus.aggregate.marked import count_marked
from nesthaus.aggregate.weeks import add_up_weeks
from nesthaus.archive.sessions import Archive
from nesthaus.db.pool import Pool, open_pool
from nesthaus.domain.identifiers import Uuid7Source
from nesthaus.ingest.refusal_counts import RefusalCounts
from nesthaus.persist.announcer import Announcer
from nesthaus.persist.erasing import Kept
from nesthaus.persist.erasure import erase_sessions
from nesthaus.persist.idle import close_idle_sessions
from nesthaus.persist.judging import Judged, Judging, Span
from nesthaus.persist.worker import Worker
from nesthaus.roles.app import Api, build_app
from nesthaus.settings import load_settings
from nesthaus.stream.backlog import Backlog
from nesthaus.stream.connection import connect
from nesthaus.stream.durable import DurableLog
from nesthaus.stream.event_stream import EventStream
from nesthaus.stream.generations import Generations
from nesthaus.stream.live import LiveCounters
from nesthaus.stream.reader import StreamReader
from nesthaus.stream.spool import Spool
from nesthaus.stream.worker_states import publish_worker_state
from nesthaus.upkeep.alerts.notices import Teller
from nesthaus.upkeep.alerts.words import Surroundings
from nesthaus.upkeep.flags import FlagsInForce
from tests.clocks import SettableClock, measures_by
from tests.oracle.calls import TRACKER, Call
from tests.oracle.ranges import Question, hour_of
from tests.oracle.sessions import Session
from tests.persist.conftest import RULES
from tests.persist.workers import HURRY, running, unfinished
from tests.prices import CATALOGUE
from tests.waiting import bounded, eventually

ZONE = ZoneInfo("Europe/Vienna")
LONGEST_S = 120.0


@dataclass
class Product:
    database_url: str
    pool: Pool
    redis: Redis
    clock: SettableClock
    refusals: RefusalCounts
    client: httpx.AsyncClient
    tracker_token: str
    viewer_token: str

    async def receive(self, calls: Iterable[Call]) -> None:
        """Each at its time; the refusals of a call are told before the clock moves on."""
        for call in calls:
            async with self._lasting(f"{call}"):
                self.clock.set(call.received_at)
                headers = dict(call.headers)
                if headers.get("authorization") == TRACKER:
                    headers["authorization"] = f"Bearer {self.tracker_token}"
                answer = await self.client.post(call.path, json=dict(call.body), headers=headers)
                assert answer.status_code in (201, 202, 400), answer.text
                await self.refusals.flush()

    def _lasting(self, what: str) -> AbstractAsyncContextManager[None]:
        """Nothing here may go on for ever; where it does, it is told what the database does."""
        return bounded(lambda: f"{what}\n{_activity(self.database_url)}", LONGEST_S)

    async def count(self, now: datetime) -> None:
        """Everything is stored, the idle sessions are closed, the figures counted, as of `now`."""
        self.clock.set(now)
        worker = Worker(
            StreamReader(self.redis, shards=1, consumer="one"),
            self.pool,
            clock=self.clock,
            rules=RULES,
            announcer=Announcer(
                "one",
                self.clock,
                partial(publish_worker_state, self.redis, valid_s=60),
                every_s=0.05,
            ),
            pace=replace(HURRY),
        )
        async with self._lasting("storing"), running(worker):
            await eventually(self._is_stored)
        async with self._lasting("counting"):
            # Of what was counted before: weeks that change are told from their days after it.
            await add_up_weeks(self.pool, CATALOGUE, now)
            await close_idle_sessions(self.pool, now, RULES)
            announce = Generations(self.redis).figures_changed
            await count_marked(self.pool, CATALOGUE, self.clock, announce)

    async def _is_stored(self) -> bool:
        return await unfinished(self.redis) == 0

    async def erase(self, session_id: str) -> None:
        async with self._lasting("erasing"), self.pool.connection() as connection:
            whole = f"^{re.escape(session_id)}$"
            assert await erase_sessions(connection, whole, self.clock(), RULES, lambda _: None) == 1

    async def misjudge(self, sessions: Sequence[Session]) -> None:
        """People count as bots and bots as people, as by a list of crawlers of long ago."""
        async with self._lasting("misjudging"), self.pool.connection() as connection:
            for session in sessions:
                reason = None if session.is_bot else "crawler: of long ago"
                await connection.execute(
                    "update user_sessions set bot_reason = %s where session_id = %s",
                    (reason, session.session_id),
                )
                await connection.execute(
                    "insert into recount_marks (session_id, hour) values (%s, %s)",
                    (session.session_id, hour_of(session.start)),
                )

    async def judge_again(self) -> int:
        """How many turned out to be something else."""
        judged = Judged()
        async with self._lasting("judging"):
            await Judging(self.pool, Span(), ZONE, self.clock, judged).run(lambda _: None)
        return judged.became_bots + judged.became_persons

    async def read(self, path: str, question: Question) -> str:
        rights = {"authorization": f"Bearer {self.viewer_token}"}
        async with self._lasting(f"{path} {dict(question)}"):
            answer = await self.client.get(path, params=dict(question), headers=rights)
        assert answer.status_code == 200, f"{path} {dict(question)}: {answer.text}"
        return answer.text

    async def ask(self, path: str, question: Question) -> Mapping[str, object]:
        return json.loads(await self.read(path, question))

    async def exported(self, name: str, kind: str, question: Question) -> list[object]:
        """The rows of a file: as JSON has them, or as texts where the file is CSV."""
        text = await self.read(f"/api/admin/export/{name}.{kind}", question)
        if kind == "csv":
            return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
        if kind == "ndjson":
            return [json.loads(line) for line in text.splitlines()]
        return json.loads(text)["items"]

    async def ask_all(self, path: str, question: Question) -> list[object]:
        """The rows of all pages of a list."""
        rows: list[object] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self.ask(path, {**question, "limit": "50", **cursor})
            rows += cast("list[object]", page["items"])
            if page["nextCursor"] is None:
                return rows
            cursor = {"cursor": str(page["nextCursor"])}


@asynccontextmanager
async def product_on(database_url: str, redis_url: str, folder: Path) -> AsyncGenerator[Product]:
    clock = SettableClock()
    async with AsyncExitStack() as closing:
        redis = connect(redis_url, 0)
        closing.push_async_callback(redis.aclose)
        pool = await open_pool(
            database_url,
            2,
            10,
            # So that a statement that does not end is named.
            statement_timeout_ms=round(LONGEST_S / 2 * 1_000),
            application_name="oracle",
        )
        closing.push_async_callback(pool.close)
        reports = await open_pool(
            database_url,
            2,
            10,
            read_only=True,
            statement_timeout_ms=10_000,
            application_name="oracle-reports",
        )
        closing.push_async_callback(reports.close)
        stream = EventStream(redis, 1, 1_000_000, clock=clock)
        durable = DurableLog(stream, Spool(folder / "spool"))
        closing.push_async_callback(durable.close)
        ids = Uuid7Source()
        refusals = RefusalCounts(durable.append, ids, clock)
        access = access_over(pool, redis, clock)
        closing.push_async_callback(access.close)
        api = Api(
            catalogue=CATALOGUE,
            reports=reports,
            access=access,
            redis=redis,
            durable=durable,
            refusals=refusals,
            ids=ids,
            clock=clock,
            rate_limit=RateLimit(0, new_table()),
            limit_loopback=False,
            allowed_origins=("*",),
            consent_default="all",
            idle_after_s=int(RULES.idle_after.total_seconds()),
            aggregate_every_s=60,
            flags=FlagsInForce(pool),
            live=LiveCounters(redis, clock),
            measures=measures_by(clock),
            accepted=lambda _delivery: None,
            live_limits=load_settings({}).live_limits,
            kept=Kept(
                redis,
                1,
                folder / "spool",
                lambda _tombstones: None,
                Archive((folder / "archive").as_uri(), folder / "archiving"),
            ),
            backlog=Backlog(redis, 1),
            teller=Teller((), Surroundings(CATALOGUE.zone, None)),
        )
        app, _ = build_app(api)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api")
        closing.push_async_callback(client.aclose)
        del client.headers["user-agent"]
        tracker = (await access.tokens.create("tracker", Role.TRACKER)).token
        viewer = (await access.tokens.create("viewer", Role.VIEWER)).token
        yield Product(database_url, pool, redis, clock, refusals, client, tracker, viewer)


def _activity(database_url: str) -> str:
    """What is under way in the database, by session."""
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        rows = connection.execute(
            "select pid, state, wait_event, now() - query_start, query from pg_stat_activity"
            " where datname = current_database()"
        )
        return "\n".join(str(row) for row in rows.fetchall())
