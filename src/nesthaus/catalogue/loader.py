"""Reads and checks the price lists of a directory: one TOML file is one version, never changed."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import msgspec

from nesthaus.catalogue import cells
from nesthaus.catalogue.forms import (
    CategoryForm,
    Flaw,
    MonthlyRateForm,
    PriceListForm,
    read_form,
)
from nesthaus.catalogue.rules import domain_rules
from nesthaus.domain.categories import Category, Kind, Option
from nesthaus.domain.pricing import Catalogue, MonthlyRate, PriceList

PRICE_LISTS = Path(__file__).with_name("price_lists")
# Names of funnel steps and of the ends of paths, which category ids appear beside.
_TAKEN = ("started", "completed", "order_attempt", "converted", "end")


class CatalogueError(Exception):
    """One line that names file, key and reason."""

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(" ".join(f"{file}: {key}: {reason}".split()))


def load_catalogue(zone: ZoneInfo, directory: Path | None = None) -> Catalogue:
    """The price lists of `directory`, by default NEST-Haus's; raises CatalogueError.

    Files are read in the order of their names, and each list comes into force later than the one
    before, so that a wrong year is noticed.
    """
    return Catalogue(tuple(each.price_list for each in load_lists(directory)), zone)


@dataclass(frozen=True, slots=True)
class LoadedList:
    """A price list, and the form it was made from."""

    form: PriceListForm
    price_list: PriceList


def load_lists(directory: Path | None = None) -> list[LoadedList]:
    """As `load_catalogue`."""
    directory = directory or PRICE_LISTS
    try:
        paths = sorted(path for path in directory.iterdir() if path.suffix == ".toml")
    except OSError as error:
        raise CatalogueError(str(directory), "directory", str(error.strerror)) from error
    if not paths:
        raise CatalogueError(str(directory), "directory", "has no price list (*.toml)")
    loaded = [_read(path) for path in paths]
    _check_order(paths, [each.price_list for each in loaded])
    return loaded


def _check_order(paths: Sequence[Path], lists: Sequence[PriceList]) -> None:
    files: dict[str, str] = {}
    for path, price_list in zip(paths, lists, strict=True):
        if price_list.version in files:
            reason = f'"{price_list.version}" is the version of {files[price_list.version]} too'
            raise CatalogueError(path.name, "version", reason)
        files[price_list.version] = path.name
    for position in range(1, len(lists)):
        before, after = lists[position - 1], lists[position]
        if after.in_force_from <= before.in_force_from:
            reason = (
                f"{after.in_force_from} is not later than {before.in_force_from}"
                f" of {paths[position - 1].name}, the file before"
            )
            raise CatalogueError(paths[position].name, "in_force_from", reason)


def _read(path: Path) -> LoadedList:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        form = read_form(tables)
        return LoadedList(form, price_list_of(form))
    except Flaw as flaw:
        raise CatalogueError(path.name, flaw.key, flaw.reason) from flaw
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(path.name, "TOML", str(error)) from error
    except UnicodeDecodeError as error:
        raise CatalogueError(path.name, "encoding", "must be UTF-8") from error
    except OSError as error:
        raise CatalogueError(path.name, "file", str(error.strerror)) from error


def written(form: PriceListForm) -> str:
    """As JSON, which `read_written` reads."""
    return msgspec.json.Encoder(decimal_format="number").encode(form).decode()


def read_written(text: str) -> LoadedList:
    """Raises Flaw."""
    try:
        tables = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise Flaw("JSON", str(error)) from error
    form = read_form(tables)
    return LoadedList(form, price_list_of(form))


def price_list_of(form: PriceListForm) -> PriceList:
    """Raises Flaw."""
    if form.currency != "EUR":
        raise Flaw("currency", f'must be "EUR", not "{form.currency}": amounts are whole euros')
    category_forms = _distinct_categories(form.categories)
    base = category_forms.get(form.base)
    if base is None or base.kind is not Kind.CHOICE:
        raise Flaw("base", f'"{form.base}" is no category of kind "choice"')
    base_options = [option.id for option in base.options]
    categories = {
        name: _category(each, base, base_options) for name, each in category_forms.items()
    }
    return PriceList(
        version=form.version,
        currency=form.currency,
        language=form.language,
        in_force_from=form.in_force_from,
        base=form.base,
        categories=tuple(categories.values()),
        required_categories=_required(form.required, categories),
        preselected=_preselected(form.preselected, categories),
        rules=domain_rules(form.rules, categories, form.base),
        monthly_rate=_monthly_rate(form.monthly_rate),
    )


def _distinct_categories(forms: Sequence[CategoryForm]) -> dict[str, CategoryForm]:
    distinct: dict[str, CategoryForm] = {}
    for form in forms:
        key = f"categories.{form.id}"
        if form.id in distinct:
            raise Flaw(key, "there are two of this id")
        if form.id in _TAKEN:
            raise Flaw(key, "this id is the name of a funnel step or the end of a path")
        options = [option.id for option in form.options]
        for option in options:
            if options.count(option) > 1:
                raise Flaw(f"{key}.options.{option}", "there are two of this id")
        if form.kind is Kind.CHECKBOX and len(options) != 1:
            raise Flaw(f"{key}.options", f"a check box has one option, not {len(options)}")
        distinct[form.id] = form
    return distinct


def _category(form: CategoryForm, base: CategoryForm, base_options: Sequence[str]) -> Category:
    options = tuple(
        Option(each.id, each.label, each.labels, each.description) for each in form.options
    )
    maximum = _maximum(form, base, base_options)
    return Category(form.id, form.label, form.labels, form.kind, options, maximum)


def _maximum(
    form: CategoryForm, base: CategoryForm, base_options: Sequence[str]
) -> dict[str, int | Decimal]:
    key = f"categories.{form.id}.maximum"
    if form.kind in (Kind.CHOICE, Kind.CHECKBOX):
        if form.maximum is not None:
            raise Flaw(key, f'a category of kind "{form.kind}" has no quantity and no area')
        return {}
    if form.maximum is None:
        raise Flaw(key, f'missing; a category of kind "{form.kind}" needs a limit')
    read = cells.whole if form.kind is Kind.QUANTITY else cells.decimal
    raw = form.maximum
    if not isinstance(raw, dict):
        return dict.fromkeys(base_options, read(raw, key))
    limits = cells.table(cast("object", raw), key)
    cells.exactly(limits, base_options, key, base.id)
    return {name: read(limits[name], f"{key}.{name}") for name in base_options}


def _required(names: Sequence[str], categories: Mapping[str, Category]) -> tuple[str, ...]:
    for name in names:
        if name not in categories:
            raise Flaw("required", f'there is no category "{name}"')
        if names.count(name) > 1:
            raise Flaw("required", f'"{name}" is there twice')
    return tuple(name for name in categories if name in names)


def _preselected(
    options: Mapping[str, str], categories: Mapping[str, Category]
) -> Mapping[str, str]:
    for name, option in options.items():
        key = f"preselected.{name}"
        if name not in categories:
            raise Flaw(key, f'there is no category "{name}"')
        if categories[name].maximum:
            raise Flaw(key, "a quantity or an area cannot be preselected")
        if option not in categories[name].option_labels:
            raise Flaw(key, f'category "{name}" has no option "{option}"')
    return options


def _monthly_rate(form: MonthlyRateForm) -> MonthlyRate:
    key = "monthly_rate.yearly_interest_percent"
    interest = cells.decimal(form.yearly_interest_percent, key, greatest=100)
    return MonthlyRate(Decimal(interest), form.months)
