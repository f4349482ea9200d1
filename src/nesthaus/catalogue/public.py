"""A price list as pages read it: the body of GET /api/pricing/data."""

from collections.abc import Mapping

from nesthaus.domain.categories import Category
from nesthaus.domain.price_rules import ByQuantityRule, PerUnitRule, PriceLine, Rule, TableRule
from nesthaus.domain.pricing import PriceList

Amounts = Mapping[str, int | None]


def price_list_document(price_list: PriceList) -> dict[str, object]:
    """Every amount is there by option of the base category; null is "on request".

    An amount that is missing is not offered. The keys are described in docs/catalogue.md.
    """
    rules = {category: rule for rule in price_list.rules for category in rule.categories}
    return {
        "version": price_list.version,
        "currency": price_list.currency,
        "language": price_list.language,
        "inForceFrom": price_list.in_force_from.isoformat(),
        "base": price_list.base,
        "required": list(price_list.required_categories),
        "preselected": dict(price_list.preselected),
        "groups": [_group(rule, price_list) for rule in price_list.rules if _is_group(rule)],
        "categories": [
            _category(category, rules[category.id], price_list)
            for category in price_list.categories
        ],
        "monthlyRate": {
            "yearlyInterestPercent": float(price_list.monthly_rate.yearly_interest_percent),
            "months": price_list.monthly_rate.months,
        },
    }


def _is_group(rule: Rule) -> bool:
    return len(rule.categories) > 1


def _category(category: Category, rule: Rule, price_list: PriceList) -> dict[str, object]:
    document: dict[str, object] = {
        "id": category.id,
        "label": category.label,
        "labels": {price_list.language: category.label, **category.labels},
        "required": category.id in price_list.required_categories,
        "kind": category.kind.value,
        "options": [
            {
                "id": option.id,
                "label": option.label,
                "labels": {price_list.language: option.label, **option.labels},
            }
            | ({"description": option.description} if option.description else {})
            for option in category.options
        ],
    }
    if category.maximum:
        document["limits"] = {
            base_option: maximum if isinstance(maximum, int) else float(maximum)
            for base_option, maximum in category.maximum.items()
        }
    if isinstance(rule, TableRule) and _is_group(rule):
        return document | {"pricedBy": "group", "group": rule.line_id}
    return document | _own_prices(rule)


def _own_prices(rule: Rule) -> dict[str, object]:
    match rule:
        case TableRule():
            return {"pricedBy": "table", "prices": _table(rule)}
        case PerUnitRule():
            return {"pricedBy": "unit", "prices": rule.unit_prices}
        case ByQuantityRule():
            return {
                "pricedBy": "quantity",
                "prices": {
                    option: {
                        base_option: {
                            str(quantity): _amount(line) for quantity, line in lines.items()
                        }
                        for base_option, lines in tables.items()
                    }
                    for option, tables in rule.lines.items()
                },
            }


def _table(rule: TableRule) -> dict[str, Amounts]:
    """By option; the base category's own prices stand under their own option twice."""
    if not rule.row_categories:
        return {option: {option: amount} for option, amount in _amounts(rule.rows[()]).items()}
    return {options[0]: _amounts(row) for options, row in rule.rows.items() if options[0]}


def _group(rule: Rule, price_list: PriceList) -> dict[str, object]:
    """One row for each combination of options in which every category is chosen."""
    assert isinstance(rule, TableRule)
    return {
        "id": rule.line_id,
        "label": rule.label,
        "labels": {price_list.language: rule.label, **rule.labels},
        "categories": list(rule.categories),
        "notChosen": dict(rule.not_chosen),
        "prices": [
            {
                "options": dict(zip(rule.row_categories, options, strict=True)),
                "amounts": _amounts(row),
            }
            for options, row in rule.rows.items()
            if None not in options
        ],
    }


def _amounts(row: Mapping[str, PriceLine]) -> Amounts:
    return {base_option: _amount(line) for base_option, line in row.items()}


def _amount(line: PriceLine) -> int | None:
    return None if line.on_request else line.amount_eur
