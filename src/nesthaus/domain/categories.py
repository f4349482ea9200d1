"""What a manufacturer lets his customers choose: categories in order, each with its options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a visitor states in a category, beside the option."""

    CHOICE = "choice"
    CHECKBOX = "checkbox"
    QUANTITY = "quantity"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Option:
    """`labels` holds the name by language, `label` the catalogue's own."""

    id: str
    label: str
    labels: Mapping[str, str]
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """Option ids are unique only inside their category.

    `maximum` is the largest quantity or area by option of the base category; empty where neither
    is asked for.
    """

    id: str
    label: str
    labels: Mapping[str, str]
    kind: Kind
    options: tuple[Option, ...]
    maximum: Mapping[str, int | Decimal]
    option_labels: Mapping[str, str] = field(init=False)
    only_option: str | None = field(init=False)

    def __post_init__(self) -> None:
        only = self.options[0].id if len(self.options) == 1 else None
        object.__setattr__(self, "option_labels", {o.id: o.label for o in self.options})
        object.__setattr__(self, "only_option", only)
