"""The names of categories, options and steps, from the newest price list that knows them."""

from nesthaus.domain.funnels import FunnelStep
from nesthaus.domain.pricing import Catalogue

_STEPS: dict[str, str] = {
    FunnelStep.STARTED: "Started",
    FunnelStep.COMPLETED: "Completed",
    FunnelStep.ORDER_ATTEMPT: "Order attempt",
    FunnelStep.CONVERTED: "Converted",
}


class Labels:
    """An id that no list knows is its own name, and comes last."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._lists = catalogue.lists[::-1]
        ordered = dict.fromkeys(
            (category.id, option)
            for price_list in self._lists
            for category in price_list.categories
            for option in ("", *category.option_labels)
        )
        self._places = {known: place for place, known in enumerate(ordered)}

    def category(self, category: str) -> str:
        for price_list in self._lists:
            if category in price_list.categories_by_id:
                return price_list.label(category)
        return category

    def option(self, category: str, option: str) -> str:
        for price_list in self._lists:
            known = price_list.categories_by_id.get(category)
            if known is not None and option in known.option_labels:
                return price_list.option_label(category, option)
        return option

    def step(self, step: str) -> str:
        return _STEPS.get(step) or self.category(step)

    def place(self, category: str, option: str = "") -> tuple[int, int, str, str]:
        """To sort by: the order of the catalogue."""
        last = len(self._places)
        return (
            self._places.get((category, ""), last),
            self._places.get((category, option), last),
            category,
            option,
        )
