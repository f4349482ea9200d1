"""When does an alert begin, when does it end, and what is told of it?"""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nesthaus.domain.alert_rules import WATCHED
from nesthaus.domain.alerts import (
    Change,
    Phase,
    Reading,
    Rule,
    Side,
    State,
    Watched,
    advance,
    at_first,
    is_bad,
)

START = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
RULE = Rule(threshold=100, window_s=10, min_count=0, hold_s=30)
SLOW = Watched("slow", "time", "average", "ms", Side.ABOVE, RULE)
FEW = Watched("few", "visits", "count", "", Side.BELOW, RULE)
STEP_S = 10


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def run(
    values: list[float | None], rule: Rule = RULE, state: State | None = None, since_s: float = 0
) -> tuple[State, list[Change]]:
    """One look every ten seconds; None is a look that could not be had."""
    state, changes = state or at_first(START), list[Change]()
    for number, value in enumerate(values):
        reading = None if value is None else Reading(value)
        state, change = advance(SLOW, rule, state, reading, at(since_s + number * STEP_S))
        if change is not None:
            changes.append(change)
    return state, changes


def test_a_figure_that_is_bad_for_the_whole_hold_fires_once() -> None:
    _, changes = run([200, 200, 200])
    assert changes == []
    state, changes = run([200] * 10)
    assert [(change.phase, change.at, change.tell) for change in changes] == [
        (Phase.FIRING, at(30), True)
    ]
    assert state.told is Phase.FIRING


def test_one_good_look_begins_the_hold_anew() -> None:
    _, changes = run([200, 200, 200, 50, 200, 200, 200])
    assert changes == []


def test_it_ends_as_slowly_as_it_began() -> None:
    _, changes = run([200, 200, 200, 200, 50, 50, 200, 50, 50, 50, 50])
    assert [(change.phase, change.at) for change in changes] == [
        (Phase.FIRING, at(30)),
        (Phase.QUIET, at(100)),
    ]


def test_without_a_hold_the_first_look_decides() -> None:
    _, changes = run([200, 50, 200], Rule(100, 10, 0, 0))
    assert [change.phase for change in changes] == [Phase.FIRING, Phase.QUIET, Phase.FIRING]


def test_exactly_the_threshold_is_good() -> None:
    assert not is_bad(SLOW, RULE, Reading(100))
    assert is_bad(SLOW, RULE, Reading(100.1))
    assert not is_bad(FEW, RULE, Reading(100))
    assert is_bad(FEW, RULE, Reading(99.9))


def test_too_few_measurements_say_nothing() -> None:
    rule = Rule(100, 10, 5, 0)
    assert not is_bad(SLOW, rule, Reading(200, 4))
    assert is_bad(SLOW, rule, Reading(200, 5))
    assert not is_bad(SLOW, rule, Reading(None, 5))


def test_a_silenced_rule_changes_and_tells_nothing_until_the_silence_ends() -> None:
    silenced = Rule(100, 10, 0, 0, silenced_until=at(25))
    _, changes = run([50, 200, 200, 200, 200], silenced)
    assert [(change.at, change.phase, change.tell) for change in changes] == [
        (at(10), Phase.FIRING, False),
        (at(30), Phase.FIRING, True),
    ]
    assert changes[1].since == at(10)


def test_what_began_and_ended_in_a_silence_is_never_told() -> None:
    silenced = Rule(100, 10, 0, 0, silenced_until=at(25))
    _, changes = run([200, 200, 50, 50, 50], silenced)
    assert [change.tell for change in changes] == [False, False]


def test_an_end_within_a_silence_is_told_after_it() -> None:
    state, _ = run([200], Rule(100, 10, 0, 0))
    silenced = Rule(100, 10, 0, 0, silenced_until=at(35))
    _, changes = run([50, 50, 50, 50], silenced, state, since_s=10)
    assert [(change.at, change.phase, change.tell) for change in changes] == [
        (at(10), Phase.QUIET, False),
        (at(40), Phase.QUIET, True),
    ]


def test_a_rule_that_is_switched_off_ends_at_once() -> None:
    state, _ = run([200], Rule(100, 10, 0, 0))
    state, changes = run([200], Rule(100, 10, 0, 0, enabled=False), state, since_s=10)
    assert [change.phase for change in changes] == [Phase.QUIET]
    assert run([200] * 9, Rule(100, 10, 0, 0, enabled=False), state, since_s=20)[1] == []


VALUES = st.lists(st.sampled_from([50.0, 200.0, None]), max_size=60)


@given(VALUES, st.sampled_from([0, 10, 30]))
def test_what_is_told_alternates_and_begins_with_firing(
    values: list[float | None], hold_s: int
) -> None:
    _, changes = run(values, Rule(100, 10, 0, hold_s))
    told = [change.phase for change in changes]
    assert told == [Phase.FIRING, Phase.QUIET] * (len(told) // 2) + [Phase.FIRING] * (len(told) % 2)


@given(VALUES, st.sampled_from([0, 10, 30]))
def test_nothing_changes_that_did_not_hold(values: list[float | None], hold_s: int) -> None:
    """All looks that were had within the hold before a change say what it says."""
    _, changes = run(values, Rule(100, 10, 0, hold_s))
    for change in changes:
        last = round((change.at - START).total_seconds() / STEP_S)
        held = values[last - hold_s // STEP_S : last + 1]
        wanted = 200.0 if change.phase is Phase.FIRING else 50.0
        assert {value for value in held if value is not None} == {wanted}


@given(VALUES, st.integers(0, 600))
def test_after_a_silence_what_was_told_last_is_what_is(
    values: list[float | None], silence_s: int
) -> None:
    rule = Rule(100, 10, 0, 20, silenced_until=at(silence_s))
    state, changes = run([*values, 50.0], rule)
    told = [change for change in changes if change.tell]
    assert all(change.at >= at(silence_s) for change in told)
    if len(values) * STEP_S >= silence_s:
        assert (told[-1].phase if told else Phase.QUIET) is state.phase


def test_the_plans_two_rules_are_as_the_plan_has_them() -> None:
    by_id = {watched.id: watched for watched in WATCHED}
    slow, errors = by_id["response_time"], by_id["error_rate"]
    assert (slow.default.threshold, slow.default.looked_at_every) == (1_000, timedelta(minutes=1))
    assert (errors.default.threshold, errors.default.looked_at_every) == (5, timedelta(minutes=5))
    assert len(by_id) == len(WATCHED)
