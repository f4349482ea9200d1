"""What a configuration costs by the price list in force: one pure function, whole euros, exact."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from msgspec import Struct

from nesthaus.domain.categories import Category
from nesthaus.domain.configurations import Configuration
from nesthaus.domain.price_rules import PriceLine, Rule, Unpriceable

__all__ = [
    "Catalogue",
    "MonthlyRate",
    "Price",
    "PriceLine",
    "PriceList",
    "Unpriceable",
    "completion_percentage",
    "price",
    "with_published",
]


class Price(Struct, frozen=True):
    """The total is the sum of the lines; lines on request add 0 to it."""

    total_price_eur: int
    currency: str
    lines: tuple[PriceLine, ...]
    completion_percentage: float
    monthly_rate_eur: int


@dataclass(frozen=True, slots=True)
class MonthlyRate:
    """An annuity paid at the end of each month; a month's interest is a twelfth of a year's."""

    yearly_interest_percent: Decimal
    months: int
    _share: Fraction = field(init=False)

    def __post_init__(self) -> None:
        interest = Fraction(self.yearly_interest_percent) / 1200
        growth = (1 + interest) ** self.months
        share = interest * growth / (growth - 1) if interest else Fraction(1, self.months)
        object.__setattr__(self, "_share", share)

    def of(self, total_price_eur: int) -> int:
        """Rounded half up to the euro, from the exact fraction."""
        numerator, denominator = self._share.as_integer_ratio()
        return (2 * total_price_eur * numerator + denominator) // (2 * denominator)


@dataclass(frozen=True, slots=True)
class PriceList:
    """One immutable version of the catalogue: what could be chosen, and at what price.

    `categories` are in the order of the catalogue, `rules` in that of the breakdown. Everything
    hangs on the `base` category: without a choice there the total is 0 and no limit applies.
    `preselected` is what a page shows as chosen before its visitor has done anything.
    """

    version: str
    currency: str
    language: str
    in_force_from: date
    base: str
    categories: tuple[Category, ...]
    required_categories: tuple[str, ...]
    preselected: Mapping[str, str]
    rules: tuple[Rule, ...]
    monthly_rate: MonthlyRate
    categories_by_id: Mapping[str, Category] = field(init=False)
    _percentages: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        by_id = {category.id: category for category in self.categories}
        object.__setattr__(self, "categories_by_id", by_id)
        required = len(self.required_categories)
        percentages = tuple(_percentage(chosen, required) for chosen in range(required + 1))
        object.__setattr__(self, "_percentages", percentages)

    def only_option(self, category: str) -> str | None:
        """The option of a category that has exactly one."""
        known = self.categories_by_id.get(category)
        return known.only_option if known else None

    def label(self, category: str) -> str:
        """The category's name; its id where this list does not know it."""
        known = self.categories_by_id.get(category)
        return known.label if known else category

    def option_label(self, category: str, option: str) -> str:
        """The option's name; its id where this list does not know it."""
        known = self.categories_by_id.get(category)
        return known.option_labels.get(option, option) if known else option

    def percentage_of(self, required_chosen: int) -> float:
        return self._percentages[required_chosen]


@dataclass(slots=True, eq=False)
class Catalogue:
    """The price lists in time order; each is in force from 00:00 of its first day in `zone`.

    One object for a whole process: what is published meanwhile comes in by `take`.
    """

    lists: tuple[PriceList, ...]
    zone: ZoneInfo
    starts: tuple[datetime, ...] = field(init=False)
    """When each list begins."""

    def __post_init__(self) -> None:
        self.take(self.lists)

    def take(self, lists: tuple[PriceList, ...]) -> None:
        """From now on these are all there are."""
        starts = tuple(
            datetime.combine(price_list.in_force_from, time.min, self.zone).astimezone(UTC)
            for price_list in lists
        )
        self.lists, self.starts = lists, starts

    @property
    def required_categories(self) -> tuple[str, ...]:
        """Those of the newest list: the steps of the funnel, also for sessions before it."""
        return self.lists[-1].required_categories

    def in_force_at(self, at: datetime) -> PriceList:
        """The price list of that moment; before the first, the first."""
        return self.lists[max(bisect_right(self.starts, at) - 1, 0)]

    def by_version(self, version: str) -> PriceList | None:
        return next((known for known in self.lists if known.version == version), None)


def with_published(
    files: Sequence[PriceList], published: Sequence[PriceList]
) -> tuple[PriceList, ...]:
    """All lists in time order. `published` is in the order of publishing: of two for the same day
    the later one counts, and any of them before a file's."""
    versions = {each.version for each in published}
    by_day = {each.in_force_from: each for each in files if each.version not in versions}
    by_day |= {each.in_force_from: each for each in published}
    return tuple(by_day[day] for day in sorted(by_day))


def price(configuration: Configuration, price_list: PriceList) -> Price:
    """Raises Unpriceable, which names the first category, by id, that has no price.

    Ids are checked also where nothing of the base category is chosen.
    """
    chosen = _chosen_options(configuration, price_list)
    base_option = chosen.get(price_list.base)
    lines: list[PriceLine] = []
    if base_option is not None:
        for rule in price_list.rules:
            line = rule.line(chosen, base_option, configuration)
            if line is not None:
                lines.append(line)
    total = sum([line.amount_eur for line in lines])
    return Price(
        total_price_eur=total,
        currency=price_list.currency,
        lines=tuple(lines),
        completion_percentage=completion_percentage(configuration, price_list),
        monthly_rate_eur=price_list.monthly_rate.of(total),
    )


def completion_percentage(configuration: Configuration, price_list: PriceList) -> float:
    """100 x required categories chosen / required categories, two decimals, half up.

    A category is chosen when the configuration names it, as in the funnel: whether the list knows
    the option decides about the price alone.
    """
    chosen = [category in configuration for category in price_list.required_categories]
    return price_list.percentage_of(sum(chosen))


def _chosen_options(configuration: Configuration, price_list: PriceList) -> dict[str, str]:
    chosen: dict[str, str] = {}
    # Sorted, so that of several errors the same is named in whatever order the choices came.
    for name in sorted(configuration):
        value = configuration[name].value
        category = price_list.categories_by_id.get(name)
        if category is None:
            raise _unknown_category(name, value, price_list)
        option = value if isinstance(value, str) else category.only_option
        if option is None:
            sentence = f'Category "{name}" has several options: name one.'
            raise Unpriceable(name, None, sentence)
        if option not in category.option_labels:
            sentence = (
                f'Option "{option}" of category "{name}" is not in price list {price_list.version}.'
            )
            raise Unpriceable(name, option, sentence)
        chosen[name] = option
    return chosen


def _unknown_category(name: str, value: str | bool | None, price_list: PriceList) -> Unpriceable:
    option = value if isinstance(value, str) else None
    what = f'Category "{name}"' if option is None else f'Category "{name}" with option "{option}"'
    return Unpriceable(name, option, f"{what} is not in price list {price_list.version}.")


def _percentage(chosen: int, required: int) -> float:
    exact = Decimal(100 * chosen) / Decimal(required)
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def average_price(price_sum: int, priced: int) -> int | None:
    """The mean of `priced` prices, whole euros, half up; None where there are none."""
    return (2 * price_sum + priced) // (2 * priced) if priced else None
