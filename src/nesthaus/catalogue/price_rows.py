"""A price list as rows: what a sheet holds, and what two lists are compared by.

A row is at a place: a line of the breakdown, the options that choose it, and a quantity where the
line is priced by quantity. It has an amount for each option of the base category.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from nesthaus.catalogue import cells
from nesthaus.catalogue.cells import NOT_OFFERED, ON_REQUEST, Row
from nesthaus.catalogue.forms import (
    AnyRuleForm,
    ByQuantityForm,
    PerUnitForm,
    PriceListForm,
    ShareOfSizeForm,
    TableForm,
)
from nesthaus.catalogue.loader import LoadedList
from nesthaus.domain.categories import Category
from nesthaus.domain.price_rules import ByQuantityRule, PerUnitRule, PriceLine, Rule, TableRule


@dataclass(frozen=True, slots=True)
class Place:
    """`options` are those of the line's `categories`, in their order."""

    line: str
    options: tuple[str, ...]
    quantity: int | None = None


Rows = Mapping[Place, Row]


@dataclass(frozen=True, slots=True)
class Line:
    """`categories` are those whose options name a row; `greatest_quantity` is None where no
    quantity does."""

    id: str
    label: str
    labels: Mapping[str, str]
    categories: tuple[Category, ...]
    greatest_quantity: int | None


def lines_of(loaded: LoadedList) -> tuple[Line, ...]:
    """In the order of the breakdown."""
    return tuple(_line(form, rule, loaded) for form, rule in zip(*_rules(loaded), strict=True))


def rows_of(loaded: LoadedList) -> Rows:
    """Every price there is, in the order of the list."""
    base = loaded.price_list.categories_by_id[loaded.price_list.base]
    return {
        place: row
        for form, rule in zip(*_rules(loaded), strict=True)
        for place, row in _rows(form, rule, base)
    }


def with_rows(loaded: LoadedList, version: str, day: date, rows: Rows) -> PriceListForm:
    """The same list with other prices. Every row of `rows_of` must be there, but for quantities:
    one without a row is not offered."""
    base_options = loaded.price_list.categories_by_id[loaded.price_list.base].option_labels
    rules: list[AnyRuleForm] = []
    for form, line in zip(loaded.form.rules, lines_of(loaded), strict=True):
        own = {place: row for place, row in rows.items() if place.line == line.id}
        rules.append(_priced(form, line, own, tuple(base_options)))
    return replace(loaded.form, version=version, in_force_from=day, rules=rules)


def _rules(loaded: LoadedList) -> tuple[Sequence[AnyRuleForm], Sequence[Rule]]:
    return loaded.form.rules, loaded.price_list.rules


def _line_id(form: AnyRuleForm) -> str:
    line = form.category or form.group
    assert line is not None  # a list that was loaded names one of them
    return line


def _line(form: AnyRuleForm, rule: Rule, loaded: LoadedList) -> Line:
    known = loaded.price_list.categories_by_id
    match form, rule:
        case ShareOfSizeForm(), TableRule():
            names = rule.row_categories[1:]
        case _, TableRule():
            names = rule.row_categories
        case _, PerUnitRule() | ByQuantityRule():
            names = rule.categories
    quantities = isinstance(rule, ByQuantityRule)
    if isinstance(rule, TableRule):
        label, labels = rule.label, rule.labels
    else:
        label, labels = rule.category.label, rule.category.labels
    return Line(
        id=_line_id(form),
        label=label,
        labels=labels,
        categories=tuple(known[name] for name in names),
        greatest_quantity=int(max(known[names[0]].maximum.values())) if quantities else None,
    )


def _rows(form: AnyRuleForm, rule: Rule, base: Category) -> Iterator[tuple[Place, Row]]:
    line = _line_id(form)
    if isinstance(form, ShareOfSizeForm):
        for option, raw in form.per_square_meter.items():
            key = f"rules.{line}.per_square_meter.{option}"
            yield Place(line, (option,)), cells.row(raw, base.id, tuple(base.option_labels), key)
        return
    match rule:
        case TableRule():
            for options, row in rule.rows.items():
                chosen = tuple(option for option in options if option is not None)
                if len(chosen) == len(options):
                    yield Place(line, chosen), _amounts(row)
        case PerUnitRule():
            for option, row in rule.unit_prices.items():
                yield Place(line, (option,)), row
        case ByQuantityRule():
            yield from _rows_by_quantity(line, rule)


def _rows_by_quantity(line: str, rule: ByQuantityRule) -> Iterator[tuple[Place, Row]]:
    for option, tables in rule.lines.items():
        for quantity in sorted({each for table in tables.values() for each in table}):
            found = {
                base_option: table[quantity]
                for base_option, table in tables.items()
                if quantity in table
            }
            yield Place(line, (option,), quantity), _amounts(found)


def _amounts(row: Mapping[str, PriceLine]) -> Row:
    return {name: None if each.on_request else each.amount_eur for name, each in row.items()}


def _priced(form: AnyRuleForm, line: Line, rows: Rows, base_options: Sequence[str]) -> AnyRuleForm:
    match form:
        case TableForm():
            return replace(form, prices=_nested(rows, base_options), steps=None)
        case ShareOfSizeForm():
            return replace(form, per_square_meter=_nested(rows, base_options))
        case PerUnitForm():
            return replace(form, prices=_nested(rows, base_options))
        case ByQuantityForm():
            return replace(form, prices=_by_quantity(line, rows, base_options))


def _nested(rows: Rows, base_options: Sequence[str]) -> dict[str, object]:
    """By the options of each category in turn, then by base option."""
    prices: dict[str, object] = {}
    for place, row in rows.items():
        below = prices
        for option in place.options:
            inner = below.setdefault(option, {})
            below = cells.table(inner, place.line)
        below.update({name: _written(row, name) for name in base_options})
    return prices


def _by_quantity(line: Line, rows: Rows, base_options: Sequence[str]) -> dict[str, object]:
    return {
        option: {
            name: {
                str(place.quantity): _written(row, name)
                for place, row in rows.items()
                if place.options == (option,) and name in row
            }
            for name in base_options
        }
        for option in line.categories[0].option_labels
    }


def _written(row: Row, base_option: str) -> int | str:
    if base_option not in row:
        return NOT_OFFERED
    amount = row[base_option]
    return ON_REQUEST if amount is None else amount
