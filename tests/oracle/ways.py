"""A session's way: the step of the funnel it reached, its path, its decisions, its changes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

from nesthaus.domain.configurations import Choice, with_selection
from nesthaus.domain.pricing import Catalogue, Unpriceable, price
from tests.oracle.facts import Configuration, Interaction
from tests.oracle.sessions import Session

LONGEST_GAP = timedelta(minutes=5)


def steps_of(required: Sequence[str]) -> list[str]:
    return ["started", *required, "completed", "order_attempt", "converted"]


def furthest_step(session: Session, required: Sequence[str]) -> str:
    """The last step reached: each that is met together with every one before it."""
    if session.converted:
        return "converted"
    met = {"started"} | _chosen_categories(session, required)
    if any(snapshot.completion == 100 for snapshot in session.snapshots):
        met.add("completed")
    if any(snapshot.trigger == "order_attempt" for snapshot in session.snapshots):
        met.add("order_attempt")
    reached = "started"
    for step in steps_of(required):
        if step not in met:
            break
        reached = step
    return reached


def _chosen_categories(session: Session, required: Sequence[str]) -> set[str]:
    named = {each.category for each in session.selections if each.value is not None}
    named |= {category for snapshot in session.snapshots for category in snapshot.options}
    chosen = set(named)
    created_with: Configuration = session.created_with[1] if session.created_with else {}
    for place, category in enumerate(required):
        if category in created_with and named & set(required[place + 1 :]):
            chosen.add(category)
    return chosen & set(required)


def links_of(session: Session) -> list[tuple[str, str]]:
    categories = [each.category for each in session.selections]
    links = [(source, target) for source, target in pairwise(categories) if source != target]
    if categories:
        links.append((categories[-1], "converted" if session.converted else "end"))
    return links


def order_of(session: Session) -> tuple[str, ...]:
    """Categories by their first selection."""
    return tuple(dict.fromkeys(each.category for each in session.selections))


def decision_times_ms(session: Session) -> dict[str, int]:
    """Per category: its first stay, from the beginning of the stay just before."""
    stays = [
        (category, list(selections))
        for category, selections in groupby(session.selections, key=lambda each: each.category)
    ]
    found: dict[str, int] = {}
    since = session.start
    for category, selections in stays:
        if category not in found:
            spent = selections[-1].at - since - _long_gaps(session, since, selections[-1].at)
            found[category] = spent // timedelta(milliseconds=1)
        since = selections[0].at
    return found


def _long_gaps(session: Session, since: datetime, until: datetime) -> timedelta:
    """Between two interactions each, those of more than five minutes, whole."""
    times = [each.at for each in session.interactions if since <= each.at <= until]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return sum((gap for gap in gaps if gap > LONGEST_GAP), timedelta())


def configuration_at(session: Session, moment: datetime) -> Configuration:
    """The latest snapshot until then, or what `create` showed, and later selections over it."""
    saved = [each for each in session.snapshots if each.at <= moment]
    base: Configuration = {}
    if saved:
        begun, base = saved[-1].at, saved[-1].configuration
    elif session.created_with is not None and session.created_with[0] <= moment:
        begun, base = session.created_with
    else:
        begun, base = datetime.min.replace(tzinfo=UTC), _previous_values(session)
    for each in session.selections:
        if begun < each.at <= moment:
            base = with_selection(
                base, each.category, each.value, each.quantity, each.square_meters
            )
    return base


def _previous_values(session: Session) -> Configuration:
    """That of each category's first selection."""
    first: dict[str, Interaction] = {}
    for each in session.selections:
        first.setdefault(each.category, each)
    return {
        category: Choice(value=each.previous_value)
        for category, each in first.items()
        if each.previous_value is not None
    }


def final_options(session: Session, catalogue: Catalogue) -> Mapping[str, str]:
    """The configuration at the session's last moment: category -> option."""
    prices = catalogue.in_force_at(session.last_activity)
    final = configuration_at(session, session.last_activity)
    return {
        category: choice.value
        if isinstance(choice.value, str)
        else prices.only_option(category) or ""
        for category, choice in final.items()
    }


def price_at(session: Session, moment: datetime, catalogue: Catalogue) -> int | None:
    """Of the configuration at that moment, by the list of that moment."""
    prices = catalogue.in_force_at(moment)
    try:
        return price(configuration_at(session, moment), prices).total_price_eur
    except Unpriceable:
        return None


def selected_options(session: Session) -> set[tuple[str, str]]:
    return {(each.category, each.value) for each in session.selections if each.value is not None}


def returned_options(session: Session) -> set[tuple[str, str]]:
    """Those A of a category that were selected, then a B, then A again."""
    selected: dict[str, list[str]] = {}
    for each in session.selections:
        if each.value is not None:
            selected.setdefault(each.category, []).append(each.value)
    found: set[tuple[str, str]] = set()
    for category, values in selected.items():
        options = [option for option, _ in groupby(values)]
        found |= {
            (category, option)
            for option, again in zip(options, options[2:], strict=False)
            if option == again
        }
    return found
