"""What a price list offers, and how much people like it: one shelf per category."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import exp
from random import Random

from nesthaus.domain.categories import Category, Kind
from nesthaus.domain.configurations import Choice
from nesthaus.domain.pricing import PriceList, Unpriceable, price
from nesthaus.seed.chance import Weighted

_CARELESS = 0.04  # share of quantities chosen without a look at what is offered
_SPREAD_OF_LIKING = 0.5
_STEEPNESS = 1.4
_HALF = 0.5  # areas are told in halves of a square metre


class Appetite(StrEnum):
    CHEAP = "cheap"
    ANY = "any"
    DEAR = "dear"


@dataclass(frozen=True, slots=True)
class Shelf:
    """One category. `quantities` are those that have a price, by base option."""

    category: Category
    is_required: bool
    options: Mapping[Appetite, Weighted[str]]
    cheapest: str
    quantities: Mapping[str, tuple[int, ...]]

    def pick(self, random: Random, appetite: Appetite, base_option: str) -> Choice:
        """With a quantity or an area where the category asks for one; nearly always offered."""
        return self.choice(random, self.options[appetite].pick(random), base_option)

    def choice(self, random: Random, option: str, base_option: str) -> Choice:
        if self.category.kind is Kind.CHECKBOX:
            return Choice(value=True)
        if self.category.kind is Kind.CHOICE:
            return Choice(option)
        maximum = self.category.maximum[base_option]
        if self.category.kind is Kind.AREA:
            greatest = float(maximum)
            wanted = random.triangular(greatest * 0.3, greatest, greatest * 0.6)
            return Choice(option, square_meters=round(wanted / _HALF) * _HALF)
        offered = self.quantities[base_option]
        if not offered or random.random() < _CARELESS:
            offered = tuple(range(1, int(maximum) + 1)) or (0,)
        return Choice(option, quantity=offered[int(random.random() * len(offered))])


def shelves_of(random: Random, price_list: PriceList) -> tuple[Shelf, ...]:
    """In the order of the catalogue. `random` decides what is popular."""
    return tuple(_shelf(random, price_list, category) for category in price_list.categories)


def _shelf(random: Random, price_list: PriceList, category: Category) -> Shelf:
    by_price = sorted((_extra(price_list, category, each.id), each.id) for each in category.options)
    options = [option for _, option in by_price]
    likings = {option: exp(random.gauss(0, _SPREAD_OF_LIKING)) for option in options}
    last = max(len(options) - 1, 1)

    def weighted(slope: float) -> Weighted[str]:
        return Weighted(
            (option, likings[option] * exp(slope * place / last))
            for place, option in enumerate(options)
        )

    return Shelf(
        category=category,
        is_required=category.id in price_list.required_categories,
        options={
            Appetite.CHEAP: weighted(-_STEEPNESS),
            Appetite.ANY: weighted(0),
            Appetite.DEAR: weighted(_STEEPNESS),
        },
        cheapest=options[0],
        quantities=_quantities(price_list, category),
    )


def _extra(price_list: PriceList, category: Category, option: str) -> float:
    """The total with this option and else what is preselected; greatest where it has no price."""
    base_option = _base_option(price_list, category, option)
    maximum = category.maximum.get(base_option)
    chosen = {name: Choice(each) for name, each in price_list.preselected.items()}
    chosen[category.id] = _measured(category, option, maximum)
    chosen.setdefault(price_list.base, Choice(base_option))
    try:
        return price(chosen, price_list).total_price_eur
    except Unpriceable:
        return float("inf")


def _measured(category: Category, option: str, maximum: int | Decimal | None) -> Choice:
    if category.kind is Kind.QUANTITY:
        return Choice(option, quantity=int(maximum or 0))
    if category.kind is Kind.AREA:
        return Choice(option, square_meters=float(maximum or 0))
    return Choice(option)


def _base_option(price_list: PriceList, category: Category, option: str) -> str:
    if category.id == price_list.base:
        return option
    first = price_list.categories_by_id[price_list.base].options[0].id
    return price_list.preselected.get(price_list.base, first)


def _quantities(price_list: PriceList, category: Category) -> dict[str, tuple[int, ...]]:
    if category.kind is not Kind.QUANTITY:
        return {}
    return {
        base_option: tuple(
            quantity
            for quantity in range(1, int(maximum) + 1)
            if any(
                _is_offered(price_list, base_option, category.id, Choice(each.id, quantity))
                for each in category.options
            )
        )
        for base_option, maximum in category.maximum.items()
    }


def _is_offered(price_list: PriceList, base_option: str, category: str, choice: Choice) -> bool:
    try:
        price({price_list.base: Choice(base_option), category: choice}, price_list)
    except Unpriceable:
        return False
    return True
