"""What happens right now, added up by all API processes in Valkey once a second.

A hash per minute holds `{second}:{name}` -> number, a sorted set the latest activity of each
session, a list the latest interactions. A process that is killed takes a second of it along.
"""

import asyncio
import contextlib
import json
import math
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from nesthaus.domain.events import Delivery, Interaction
from nesthaus.stream.connection import StreamAway
from nesthaus.stream.erased_names import erased_names

ACTIVE_FOR = timedelta(minutes=5)
"""A session is active so long after its last activity; rates of requests are over as long."""

EVENTS_OVER_S = 60
RECENT = 50

# One tag, so that what is written together lies on one node of a cluster.
_SECONDS = "nest:{live}:seconds:"
SESSIONS_KEY = "nest:{live}:sessions"
RECENT_KEY = "nest:{live}:recent"
_KEPT_S = 600
# While Valkey is away this process remembers no more sessions than these.
_MOST_SESSIONS = 100_000

Clicked = tuple[str, Interaction]
"""An interaction, with the session it belongs to."""

Numbers = defaultdict[int, defaultdict[str, float]]
"""By second and name: a name alone is found in half the time of a pair."""


@dataclass(frozen=True, slots=True)
class Now:
    """`requests`, their `errors` and times, and look-ups of the report cache over ACTIVE_FOR;
    `interactions` over EVENTS_OVER_S. `active` are session ids; `recent` the latest first."""

    requests: int
    errors: int
    duration_ms: float
    hits: int
    lookups: int
    interactions: int
    active: list[str]
    recent: list[dict[str, Any]]


def _no_numbers() -> Numbers:
    return defaultdict(lambda: defaultdict(float))


class LiveCounters:
    """Notes cost a microsecond; `flush` sends what has come together since the last one."""

    def __init__(
        self,
        redis: Redis,
        clock: Callable[[], datetime],
        seconds: Callable[[], float] | None = None,
    ) -> None:
        """`seconds` since the epoch pass as the times of `clock` do; to make a time of them takes
        as long as all else that is noted of a call."""
        self._redis = redis
        self._clock = clock
        self._seconds = seconds or (lambda: clock().timestamp())
        self._numbers = _no_numbers()
        self._sessions: dict[str, datetime] = {}
        self._recent: deque[Clicked] = deque(maxlen=RECENT)

    def request(self, status: int, duration_ms: float) -> None:
        numbers = self._numbers[int(self._seconds())]
        numbers["requests"] += 1
        numbers["duration_ms"] += duration_ms
        if status >= 500:
            numbers["errors"] += 1

    def looked_up(self, hit: bool) -> None:
        numbers = self._numbers[int(self._seconds())]
        numbers["lookups"] += 1
        if hit:
            numbers["hits"] += 1

    def delivered(self, delivery: Delivery) -> None:
        """What a tracking call brought, once it is durable."""
        session_id = delivery.session_id
        if session_id is None:
            return
        events, interactions = delivery.events, 0
        for event in events:
            if isinstance(event, Interaction):
                interactions += 1
                # Most of them are pushed out by later ones before anybody asks, so they are kept
                # as they are: written out here they took a sixth of a call.
                self._recent.append((session_id, event))
        if interactions:
            self._numbers[int(self._seconds())]["interactions"] += interactions
        latest = events[0].at if len(events) == 1 else max(event.at for event in events)
        sessions = self._sessions
        before = sessions.get(session_id)
        if before is None:
            if len(sessions) < _MOST_SESSIONS:
                sessions[session_id] = latest
        elif latest > before:
            sessions[session_id] = latest

    async def run(self) -> None:
        """Flushes once a second, also while Valkey is away, which others say."""
        while True:
            await asyncio.sleep(1.0)
            with contextlib.suppress(StreamAway):
                await self.flush()

    async def flush(self) -> None:
        """Raises StreamAway; what was noted is kept for the next time."""
        numbers, self._numbers = self._numbers, _no_numbers()
        sessions, self._sessions = self._sessions, {}
        recent, self._recent = self._recent, deque(maxlen=RECENT)
        if not (numbers or sessions or recent):
            return
        try:
            await self._send(numbers, sessions, recent)
        except (RedisError, OSError) as error:
            self._keep(numbers, sessions, recent)
            raise StreamAway(f"the live counters cannot be kept: {error}") from error

    async def _send(
        self,
        numbers: Numbers,
        sessions: dict[str, datetime],
        recent: Iterable[Clicked],
    ) -> None:
        # All or nothing: a part sent twice would count twice.
        async with self._redis.pipeline(transaction=True) as pipe:
            if sessions:
                erased = await erased_names(pipe, sessions)
                sessions = {name: at for name, at in sessions.items() if name not in erased}
                recent = [each for each in recent if each[0] not in erased]
                pipe.multi()
            for second, counted in numbers.items():
                key = f"{_SECONDS}{second // 60}"
                for name, number in counted.items():
                    pipe.hincrbyfloat(key, f"{second}:{name}", number)
                pipe.expire(key, _KEPT_S)
            self._tell(pipe, sessions, [_told(*each) for each in recent])
            await pipe.execute()

    def _tell(self, pipe: Pipeline, sessions: dict[str, datetime], latest: list[bytes]) -> None:
        if sessions:
            scores = {name: at.timestamp() for name, at in sessions.items()}
            pipe.zadd(SESSIONS_KEY, scores, gt=True)
            forgotten = (self._clock() - 2 * ACTIVE_FOR).timestamp()
            pipe.zremrangebyscore(SESSIONS_KEY, "-inf", forgotten)
        if latest:
            pipe.lpush(RECENT_KEY, *latest)
            pipe.ltrim(RECENT_KEY, 0, RECENT - 1)
            pipe.expire(RECENT_KEY, _KEPT_S)

    def _keep(
        self,
        numbers: Numbers,
        sessions: dict[str, datetime],
        recent: Iterable[Clicked],
    ) -> None:
        # What is older than the longest window is of no use any more.
        oldest = self._clock() - ACTIVE_FOR
        for second, counted in numbers.items():
            if second >= oldest.timestamp():
                for name, number in counted.items():
                    self._numbers[second][name] += number
        for session_id, at in sessions.items():
            if at >= oldest and len(self._sessions) < _MOST_SESSIONS:
                self._sessions[session_id] = max(at, self._sessions.get(session_id, at))
        self._recent = deque([*recent, *self._recent], maxlen=RECENT)


