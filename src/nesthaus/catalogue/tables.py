"""Rules that come down to a table: all its rows are worked out when the price list is loaded."""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import product

from nesthaus.catalogue import cells
from nesthaus.catalogue.cells import Row
from nesthaus.catalogue.forms import Flaw, ShareOfSizeForm, TableForm
from nesthaus.catalogue.headings import Heading, not_chosen_options, numbers
from nesthaus.domain.categories import Kind
from nesthaus.domain.price_rules import PriceLine, TableRule

Rows = Mapping[tuple[str, ...], Row]
"""A row for each combination of options in which every category is chosen."""


def table_rule(form: TableForm | ShareOfSizeForm, over: Heading) -> TableRule:
    for category in over.categories:
        if category.kind not in (Kind.CHOICE, Kind.CHECKBOX):
            reason = f'a table cannot price "{category.id}", which is of kind "{category.kind}"'
            raise Flaw(f"{over.key}.kind", reason)
    rows = _written_rows(form, over) if isinstance(form, TableForm) else _share_rows(form, over)
    not_chosen = not_chosen_options(form, over)
    return TableRule(
        line_id=over.id,
        label=over.label,
        labels=over.labels,
        categories=tuple(category.id for category in over.categories),
        row_categories=tuple(category.id for category in over.row_categories),
        not_chosen=not_chosen,
        rows=_with_missing_choices(rows, not_chosen, over),
    )


def _with_missing_choices(
    rows: Rows, not_chosen: Mapping[str, str], over: Heading
) -> dict[tuple[str | None, ...], Mapping[str, PriceLine]]:
    """Rows for every combination with gaps in it; a gap that nothing stands in for costs 0."""
    names = [category.id for category in over.row_categories]
    choices = [(None, *category.option_labels) for category in over.row_categories]
    nothing: Row = dict.fromkeys(over.base_options, 0)
    lines: dict[tuple[str | None, ...], Mapping[str, PriceLine]] = {}
    for options in product(*choices):
        if any(options) or over.base in over.categories:
            stood_in = [
                option or not_chosen.get(name) for name, option in zip(names, options, strict=True)
            ]
            filled = tuple(option for option in stood_in if option is not None)
            row = rows[filled] if len(filled) == len(names) else nothing
            lines[options] = _lines(row, over, options[0] if len(options) == 1 else None)
    return lines


def _lines(row: Row, over: Heading, option: str | None) -> dict[str, PriceLine]:
    return {
        base_option: PriceLine(
            category=over.id,
            label=over.line_label(option if over.row_categories else base_option),
            amount_eur=amount or 0,
            on_request=amount is None,
        )
        for base_option, amount in row.items()
    }


def _written_rows(form: TableForm, over: Heading) -> Rows:
    steps = None
    if form.steps is not None:
        key = f"{over.key}.steps"
        cells.exactly(form.steps, over.base_options, key, over.base.id)
        steps = {name: cells.whole(form.steps[name], f"{key}.{name}") for name in over.base_options}

    rows: dict[tuple[str, ...], Row] = {}

    def read(raw: object, chosen: tuple[str, ...], key: str) -> None:
        if len(chosen) == len(over.row_categories):
            rows[chosen] = over.row(raw, key) if steps is None else _stepped_row(raw, steps, key)
            return
        category = over.row_categories[len(chosen)]
        options = cells.by_option(raw, category.id, category.option_labels, key)
        for option, below in options.items():
            read(below, (*chosen, option), f"{key}.{option}")

    read(form.prices, (), f"{over.key}.prices")
    return rows


def _stepped_row(raw: object, steps: Mapping[str, int], key: str) -> Row:
    """From `{ first = 155500, per_step = 33600 }`."""
    cell = cells.table(raw, key)
    for name in cell:
        if name not in ("first", "per_step"):
            raise Flaw(f"{key}.{name}", 'unknown key; known are "first" and "per_step"')
    first = cells.whole(cell.get("first"), f"{key}.first")
    per_step = cells.whole(cell.get("per_step"), f"{key}.per_step")
    return {name: first + count * per_step for name, count in steps.items()}


def _share_rows(form: ShareOfSizeForm, over: Heading) -> Rows:
    if len(over.row_categories) != 2 or over.base in over.categories:
        reason = (
            "needs two categories, neither of them the base: first the share, then the material"
        )
        raise Flaw(f"{over.key}.categories", reason)
    share, material = over.row_categories
    sizes = numbers(form.sizes, over.base, f"{over.key}.sizes")
    percent = numbers(form.percent, share, f"{over.key}.percent")
    key = f"{over.key}.per_square_meter"
    prices = cells.by_option(form.per_square_meter, material.id, material.option_labels, key)
    rows: dict[tuple[str, ...], Row] = {}
    for share_option, material_option in product(percent, prices):
        per_square_meter = over.row(prices[material_option], f"{key}.{material_option}")
        rows[share_option, material_option] = {
            base_option: None
            if price is None
            else _area(sizes[base_option], percent[share_option]) * price
            for base_option, price in per_square_meter.items()
        }
    return rows


def _area(size: Decimal | int, percent: Decimal | int) -> int:
    """Whole square metres, rounded up from the exact share."""
    return math.ceil(Fraction(size) * Fraction(percent) / 100)
