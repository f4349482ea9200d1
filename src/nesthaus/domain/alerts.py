"""When an alert begins and when it ends. The figure, the time and the ids come from outside."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct


class Phase(StrEnum):
    QUIET = "quiet"
    FIRING = "firing"


class Side(StrEnum):
    """On which side of its threshold a figure is bad."""

    ABOVE = "above"
    BELOW = "below"


class Rule(Struct, frozen=True, rename="camel"):
    """What an administrator may change. A figure is taken over `window_s`, says nothing where fewer
    than `min_count` were counted for it, and must stay bad, or good again, for `hold_s`."""

    threshold: float
    window_s: int
    min_count: int
    hold_s: int
    enabled: bool = True
    silenced_until: datetime | None = None

    @property
    def looked_at_every(self) -> timedelta:
        """Once in a window, and every five minutes where that is long."""
        return timedelta(seconds=min(self.window_s, 300))

    def is_silenced(self, at: datetime) -> bool:
        return self.silenced_until is not None and at < self.silenced_until


class Watched(Struct, frozen=True):
    """A rule of ours: its figure, in `unit`, and how it stands where nobody changed it."""

    id: str
    metric: str
    statistic: str
    unit: str
    side: Side
    default: Rule


class Reading(Struct, frozen=True):
    """`value` is None where there is nothing to count; `count`: over how many."""

    value: float | None
    count: int = 0


class State(Struct, frozen=True, rename="camel"):
    """`turning_since`: since when the figure says otherwise than `phase`. `told`: what was told
    last. `value` and `count` are those of the last reading."""

    phase: Phase
    since: datetime
    told: Phase = Phase.QUIET
    turning_since: datetime | None = None
    value: float | None = None
    count: int = 0
    looked_at: datetime | None = None


class Change(Struct, frozen=True):
    """Of the phase, or of what may be told: after a silence the same phase comes a second time.
    `tell`: it is for the channels."""

    at: datetime
    phase: Phase
    since: datetime
    value: float | None
    count: int
    tell: bool


def at_first(at: datetime) -> State:
    return State(Phase.QUIET, at)


def is_bad(watched: Watched, rule: Rule, reading: Reading) -> bool:
    if reading.value is None or reading.count < rule.min_count:
        return False
    if watched.side is Side.ABOVE:
        return reading.value > rule.threshold
    return reading.value < rule.threshold


def advance(
    watched: Watched, rule: Rule, state: State, reading: Reading | None, at: datetime
) -> tuple[State, Change | None]:
    """The state after a look at the figure, and the change, if it is one. A `reading` of None says
    that the figure could not be had: nothing turns. A rule that is switched off is quiet at once.
    """
    phase, turning_since = _turned(watched, rule, state, reading, at)
    is_new = phase is not state.phase
    tell = not rule.is_silenced(at) and phase is not state.told
    after = State(
        phase=phase,
        since=at if is_new else state.since,
        told=phase if tell else state.told,
        turning_since=turning_since,
        value=state.value if reading is None else reading.value,
        count=state.count if reading is None else reading.count,
        looked_at=state.looked_at if reading is None else at,
    )
    if not is_new and not tell:
        return after, None
    return after, Change(at, phase, after.since, after.value, after.count, tell)


def _turned(
    watched: Watched, rule: Rule, state: State, reading: Reading | None, at: datetime
) -> tuple[Phase, datetime | None]:
    if not rule.enabled:
        return Phase.QUIET, None
    if reading is None:
        return state.phase, state.turning_since
    wanted = Phase.FIRING if is_bad(watched, rule, reading) else Phase.QUIET
    if wanted is state.phase:
        return state.phase, None
    turning_since = state.turning_since or at
    if at - turning_since >= timedelta(seconds=rule.hold_s):
        return wanted, None
    return state.phase, turning_since
