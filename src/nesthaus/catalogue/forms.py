"""The shape of a price list's TOML file. What its keys mean is in docs/catalogue.md."""

import re
from datetime import date
from typing import Annotated, NoReturn

import msgspec
from msgspec import Meta, Struct

from nesthaus.domain.categories import Kind
from nesthaus.domain.configurations import MAX_CATEGORIES

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:-]{1,100}$")]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
Labels = dict[str, Text]


class Flaw(Exception):
    """What is wrong with a price list: at which key, and why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


class OptionForm(Struct, frozen=True, forbid_unknown_fields=True):
    id: Id
    label: Text
    labels: Labels = {}
    description: Text | None = None


class CategoryForm(Struct, frozen=True, forbid_unknown_fields=True):
    id: Id
    label: Text
    options: Annotated[list[OptionForm], Meta(min_length=1, max_length=1000)]
    kind: Kind = Kind.CHOICE
    labels: Labels = {}
    maximum: object = None


class RuleForm(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """What prices one `category`, or the `categories` of a `group`, which is named by `label`."""

    category: Id | None = None
    group: Id | None = None
    categories: list[Id] = []
    label: Text | None = None
    labels: Labels = {}
    not_chosen: dict[str, Id] = {}


class TableForm(RuleForm, frozen=True, tag="table", kw_only=True):
    """`prices` is nested by the options of the categories, base category left out."""

    prices: object
    steps: dict[str, object] | None = None


class ShareOfSizeForm(RuleForm, frozen=True, tag="share_of_size", kw_only=True):
    """⌈size of the base option × percent of the first category⌉ × price per m² of the second."""

    sizes: dict[str, object]
    percent: dict[str, object]
    per_square_meter: dict[str, object]


class PerUnitForm(RuleForm, frozen=True, tag="per_unit", kw_only=True):
    prices: dict[str, object]


class ByQuantityForm(RuleForm, frozen=True, tag="by_quantity", kw_only=True):
    prices: dict[str, object]


AnyRuleForm = TableForm | ShareOfSizeForm | PerUnitForm | ByQuantityForm


class MonthlyRateForm(Struct, frozen=True, forbid_unknown_fields=True):
    yearly_interest_percent: object
    months: Annotated[int, Meta(ge=1, le=600)]


class PriceListForm(Struct, frozen=True, forbid_unknown_fields=True):
    version: Id
    currency: str
    language: Annotated[str, Meta(pattern="^[a-z]{2}$")]
    in_force_from: date
    base: Id
    required: Annotated[list[Id], Meta(min_length=1)]
    monthly_rate: MonthlyRateForm
    categories: Annotated[list[CategoryForm], Meta(min_length=1, max_length=MAX_CATEGORIES)]
    rules: list[AnyRuleForm]
    preselected: dict[str, Id] = {}


def read_form(tables: dict[str, object]) -> PriceListForm:
    """Raises Flaw at the first key that is unknown, missing or of the wrong type."""
    try:
        return msgspec.convert(tables, PriceListForm)
    except msgspec.ValidationError as error:
        _raise_flaw(str(error))


def _raise_flaw(message: str) -> NoReturn:
    reason, _, path = message.partition(" - at `$")
    if field := re.search(r"(?:unknown field|missing required field) `(.+)`", reason):
        path = f"{path.rstrip('`')}.{field[1]}"
        reason = "unknown key" if "unknown field" in reason else "missing"
    raise Flaw(path.strip("`.") or "price list", reason)
