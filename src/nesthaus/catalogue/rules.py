"""From the rules of a file to the rules of the domain."""

import re
from collections.abc import Mapping, Sequence
from typing import assert_never

from nesthaus.catalogue import cells
from nesthaus.catalogue.forms import (
    AnyRuleForm,
    ByQuantityForm,
    Flaw,
    PerUnitForm,
    ShareOfSizeForm,
    TableForm,
)
from nesthaus.catalogue.headings import Heading, heading
from nesthaus.catalogue.tables import table_rule
from nesthaus.domain.categories import Category, Kind
from nesthaus.domain.price_rules import ByQuantityRule, PerUnitRule, PriceLine, Rule


def domain_rules(
    forms: Sequence[AnyRuleForm], categories: Mapping[str, Category], base: str
) -> tuple[Rule, ...]:
    """Raises Flaw; also where a category is priced by no rule, or twice."""
    rules: list[Rule] = []
    priced: set[str] = set()
    line_ids: set[str] = set()
    for position, form in enumerate(forms):
        over = heading(form, position, categories, base)
        for category in over.categories:
            if category.id in priced:
                raise Flaw(over.key, f'category "{category.id}" is priced already')
            priced.add(category.id)
        if over.id in line_ids:
            raise Flaw(over.key, "another group has this id")
        line_ids.add(over.id)
        rules.append(_rule(form, over))
    for name in categories:
        if name not in priced:
            raise Flaw(f"categories.{name}", "no rule prices it")
    if sum(rule.greatest_amount() for rule in rules) > cells.MAX_AMOUNT_EUR:
        raise Flaw("rules", f"a total could be more than {cells.MAX_AMOUNT_EUR}")
    return tuple(rules)


def _rule(form: AnyRuleForm, over: Heading) -> Rule:
    match form:
        case TableForm() | ShareOfSizeForm():
            return table_rule(form, over)
        case PerUnitForm():
            return _per_unit_rule(form, over)
        case ByQuantityForm():
            return _by_quantity_rule(form, over)
        case _:
            assert_never(form)


def _per_unit_rule(form: PerUnitForm, over: Heading) -> PerUnitRule:
    category = _measured_category(form, over, (Kind.QUANTITY, Kind.AREA))
    key = f"{over.key}.prices"
    prices = cells.by_option(form.prices, category.id, category.option_labels, key)
    return PerUnitRule(
        category=category,
        line_labels={option: over.line_label(option) for option in category.option_labels},
        unit_prices={option: over.row(prices[option], f"{key}.{option}") for option in prices},
    )


def _by_quantity_rule(form: ByQuantityForm, over: Heading) -> ByQuantityRule:
    category = _measured_category(form, over, (Kind.QUANTITY,))
    key = f"{over.key}.prices"
    prices = cells.by_option(form.prices, category.id, category.option_labels, key)
    lines: dict[str, dict[str, dict[int, PriceLine]]] = {}
    for option, raw in prices.items():
        tables = cells.by_option(raw, over.base.id, over.base_options, f"{key}.{option}")
        lines[option] = {
            base_option: _quantity_lines(over, option, base_option, below)
            for base_option, below in tables.items()
        }
    return ByQuantityRule(category, lines)


def _quantity_lines(
    over: Heading, option: str, base_option: str, raw: object
) -> dict[int, PriceLine]:
    if raw == cells.NOT_OFFERED:
        return {}
    key = f"{over.key}.prices.{option}.{base_option}"
    maximum = over.categories[0].maximum[base_option]
    lines: dict[int, PriceLine] = {}
    for quantity, cell in cells.table(raw, key).items():
        if not re.fullmatch("0|[1-9][0-9]{0,9}", quantity) or int(quantity) > maximum:
            reason = f"must be a quantity from 0 to {maximum}, the maximum of the category"
            raise Flaw(f"{key}.{quantity}", reason)
        if cell != cells.NOT_OFFERED:
            amount = cells.amount(cell, f"{key}.{quantity}")
            lines[int(quantity)] = PriceLine(
                over.id, over.line_label(option), amount or 0, on_request=amount is None
            )
    return lines


def _measured_category(
    form: PerUnitForm | ByQuantityForm, over: Heading, kinds: tuple[Kind, ...]
) -> Category:
    if form.category is None:
        raise Flaw(over.key, "a group cannot be priced by quantity or area")
    if form.not_chosen:
        raise Flaw(f"{over.key}.not_chosen", "only tables know what is not chosen")
    category = over.categories[0]
    if category.kind not in kinds:
        allowed = " or ".join(f'"{kind}"' for kind in kinds)
        raise Flaw(
            f"{over.key}.kind", f'its category must be of kind {allowed}, not "{category.kind}"'
        )
    return category
