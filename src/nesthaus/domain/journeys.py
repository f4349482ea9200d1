"""A session told step by step: what stood on the page after each event, and what it cost."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import msgspec
from msgspec import Struct

from nesthaus.domain.configurations import (
    MAX_CATEGORIES,
    Choice,
    Configuration,
    canonical_form,
    with_selection,
)
from nesthaus.domain.events import Entry, Finalisation, Interaction, Snapshot
from nesthaus.domain.pricing import Catalogue, PriceList, Unpriceable, price
from nesthaus.domain.step_labels import chosen_option, label_of

SELECTION = "selection"

_MILLISECOND = timedelta(milliseconds=1)

Told = Entry | Interaction | Snapshot | Finalisation
Canonical = Mapping[str, object]


class Change(Struct, frozen=True, gc=False, rename={"before": "from", "after": "to"}):
    """One category's choice before and after, in canonical form; None: not chosen."""

    before: object
    after: object


class Step(Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """One step of a timeline, with what is true right after it.

    `kind` is `start`, an interaction's type, `snapshot`, `abandoned` or `converted`. `category` of
    a snapshot is that of the step it follows: a tracker saves what was just chosen. `price` is in
    whole euros by the list in force at `at`; None where it cannot be priced. `price_delta` is None
    where it or the price before is; `dwell_ms` is None for the last step.
    """

    id: UUID | None
    at: datetime
    kind: str
    label: str
    category: str | None
    from_: str | None = msgspec.field(name="from")
    to: str | None
    trigger: str | None
    price: int | None
    price_delta: int | None
    dwell_ms: int | None
    configuration: Canonical
    changed: Mapping[str, Change]


class Moment(Struct, frozen=True, gc=False):
    """An event and the configuration right after it."""

    event: Told
    configuration: Configuration


class _Offer(Struct, frozen=True):
    """A configuration as one price list reads it."""

    price_list: PriceList
    canonical: Canonical
    price: int | None


class _Turn(Struct, frozen=True):
    """What an event did between two offers."""

    label: str
    was: str | None
    becomes: str | None
    price_delta: int | None
    changed: Mapping[str, Change]


def in_order(events: Iterable[Told]) -> list[Told]:
    """By time, then `sequence`, then id. Within one millisecond the page's opening comes first,
    and what has no sequence, as a snapshot, after what has one: it saves what was just chosen."""
    return sorted(events, key=_place)


def _place(event: Told) -> tuple[datetime, float, int]:
    sequence = math.inf
    if isinstance(event, Entry):
        sequence = -math.inf
    elif isinstance(event, Interaction) and event.sequence is not None:
        sequence = event.sequence
    return event.at, sequence, event.id.int


def moments(events: Iterable[Told]) -> Iterator[Moment]:
    """The configuration at each event, in order.

    It is the latest snapshot, or what the page opened with where none was saved yet, with every
    later selection laid over it. Before either, it is the selections alone, begun with the
    previous value of each category's first selection. Like one that is sent, it never has more than
    MAX_CATEGORIES: what is selected in others then is not laid over it.
    """
    ordered = in_order(events)
    configuration = _presumed_start(ordered)
    is_saved = False
    for event in ordered:
        if isinstance(event, Snapshot):
            is_saved = True
            # A tracker saves what was just selected: the same object spares reading it again.
            if event.configuration != configuration:
                configuration = event.configuration
        elif isinstance(event, Entry):
            if event.configuration is not None and not is_saved:
                configuration = event.configuration
        elif (
            isinstance(event, Interaction)
            and event.type == SELECTION
            and event.category
            and _has_room(configuration, event.category)
        ):
            configuration = with_selection(
                configuration, event.category, event.value, event.quantity, event.square_meters
            )
        yield Moment(event, configuration)


def _presumed_start(ordered: Sequence[Told]) -> Configuration:
    first: dict[str, str | None] = {}
    for event in ordered:
        if isinstance(event, Interaction) and event.type == SELECTION and event.category:
            if len(first) == MAX_CATEGORIES:
                break
            first.setdefault(event.category, event.previous_value)
    return {category: Choice(value) for category, value in first.items() if value}


def _has_room(chosen: Collection[str], category: str) -> bool:
    return len(chosen) < MAX_CATEGORIES or category in chosen


def timeline(
    started_at: datetime,
    events: Sequence[Told],
    catalogue: Catalogue,
    over: Collection[UUID] = frozenset(),
) -> list[Step]:
    """Every event as a step; where no entry is among them, the session's start is the first.

    `over` names the events that came when the session was long over, as a conversion may: they are
    not priced again, since nobody looked at the page then.
    """
    passed = list(moments(_with_start(started_at, events)))
    dwells = [
        (later.event.at - moment.event.at) // _MILLISECOND for moment, later in pairwise(passed)
    ]
    offer_of, turn_of = _reader(catalogue), _comparer()
    steps: list[Step] = []
    before: _Offer | None = None
    for moment, dwell_ms in zip(passed, [*dwells, None], strict=True):
        now = before if before and moment.event.id in over else offer_of(moment)
        previous = steps[-1] if steps else None
        turn = turn_of(moment.event, before, now)
        steps.append(_step(moment.event, now, turn, previous, dwell_ms))
        before = now
    return steps


def _with_start(started_at: datetime, events: Sequence[Told]) -> Sequence[Told]:
    if any(isinstance(event, Entry) for event in events):
        return events
    return [Entry(id=UUID(int=0), at=started_at), *events]


def _reader(catalogue: Catalogue) -> Callable[[Moment], _Offer]:
    """Prices a moment. Most events change nothing, and visitors return to what they had: each
    configuration is read once per price list."""
    offers: dict[tuple[str, frozenset[tuple[str, Choice]]], _Offer] = {}
    latest: tuple[Configuration, _Offer] | None = None

    def offer_of(moment: Moment) -> _Offer:
        nonlocal latest
        price_list = catalogue.in_force_at(moment.event.at)
        configuration = moment.configuration
        if latest and latest[0] is configuration and latest[1].price_list is price_list:
            return latest[1]
        key = (price_list.version, frozenset(configuration.items()))
        if key not in offers:
            offers[key] = _offer(configuration, price_list)
        latest = (configuration, offers[key])
        return offers[key]

    return offer_of


def _offer(configuration: Configuration, price_list: PriceList) -> _Offer:
    try:
        total_eur = price(configuration, price_list).total_price_eur
    except Unpriceable:
        total_eur = None
    return _Offer(price_list, canonical_form(configuration, price_list), total_eur)


def _comparer() -> Callable[[Told, _Offer | None, _Offer], _Turn]:
    """Tells a turn from one offer of `_reader` to another. Visitors go to and fro: the same turn is
    worded and compared once, which was half the time of a timeline of a thousand selections."""
    turns: dict[tuple[object, ...], _Turn] = {}

    def turn_of(event: Told, before: _Offer | None, now: _Offer) -> _Turn:
        if not isinstance(event, Interaction):
            return _turn(event, before, now)
        said = (event.type, event.category, event.element_id, event.value, event.previous_value)
        # By identity: `_reader` has each offer once, and keeps it.
        key = (*said, id(before), id(now))
        turn = turns.get(key)
        if turn is None:
            turn = turns[key] = _turn(event, before, now)
        return turn

    return turn_of


def _turn(event: Told, before: _Offer | None, now: _Offer) -> _Turn:
    earlier = before.canonical if before else now.canonical
    was, becomes = _decision(event, earlier)
    return _Turn(
        label=label_of(event, earlier, now.canonical, now.price_list),
        was=was,
        becomes=becomes,
        price_delta=_difference(before, now),
        changed=_changes(earlier, now.canonical),
    )


def _step(
    event: Told, now: _Offer, turn: _Turn, previous: Step | None, dwell_ms: int | None
) -> Step:
    return Step(
        id=event.id if event.id.int else None,
        at=event.at,
        kind=_kind(event),
        label=turn.label,
        category=_category(event, previous),
        from_=turn.was,
        to=turn.becomes,
        trigger=event.trigger if isinstance(event, Snapshot) else None,
        price=now.price,
        price_delta=turn.price_delta,
        dwell_ms=dwell_ms,
        configuration=now.canonical,
        changed=turn.changed,
    )


def _kind(event: Told) -> str:
    match event:
        case Entry():
            return "start"
        case Interaction():
            return event.type
        case Snapshot():
            return "snapshot"
        case Finalisation():
            return event.outcome.value


def _category(event: Told, previous: Step | None) -> str | None:
    if isinstance(event, Interaction):
        return event.category
    if isinstance(event, Snapshot) and previous is not None:
        return previous.category
    return None


def _decision(event: Told, before: Canonical) -> tuple[str | None, str | None]:
    """The options a selection leads from and to; what it says of itself goes before."""
    if not isinstance(event, Interaction) or event.type != SELECTION:
        return None, None
    return event.previous_value or chosen_option(before, event.category), event.value


def _difference(before: _Offer | None, now: _Offer) -> int | None:
    if before is None or before.price is None or now.price is None:
        return None
    return now.price - before.price


def _changes(before: Canonical, after: Canonical) -> dict[str, Change]:
    if before is after:
        return {}
    categories = sorted(before.keys() | after.keys())
    pairs = {category: Change(before.get(category), after.get(category)) for category in categories}
    return {category: pair for category, pair in pairs.items() if pair.before != pair.after}
