"""The kinds of price rules. Each turns the chosen options into one line of the breakdown.

A rule knows every amount beforehand: what a price list says in shares, steps or areas of a size
is worked out when it is loaded. An amount of None is a price on request; one that is missing from
its table is not offered, which is an error and never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct

from nesthaus.domain.categories import Category, Kind
from nesthaus.domain.configurations import Choice, Configuration, plain_number

_EURO = Decimal(1)


class Unpriceable(Exception):
    """The price list has no price for this; `sentence` names the category and the option.

    `option` is None where none was named.
    """

    def __init__(self, category: str, option: str | None, sentence: str) -> None:
        super().__init__(sentence)
        self.category = category
        self.option = option
        self.sentence = sentence


class PriceLine(Struct, frozen=True):
    """One line of a breakdown; `category` is a category's id or that of a group priced together.

    A price on request has an amount of 0.
    """

    category: str
    label: str
    amount_eur: int
    on_request: bool = False


@dataclass(frozen=True, slots=True)
class TableRule:
    """A price for each combination of options of one or more categories, by base option.

    `row_categories` are those the combinations are made of; `categories` has the base category too
    where it is priced here, and then there is always a line. `rows` has one row for every
    combination; None in it stands for "not chosen". `not_chosen` tells as which option such a
    category was priced when the rows were made.
    """

    line_id: str
    label: str
    labels: Mapping[str, str]
    categories: tuple[str, ...]
    row_categories: tuple[str, ...]
    not_chosen: Mapping[str, str]
    rows: Mapping[tuple[str | None, ...], Mapping[str, PriceLine]]

    def line(
        self, chosen: Mapping[str, str], base_option: str, _configuration: Configuration
    ) -> PriceLine | None:
        """None where nothing that this rule prices is chosen."""
        row = self.rows.get(tuple(map(chosen.get, self.row_categories)))
        if row is None:
            return None
        line = row.get(base_option)
        if line is None:
            raise self._not_offered(chosen, base_option)
        return line

    def greatest_amount(self) -> int:
        lines = (line for row in self.rows.values() for line in row.values())
        return max((line.amount_eur for line in lines), default=0)

    def _not_offered(self, chosen: Mapping[str, str], base_option: str) -> Unpriceable:
        named = [name for name in self.row_categories if name in chosen] or [*self.categories]
        what = " with ".join(f'"{chosen[name]}" of category "{name}"' for name in named)
        sentence = f'Option {what} is not offered for "{base_option}".'
        return Unpriceable(named[0], chosen[named[0]], sentence)


@dataclass(frozen=True, slots=True)
class PerUnitRule:
    """Quantity, or area in square metres, times the price of one, by option and base option."""

    category: Category
    line_labels: Mapping[str, str]
    unit_prices: Mapping[str, Mapping[str, int | None]]

    @property
    def categories(self) -> tuple[str, ...]:
        return (self.category.id,)

    def line(
        self, chosen: Mapping[str, str], base_option: str, configuration: Configuration
    ) -> PriceLine | None:
        """The amount of an area is rounded half up to the euro."""
        option = chosen.get(self.category.id)
        if option is None:
            return None
        size = _measured(self.category, option, configuration[self.category.id], base_option)
        unit_prices = self.unit_prices[option]
        if base_option not in unit_prices:
            raise not_offered(self.category.id, option, f'for "{base_option}"')
        unit_price = unit_prices[base_option]
        label = self.line_labels[option]
        if unit_price is None:
            return PriceLine(self.category.id, label, 0, on_request=True)
        return PriceLine(self.category.id, label, _amount(size, unit_price))

    def greatest_amount(self) -> int:
        return max(
            (
                _amount(self.category.maximum[base_option], unit_price)
                for prices in self.unit_prices.values()
                for base_option, unit_price in prices.items()
                if unit_price is not None
            ),
            default=0,
        )


@dataclass(frozen=True, slots=True)
class ByQuantityRule:
    """A total for each quantity, by option and base option.

    A quantity without a total is not offered, 0 like any other.
    """

    category: Category
    lines: Mapping[str, Mapping[str, Mapping[int, PriceLine]]]

    @property
    def categories(self) -> tuple[str, ...]:
        return (self.category.id,)

    def line(
        self, chosen: Mapping[str, str], base_option: str, configuration: Configuration
    ) -> PriceLine | None:
        option = chosen.get(self.category.id)
        if option is None:
            return None
        quantity = _measured(self.category, option, configuration[self.category.id], base_option)
        line = self.lines[option][base_option].get(int(quantity))
        if line is None:
            where = f'in a quantity of {quantity} for "{base_option}"'
            raise not_offered(self.category.id, option, where)
        return line

    def greatest_amount(self) -> int:
        rows = (row for table in self.lines.values() for row in table.values())
        return max((line.amount_eur for row in rows for line in row.values()), default=0)


Rule = TableRule | PerUnitRule | ByQuantityRule


def not_offered(category: str, option: str, where: str) -> Unpriceable:
    sentence = f'Option "{option}" of category "{category}" is not offered {where}.'
    return Unpriceable(category, option, sentence)


def _measured(category: Category, option: str, choice: Choice, base_option: str) -> int | float:
    quantity = category.kind is Kind.QUANTITY
    measure = "quantity" if quantity else "squareMeters"
    size = choice.quantity if quantity else choice.square_meters
    if size is None:
        sentence = f'Option "{option}" of category "{category.id}" needs "{measure}".'
        raise Unpriceable(category.id, option, sentence)
    maximum = category.maximum[base_option]
    if not 0 <= size <= maximum:
        sentence = (
            f'Option "{option}" of category "{category.id}" with {measure} {plain_number(size)}'
            f' is outside 0 to {maximum} for "{base_option}".'
        )
        raise Unpriceable(category.id, option, sentence)
    return size


def _amount(size: float | Decimal, unit_price: int) -> int:
    if isinstance(size, int):
        return size * unit_price
    # repr is the shortest decimal that means this float: 20.1 is priced as 20.1.
    exact = Decimal(repr(size)) if isinstance(size, float) else size
    return int((exact * unit_price).quantize(_EURO, ROUND_HALF_UP))
