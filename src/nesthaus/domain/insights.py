"""What one session's timeline says about how it was decided."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from nesthaus.domain.events import Entry, Finalisation, Interaction, Outcome, Snapshot, Trigger
from nesthaus.domain.funnels import Progress, furthest_step
from nesthaus.domain.journeys import SELECTION, Step, Told


class CategoryTime(Struct, frozen=True):
    """`ms`: the dwell of the steps that carry the category; a snapshot carries the category of the
    step it follows, or else saving would cut short the time a visitor looked at his choice."""

    category: str
    ms: int


class ChangeOfMind(Struct, frozen=True, rename={"option": "from"}):
    """`option` was selected, then `via`, then `option` again."""

    category: str
    option: str
    via: str


class Insights(Struct, frozen=True, rename="camel"):
    """`last_step` is the furthest step of the funnel. Prices are those seen on the way, in whole
    euros; a total of 0, where nothing that costs was chosen yet, is none."""

    time_per_category: tuple[CategoryTime, ...]
    changes_of_mind: tuple[ChangeOfMind, ...]
    last_step: str
    first_price: int | None
    highest_price: int | None
    final_price: int | None


def insights(steps: Sequence[Step], events: Iterable[Told], required: Sequence[str]) -> Insights:
    """`steps` are the timeline of `events`; `required` the categories a house needs, in order."""
    prices = [step.price for step in steps if step.price]
    return Insights(
        time_per_category=_time_per_category(steps),
        changes_of_mind=_changes_of_mind(steps),
        last_step=furthest_step(required, progress_of(events)),
        first_price=prices[0] if prices else None,
        highest_price=max(prices, default=None),
        final_price=prices[-1] if prices else None,
    )


def _time_per_category(steps: Sequence[Step]) -> tuple[CategoryTime, ...]:
    """In the order in which the visitor came to them."""
    spent_ms: dict[str, int] = {}
    for step in steps:
        if step.category is not None:
            spent_ms[step.category] = spent_ms.get(step.category, 0) + (step.dwell_ms or 0)
    return tuple(CategoryTime(category, ms) for category, ms in spent_ms.items())


def _changes_of_mind(steps: Sequence[Step]) -> tuple[ChangeOfMind, ...]:
    """Every A → B → A among the options selected in a category, in the order of the return to A.
    What the page had chosen itself was not selected; nor was anything when a category was taken
    away."""
    returns: list[ChangeOfMind] = []
    options_of: dict[str, list[str]] = {}
    for step in steps:
        if step.kind != SELECTION or not step.category or not step.to:
            continue
        options = options_of.setdefault(step.category, [])
        if options[-1:] == [step.to]:
            continue
        if options[-2:-1] == [step.to]:
            returns.append(ChangeOfMind(step.category, step.to, via=options[-1]))
        options.append(step.to)
    return tuple(returns)


def progress_of(events: Iterable[Told]) -> Progress:
    named: set[str] = set()
    preset: set[str] = set()
    completed = order_attempted = converted = False
    for event in events:
        match event:
            case Interaction():
                if event.type == SELECTION and event.category and event.value:
                    named.add(event.category)
            case Snapshot():
                named.update(event.configuration)
                completed = completed or event.completion_percentage == 100
                order_attempted = order_attempted or event.trigger is Trigger.ORDER_ATTEMPT
            case Entry():
                preset.update(event.configuration or ())
            case Finalisation():
                converted = converted or event.outcome is Outcome.CONVERTED
    return Progress(named, preset, completed, order_attempted, converted)