async def live_now(redis: Redis, now: datetime) -> Now:
    """Raises StreamAway."""
    until = math.floor(now.timestamp())
    since = until - int(ACTIVE_FOR.total_seconds())
    pipe = redis.pipeline(transaction=False)
    for minute in range(since // 60, until // 60 + 1):
        pipe.hgetall(f"{_SECONDS}{minute}")
    active_since = (now - ACTIVE_FOR).timestamp()
    pipe.zrangebyscore(SESSIONS_KEY, active_since, "+inf")  # pyright: ignore[reportUnknownMemberType]
    pipe.lrange(RECENT_KEY, 0, RECENT - 1)
    try:
        *minutes, active, recent = await pipe.execute()
    except (RedisError, OSError) as error:
        raise StreamAway(f"the live counters cannot be read: {error}") from error
    sums: dict[str, float] = defaultdict(float)
    for fields in minutes:
        _add(sums, fields, since, until)
    return Now(
        requests=round(sums["requests"]),
        errors=round(sums["errors"]),
        duration_ms=sums["duration_ms"],
        hits=round(sums["hits"]),
        lookups=round(sums["lookups"]),
        interactions=round(sums["interactions"]),
        active=[session_id.decode() for session_id in active],
        recent=[json.loads(told) for told in recent],
    )


def _add(sums: dict[str, float], fields: dict[bytes, bytes], since: int, until: int) -> None:
    """The seconds after `since`; of interactions only the last EVENTS_OVER_S."""
    for field, number in fields.items():
        second, name = field.decode().split(":")
        least = until - EVENTS_OVER_S if name == "interactions" else since
        if int(second) > least:
            sums[name] += float(number)


def _told(session_id: str, event: Interaction) -> bytes:
    return json.dumps(
        {
            "at": event.at.isoformat().replace("+00:00", "Z"),
            "sessionId": session_id,
            "type": event.type,
            "category": event.category,
            "value": event.value,
        }
    ).encode()
