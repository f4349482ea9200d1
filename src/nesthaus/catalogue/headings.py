"""What a rule stands over: the categories it prices, and the base category its cells go by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nesthaus.catalogue import cells
from nesthaus.catalogue.cells import Row
from nesthaus.catalogue.forms import AnyRuleForm, Flaw
from nesthaus.domain.categories import Category


@dataclass(frozen=True, slots=True)
class Heading:
    """`id` and `label` are those of the line in the breakdown; `key` is for flaws."""

    id: str
    label: str
    labels: Mapping[str, str]
    categories: Sequence[Category]
    base: Category
    key: str

    @property
    def row_categories(self) -> tuple[Category, ...]:
        return tuple(category for category in self.categories if category is not self.base)

    @property
    def base_options(self) -> tuple[str, ...]:
        return tuple(self.base.option_labels)

    def row(self, raw: object, key: str) -> Row:
        return cells.row(raw, self.base.id, self.base_options, key)

    def line_label(self, option: str | None) -> str:
        """ "Cladding: Larch"; the label alone for groups and check boxes."""
        if option is None or len(self.categories) > 1:
            return self.label
        category = self.categories[0]
        option_label = category.option_labels[option]
        return self.label if category.only_option == option else f"{self.label}: {option_label}"


def heading(
    form: AnyRuleForm, position: int, categories: Mapping[str, Category], base: str
) -> Heading:
    """Raises Flaw where a rule has neither a category nor a complete group, or unknown ones."""
    if form.category is not None:
        key = f"rules.{form.category}"
        if form.group or form.categories or form.label or form.labels:
            reason = '"group", "categories", "label" and "labels" do not go with "category"'
            raise Flaw(key, reason)
        category = _known(form.category, categories, f"{key}.category")
        return Heading(
            category.id, category.label, category.labels, (category,), categories[base], key
        )
    if form.group is None:
        raise Flaw(f"rules[{position}]", 'needs a "category" or a "group"')
    key = f"rules.{form.group}"
    if form.label is None or len(form.categories) < 2:
        raise Flaw(key, 'a group needs a "label" and two "categories" or more')
    if form.group in categories:
        raise Flaw(key, "a category has this id")
    members = tuple(_known(name, categories, f"{key}.categories") for name in form.categories)
    return Heading(form.group, form.label, form.labels, members, categories[base], key)


def not_chosen_options(form: AnyRuleForm, over: Heading) -> Mapping[str, str]:
    """Which option stands in for a category without a choice.

    A group with the base category in it has a line as soon as that is chosen, so that each of its
    other categories needs one.
    """
    key = f"{over.key}.not_chosen"
    known = {category.id: category for category in over.row_categories}
    for name, option in form.not_chosen.items():
        if name not in known:
            raise Flaw(f"{key}.{name}", "not a category of this rule, or the base category")
        if option not in known[name].option_labels:
            raise Flaw(f"{key}.{name}", f'category "{name}" has no option "{option}"')
    if over.base in over.categories:
        for name in known:
            if name not in form.not_chosen:
                raise Flaw(f"{key}.{name}", "missing; it is priced together with the base category")
    return form.not_chosen


def numbers(raw: Mapping[str, object], category: Category, key: str) -> dict[str, int | Decimal]:
    """A number for each option of a category."""
    cells.exactly(raw, category.option_labels, key, category.id)
    return {name: cells.decimal(raw[name], f"{key}.{name}") for name in raw}


def _known(name: str, categories: Mapping[str, Category], key: str) -> Category:
    if name not in categories:
        raise Flaw(key, f'there is no category "{name}"')
    return categories[name]
