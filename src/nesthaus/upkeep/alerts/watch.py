"""Holds every figure against its rule, but for those that are watched beside the database.

A state and the notice of its change are written in one transaction: a process that dies leaves
both or neither.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from nesthaus.db.pool import Connection, Pool
from nesthaus.domain.alert_rules import BESIDE, WATCHED
from nesthaus.domain.alerts import Phase, Reading, Rule, State, Watched, advance, at_first
from nesthaus.upkeep.alerts.notices import Teller, add_notice
from nesthaus.upkeep.alerts.rules import lock_states, rules_in_force, store_state, stored_states
from nesthaus.upkeep.alerts.sensors import Outside, of_the_tables


class AlertWatch:
    """Looks at whatever is due."""

    def __init__(
        self, pool: Pool, outside: Outside, teller: Teller, clock: Callable[[], datetime]
    ) -> None:
        self._pool = pool
        self._outside = outside
        self._teller = teller
        self._clock = clock

    async def look(self) -> str:
        outside = await self._outside.readings()
        looked, changed = 0, 0
        async with self._pool.connection() as connection:
            await lock_states(connection)
            at = self._clock()
            rules, states = await rules_in_force(connection), await stored_states(connection)
            for watched in WATCHED:
                rule, state = rules[watched.id], states.get(watched.id) or at_first(at)
                if watched not in BESIDE and _is_due(rule, state, at):
                    reading = await self._reading(connection, watched, rule, outside=outside, at=at)
                    after, change = advance(watched, rule, state, reading, at)
                    await store_state(connection, watched.id, after)
                    if change is not None:
                        notice = self._teller.notice(watched, rule, change)
                        await add_notice(connection, notice)
                        changed += 1
                    looked += 1
        return f"{looked} rules looked at, {changed} changed"

    async def _reading(
        self,
        connection: Connection,
        watched: Watched,
        rule: Rule,
        *,
        outside: Mapping[str, Reading | None],
        at: datetime,
    ) -> Reading | None:
        if not rule.enabled:
            return None
        if watched.metric in outside:
            return outside[watched.metric]
        zone = self._teller.around.zone
        return await of_the_tables(connection, watched, rule, zone, at)


def _is_due(rule: Rule, state: State, at: datetime) -> bool:
    """While it turns at every look, so that it need not wait a window longer than it must hold."""
    is_turning = state.turning_since is not None
    is_untold = state.told is not state.phase
    is_switched_off = not rule.enabled and state.phase is Phase.FIRING
    if state.looked_at is None or is_turning or is_untold or is_switched_off:
        return True
    return at - state.looked_at >= rule.looked_at_every
