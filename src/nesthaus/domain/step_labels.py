"""What a person reads at each step of a timeline, in the words of the price list of its time."""

from collections.abc import Mapping
from typing import cast

from nesthaus.domain.events import Entry, Finalisation, Interaction, Outcome, Snapshot, Trigger
from nesthaus.domain.pricing import PriceList

_NOTHING = "–"
_SAVED = {
    Trigger.AUTO_SAVE: "Saved by itself",
    Trigger.PAGE_EXIT: "Saved on leaving the page",
    Trigger.ORDER_ATTEMPT: "Tried to order",
    None: "Saved at the end",
}


def chosen_option(canonical: Mapping[str, object], category: str | None) -> str | None:
    """The option id that a canonical configuration has there; None where nothing is chosen."""
    choice = canonical.get(category) if category is not None else None
    if isinstance(choice, Mapping):
        choice = cast("Mapping[str, object]", choice).get("value")
    return choice if isinstance(choice, str) else None


def label_of(
    event: Entry | Interaction | Snapshot | Finalisation,
    before: Mapping[str, object],
    after: Mapping[str, object],
    price_list: PriceList,
) -> str:
    """`before` and `after` are the canonical configurations around the event."""
    match event:
        case Entry():
            return "Session started"
        case Snapshot():
            return _SAVED[event.trigger]
        case Finalisation(outcome=Outcome.CONVERTED):
            return " ".join(filter(None, ("Converted", event.order_id)))
        case Finalisation():
            return " ".join(filter(None, ("Left", event.exit_page)))
        case Interaction(type="selection", category=str() as category):
            return _decision(event, category, before, after, price_list)
        case Interaction():
            return _happening(event, price_list)


def _decision(
    event: Interaction,
    category: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    price_list: PriceList,
) -> str:
    was = _worded(category, before.get(category), price_list)
    if event.previous_value and event.previous_value != chosen_option(before, category):
        was = price_list.option_label(category, event.previous_value)
    becomes = _worded(category, after.get(category), price_list) or _NOTHING
    return (
        f"{price_list.label(category)}: {was} → {becomes}"
        if was
        else (f"{price_list.label(category)}: {becomes}")
    )


def _happening(event: Interaction, price_list: PriceList) -> str:
    """A click, hover, page view …: its type and what it was on."""
    category = event.category
    place = [price_list.label(category)] if category else []
    if event.value:
        value = price_list.option_label(category, event.value) if category else event.value
        place.append(value)
    elif event.element_id:
        place.append(event.element_id)
    return f"{event.type}: {', '.join(place)}" if place else event.type


def _worded(category: str, choice: object, price_list: PriceList) -> str:
    """`Photovoltaik-Module × 4`, `PVC Fenster 20 m²`; '' where nothing is chosen."""
    if isinstance(choice, str):
        return price_list.option_label(category, choice)
    if not isinstance(choice, Mapping):
        # A ticked box, of which this list does not know the option.
        return "✓" if choice is True else ""
    amounts = cast("Mapping[str, object]", choice)
    option = amounts.get("value")
    words = price_list.option_label(category, option) if isinstance(option, str) else ""
    if "quantity" in amounts:
        words += f" × {amounts['quantity']}"
    if "squareMeters" in amounts:
        words += f" {amounts['squareMeters']} m²"
    return words.strip()
