"""Judges again who is a bot: for when the list of crawlers, or what a burst is, has changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from psycopg.errors import DeadlockDetected
from psycopg.rows import class_row, scalar_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.periods import start_of_hour
from nesthaus.domain.visitors import BURST, BURST_ABOVE, program_behind
from nesthaus.persist import bursts
from nesthaus.persist.rows import columns

_SQL = load_statements("nesthaus.persist", "judging.sql")
STEP = 1_000
"""Sessions looked at in one transaction; what it locks are those whose reason changes."""
_MOST_TRIES = 10

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)

Told = Callable[[int], None]
Place = tuple[str, datetime]
"""Id and start of a session: where it stands in the order of their beginnings."""


@dataclass(frozen=True, slots=True)
class Span:
    """Sessions with `since` <= start < `until`."""

    since: datetime = _EARLIEST
    until: datetime = _LATEST


@dataclass(slots=True)
class Judged:
    """What is committed, in sessions.

    `renamed` are bots for another reason than before. `closed` lie in months whose figures can no
    longer be counted: they were left as they are.
    """

    looked_at: int = 0
    became_bots: int = 0
    became_persons: int = 0
    renamed: int = 0
    closed: int = 0
    closed_months: set[date] = field(default_factory=set[date])


@dataclass(frozen=True, slots=True)
class _Suspect:
    session_id: str
    start_time: datetime
    user_agent: str | None
    total_interactions: int
    bot_reason: str | None


@dataclass(frozen=True, slots=True)
class _Change:
    before: _Suspect
    bot_reason: str | None


async def count_sessions(connection: Connection, span: Span) -> int:
    """How many will be looked at."""
    parameters = {"since": span.since, "until": span.until}
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["count_sessions"], parameters)
        counted = await cursor.fetchone()
    return counted or 0


@dataclass(frozen=True, slots=True)
class Judging:
    """Of one span. Hours and months are cut in `zone`; `judged` grows with every step."""

    pool: Pool
    span: Span
    zone: ZoneInfo
    clock: Callable[[], datetime]
    judged: Judged

    async def run(self, told: Told) -> None:
        """`told` gets the number of sessions of each step.

        Each step is a transaction: to be broken off and begun again at will, workers may run. A
        session whose reason changes is locked before it is judged, as a worker locks it: whoever
        comes second sees what the first one did.
        """
        last: Place = ("", self.span.since)
        while page := await self._step_again_after_deadlocks(last):
            last = (page[-1].session_id, page[-1].start_time)
            told(len(page))

    async def _step_again_after_deadlocks(self, last: Place) -> Sequence[_Suspect]:
        for tries in range(1, _MOST_TRIES + 1):
            try:
                async with self.pool.connection() as connection:
                    return await self._step(connection, last)
            except DeadlockDetected:
                if tries == _MOST_TRIES:
                    raise
        raise AssertionError("the last try returns or raises")

    async def _step(self, connection: Connection, last: Place) -> Sequence[_Suspect]:
        async with connection.transaction():
            page = await _page(connection, last, self.span.until)
            closed = await _closed_months(connection)
            months = [_month(each, self.zone) for each in page]
            open_ones = [
                each for each, month in zip(page, months, strict=True) if month not in closed
            ]
            suspects = [change.before for change in await _changes(connection, open_ones)]
            changes = await _changes(connection, await _lock(connection, suspects))
            await _write(connection, changes, self.zone, self.clock())
        self.judged.looked_at += len(page)
        self.judged.closed += len(page) - len(open_ones)
        self.judged.closed_months |= closed.intersection(months)
        _note(self.judged, changes)
        return page


async def _page(connection: Connection, last: Place, until: datetime) -> list[_Suspect]:
    parameters = {
        "session_id": last[0],
        "start_time": last[1],
        "until": until,
        "limit": STEP,
    }
    async with connection.cursor(row_factory=class_row(_Suspect)) as cursor:
        await cursor.execute(_SQL["next_sessions"], parameters)
        return await cursor.fetchall()


async def _closed_months(connection: Connection) -> set[date]:
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SQL["closed_months"])
        return set(await cursor.fetchall())


def _month(session: _Suspect, zone: ZoneInfo) -> date:
    return session.start_time.astimezone(zone).date().replace(day=1)


async def _changes(connection: Connection, sessions: Sequence[_Suspect]) -> list[_Change]:
    """Of these sessions those whose reason is another now."""
    programs = {each.session_id: program_behind(each.user_agent) for each in sessions}
    busy = [
        (each.session_id, each.start_time)
        for each in sessions
        if programs[each.session_id] is None and each.total_interactions > BURST_ABOVE
    ]
    burst = await bursts.among(connection, busy)
    reasons = {
        session_id: program or (BURST if session_id in burst else None)
        for session_id, program in programs.items()
    }
    return [
        _Change(each, reasons[each.session_id])
        for each in sessions
        if reasons[each.session_id] != each.bot_reason
    ]


async def _lock(connection: Connection, sessions: Sequence[_Suspect]) -> list[_Suspect]:
    """As they are now that nobody else changes them; without those erased meanwhile.

    One by one in the order in which a worker locks: one statement would take them in any order.
    """
    names = [{"session_id": name} for name in sorted(each.session_id for each in sessions)]
    locked: list[_Suspect] = []
    if names:
        async with connection.cursor(row_factory=class_row(_Suspect)) as cursor:
            await cursor.executemany(_SQL["lock_session"], names, returning=True)
            async for results in cursor.results():
                locked += await results.fetchall()
    return locked


async def _write(
    connection: Connection, changes: Sequence[_Change], zone: ZoneInfo, now: datetime
) -> None:
    if not changes:
        return
    rows = [
        {"session_id": each.before.session_id, "bot_reason": each.bot_reason, "now": now}
        for each in changes
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(_SQL["set_reason"], rows)
    marks = [
        (each.before.session_id, start_of_hour(each.before.start_time, zone)) for each in changes
    ]
    await connection.execute(_SQL["insert_marks"], columns(marks, ("session_id", "hour")))


def _note(judged: Judged, changes: Sequence[_Change]) -> None:
    for each in changes:
        if each.before.bot_reason is None:
            judged.became_bots += 1
        elif each.bot_reason is None:
            judged.became_persons += 1
        else:
            judged.renamed += 1
