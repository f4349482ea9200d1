"""The way of a notice: recorded with the change it tells, sent until every channel has it.

An attempt is recorded before it begins. A process that dies between sending and noting so leaves
the notice due again later: it may come twice with the same id, but never not at all.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.alerts import Change, Phase, Rule, Watched
from nesthaus.upkeep.alerts.channels import SEND_WITHIN_S, Channel, send_to
from nesthaus.upkeep.alerts.words import Surroundings, body_of, title_of

GIVEN_UP_AFTER = timedelta(days=3)
_LONGEST_PAUSE_S = 600.0

_SQL = load_statements("nesthaus.upkeep.alerts", "alerts.sql")


class Notice(Struct, frozen=True):
    """`next_attempt_at` is None when it was told, or is not to be: silenced, or no channel."""

    id: UUID
    rule_id: str
    at: datetime
    state: Phase
    value: float | None
    title: str
    body: str
    attempts: int = 0
    next_attempt_at: datetime | None = None
    told_channels: list[str] = []
    notified_at: datetime | None = None
    error: str | None = None


class Teller(Struct, frozen=True):
    """What notices are written and sent with."""

    channels: Sequence[Channel]
    around: Surroundings

    def notice(self, watched: Watched, rule: Rule, change: Change) -> Notice:
        identifier = uuid4()
        return Notice(
            id=identifier,
            rule_id=watched.id,
            at=change.at,
            state=change.phase,
            value=change.value,
            title=title_of(watched, change.phase),
            body=body_of(watched, rule, change, self.around, str(identifier)),
            next_attempt_at=change.at if change.tell and self.channels else None,
        )

    async def send(self, notice: Notice, now: Callable[[], datetime]) -> Notice:
        """What to note of a notice whose attempt is recorded."""
        waiting = [each for each in self.channels if each.id not in notice.told_channels]
        is_bad = notice.state == Phase.FIRING  # a row has it as text
        deliveries = await send_to(waiting, notice.title, notice.body, is_bad=is_bad)
        told = [each.id for each, done in zip(waiting, deliveries, strict=True) if done.sent]
        errors = [f"{done.channel}: {done.error}" for done in deliveries if not done.sent]
        is_over = bool(errors) and now() - notice.at > GIVEN_UP_AFTER
        return msgspec.structs.replace(
            notice,
            told_channels=[*notice.told_channels, *told],
            error="; ".join(errors) or None,
            notified_at=None if errors else now(),
            next_attempt_at=now() + _pause(notice) if errors and not is_over else None,
        )


def begun(notice: Notice, at: datetime) -> Notice:
    """With its next attempt recorded: not before this one has certainly ended."""
    again = at + timedelta(seconds=SEND_WITHIN_S) + _pause(notice)
    return msgspec.structs.replace(notice, attempts=notice.attempts + 1, next_attempt_at=again)


def _pause(notice: Notice) -> timedelta:
    return timedelta(seconds=min(_LONGEST_PAUSE_S, 2.0 ** min(notice.attempts, 10)))


async def add_notice(connection: Connection, notice: Notice) -> None:
    """Once, however often."""
    await connection.execute(_SQL["add_notice"], msgspec.structs.asdict(notice))


async def send_due(pool: Pool, teller: Teller, now: Callable[[], datetime]) -> int:
    """How many were told. One process at a time may run it."""
    async with (
        pool.connection() as connection,
        connection.cursor(row_factory=class_row(Notice)) as cursor,
    ):
        await cursor.execute(_SQL["due"], {"now": now()})
        due = await cursor.fetchall()
    told = 0
    for notice in due:
        attempt = begun(notice, now())
        await _note_way(pool, attempt)
        sent = await teller.send(attempt, now)
        await _note_way(pool, sent)
        told += sent.notified_at is not None
    return told


async def _note_way(pool: Pool, notice: Notice) -> None:
    async with pool.connection() as connection:
        await connection.execute(_SQL["note_way"], msgspec.structs.asdict(notice))
