"""How far a session came: started, each required category, completed, ordered, converted."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class FunnelStep(StrEnum):
    """The steps every catalogue has; between the first two stand its required categories."""

    STARTED = "started"
    COMPLETED = "completed"
    ORDER_ATTEMPT = "order_attempt"
    CONVERTED = "converted"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a session shows of its way.

    `named`: the categories that a selection with a value, or a snapshot, names. `preset`: those
    of the configuration the page opened with, which nobody need have looked at.
    """

    named: Collection[str]
    preset: Collection[str]
    completed: bool
    order_attempted: bool
    converted: bool


def chosen_categories(required: Sequence[str], progress: Progress) -> frozenset[str]:
    """The required categories the visitor chose.

    What the page opened with counts as chosen once a later required category was named: the
    visitor went past it and left it as it was.
    """
    chosen: set[str] = set()
    went_past = False
    for category in reversed(required):
        is_named = category in progress.named
        if is_named or (went_past and category in progress.preset):
            chosen.add(category)
        went_past = went_past or is_named
    return frozenset(chosen)


def furthest_step(required: Sequence[str], progress: Progress) -> str:
    """The last step the session reached: it meets that one and every step before it."""
    if progress.converted:
        return FunnelStep.CONVERTED.value
    reached: str = FunnelStep.STARTED.value
    for step, is_met in _steps_met(required, progress):
        if not is_met:
            break
        reached = step
    return reached


def _steps_met(required: Sequence[str], progress: Progress) -> Iterator[tuple[str, bool]]:
    chosen = chosen_categories(required, progress)
    for category in required:
        yield category, category in chosen
    yield FunnelStep.COMPLETED.value, progress.completed
    yield FunnelStep.ORDER_ATTEMPT.value, progress.order_attempted


def steps_of(required: Sequence[str]) -> tuple[str, ...]:
    """All steps, in order."""
    return (
        FunnelStep.STARTED.value,
        *required,
        FunnelStep.COMPLETED.value,
        FunnelStep.ORDER_ATTEMPT.value,
        FunnelStep.CONVERTED.value,
    )
