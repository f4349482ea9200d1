"""What two price lists differ in, price by price."""

from collections.abc import Iterator
from dataclasses import dataclass

from nesthaus.catalogue.cells import NOT_OFFERED, ON_REQUEST, Row
from nesthaus.catalogue.loader import LoadedList
from nesthaus.catalogue.price_rows import Line, Place, lines_of, rows_of

Shown = int | str
"""An amount in whole euros, "on request" or "not offered"."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`where` names line and options; `base_option` is the label of one."""

    where: str
    base_option: str
    before: Shown
    after: Shown

    @property
    def is_large(self) -> bool:
        """By more than half, or from or to no amount at all: worth a second look."""
        if isinstance(self.before, str) or isinstance(self.after, str):
            return True
        return 2 * abs(self.after - self.before) > self.before


def differences(before: LoadedList, after: LoadedList) -> list[Difference]:
    """In the order of `after`; what it does not have any more comes last."""
    return list(_differences(before, after))


def _differences(before: LoadedList, after: LoadedList) -> Iterator[Difference]:
    old, new = rows_of(before), rows_of(after)
    lines = {line.id: line for line in (*lines_of(before), *lines_of(after))}
    base_options = _base_options(before) | _base_options(after)
    for place in dict.fromkeys((*new, *old)):
        where = _named(place, lines[place.line])
        for option, label in base_options.items():
            was, now = _shown(old.get(place, {}), option), _shown(new.get(place, {}), option)
            if was != now:
                yield Difference(where, label, was, now)


def _base_options(loaded: LoadedList) -> dict[str, str]:
    return dict(loaded.price_list.categories_by_id[loaded.price_list.base].option_labels)


def _named(place: Place, line: Line) -> str:
    labels = [
        category.option_labels.get(option, option)
        for category, option in zip(line.categories, place.options, strict=False)
    ]
    if line.categories and line.categories[0].only_option is not None:
        labels = []
    quantity = [] if place.quantity is None else [f"{place.quantity} pieces"]
    return ": ".join(
        [line.label, *([" / ".join([*labels, *quantity])] if labels or quantity else [])]
    )


def _shown(row: Row, base_option: str) -> Shown:
    if base_option not in row:
        return NOT_OFFERED
    amount = row[base_option]
    return ON_REQUEST if amount is None else amount
