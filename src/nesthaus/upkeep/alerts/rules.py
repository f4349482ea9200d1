"""The rules in force: those of the code, and what an administrator changed of them."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct
from psycopg.rows import class_row

from nesthaus.access.audit import note
from nesthaus.db.pool import Connection, Pool
from nesthaus.db.queries import load_statements
from nesthaus.domain.alert_rules import WATCHED
from nesthaus.domain.alerts import Phase, Rule, State, Watched

HISTORY = 20

_SQL = load_statements("nesthaus.upkeep.alerts", "alerts.sql")
_BY_ID = {watched.id: watched for watched in WATCHED}


class UnknownAlert(Exception):
    """There is no rule of that name."""


class _StoredRule(Rule, frozen=True, kw_only=True):
    id: str


class AlertEvent(Struct, frozen=True, rename="camel"):
    """One change. `notified_at`: when every channel had it; `waits`: some have not yet, and `error`
    says why."""

    id: str
    at: datetime
    state: Phase
    value: float | None
    notified_at: datetime | None
    waits: bool
    error: str | None


class Alert(Struct, frozen=True, rename="camel"):
    """`value` is the last figure, of `count` measurements; `since`: of the state."""

    id: str
    metric: str
    statistic: str
    unit: str
    side: str
    threshold: float
    window_s: int
    min_count: int
    hold_s: int
    enabled: bool
    silenced_until: datetime | None
    default: Rule
    state: Phase
    since: datetime | None
    value: float | None
    count: int
    looked_at: datetime | None
    history: list[AlertEvent]


class AlertList(Struct, frozen=True, rename="camel"):
    """`channels` by names that tell no secret."""

    items: list[Alert]
    channels: list[str]
    as_of: datetime


def watched_of(identifier: str) -> Watched:
    """Raises UnknownAlert."""
    try:
        return _BY_ID[identifier]
    except KeyError:
        raise UnknownAlert(identifier) from None


async def rules_in_force(connection: Connection) -> Mapping[str, Rule]:
    """By id, all of them."""
    async with connection.cursor(row_factory=class_row(_StoredRule)) as cursor:
        await cursor.execute(_SQL["rules"])
        stored = {each.id: each for each in await cursor.fetchall()}
    return {
        watched.id: _plain(stored[watched.id]) if watched.id in stored else watched.default
        for watched in WATCHED
    }


async def stored_states(connection: Connection) -> dict[str, State]:
    """By id of the rule."""
    cursor = await connection.execute(_SQL["states"])
    return {
        rule_id: State(Phase(phase), since, Phase(told), turning_since, value, count, looked_at)
        async for rule_id, phase, since, told, turning_since, value, count, looked_at in cursor
    }


async def store_state(connection: Connection, identifier: str, state: State) -> None:
    row = {field: getattr(state, field) for field in State.__struct_fields__}
    await connection.execute(_SQL["set_state"], row | {"rule_id": identifier})


async def lock_states(connection: Connection) -> None:
    await connection.execute(_SQL["lock_states"])


async def set_rule(
    pool: Pool, identifier: str, changed: dict[str, object], by: str, at: datetime
) -> None:
    """`changed` are fields of Rule; the others stay. Told in the audit log. Raises UnknownAlert."""
    watched = watched_of(identifier)
    async with pool.connection() as connection:
        await connection.execute(_SQL["lock_rules"])
        before = (await rules_in_force(connection))[identifier]
        after = msgspec.structs.replace(before, **changed)
        row = msgspec.structs.asdict(after) | {
            "id": identifier,
            "metric": watched.metric,
            "statistic": watched.statistic,
        }
        await connection.execute(_SQL["set_rule"], row)
        detail = {"was": _told(before), "now": _told(after)}
        await note(connection, by, "set alert", identifier, detail, at=at)


async def alert_list(pool: Pool, channels: list[str], since: datetime, now: datetime) -> AlertList:
    """Those that fire first. With the changes since `since`, the last HISTORY of each rule."""
    async with pool.connection() as connection:
        rules = await rules_in_force(connection)
        states = await stored_states(connection)
        history = await _history(connection, since)
    items = [
        _alert(watched, rules[watched.id], states.get(watched.id), history.get(watched.id, []))
        for watched in WATCHED
    ]
    items.sort(key=lambda item: item.state is not Phase.FIRING)
    return AlertList(items, channels, now)


async def _history(connection: Connection, since: datetime) -> dict[str, list[AlertEvent]]:
    found: dict[str, list[AlertEvent]] = {}
    cursor = await connection.execute(_SQL["history"], {"since": since, "most": HISTORY})
    async for rule_id, identifier, at, state, value, notified_at, waits, error in cursor:
        event = AlertEvent(str(identifier), at, Phase(state), value, notified_at, waits, error)
        found.setdefault(rule_id, []).append(event)
    return found


def _alert(watched: Watched, rule: Rule, state: State | None, history: list[AlertEvent]) -> Alert:
    return Alert(
        id=watched.id,
        metric=watched.metric,
        statistic=watched.statistic,
        unit=watched.unit,
        side=watched.side.value,
        threshold=rule.threshold,
        window_s=rule.window_s,
        min_count=rule.min_count,
        hold_s=rule.hold_s,
        enabled=rule.enabled,
        silenced_until=rule.silenced_until,
        default=watched.default,
        state=Phase.QUIET if state is None else state.phase,
        since=None if state is None else state.since,
        value=None if state is None else state.value,
        count=0 if state is None else state.count,
        looked_at=None if state is None else state.looked_at,
        history=history,
    )


def _plain(stored: _StoredRule) -> Rule:
    return Rule(**{field: getattr(stored, field) for field in Rule.__struct_fields__})


def _told(rule: Rule) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(rule)
    return told
