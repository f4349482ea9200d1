"""Which column of a sheet holds what: told by its heading, wherever the column stands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nesthaus.catalogue.sheet_files import Cell, Sheet
from nesthaus.catalogue.sheet_words import by_word, plain
from nesthaus.domain.categories import Category

LOOK_IN_ROWS = 100
MOST_OPTIONS = 9

CATEGORY = ("Category", "Kategorie")
OPTION = ("Option", "Option")
QUANTITY = ("Quantity", "Menge")
"""In English and in German, as a sheet that is made here has them."""
_PRICE = ("Price", "Preis")
_MORE_QUANTITY = ("Anzahl", "Stück")

_NOTE = re.compile(r"\(.*?\)|\[.*?\]|€|\bEUR\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each thing stands, counted from 0. `amounts` is by base option, `price` the one column
    for all of them; a sheet may have both. `row` is that of the headings."""

    row: int
    category: int
    options: Sequence[int]
    quantity: int | None
    price: int | None
    amounts: Mapping[str, int]
    others: Sequence[int]

    @property
    def number(self) -> int:
        return len(self.options) + len(self.amounts)


class DoubleHeading(Exception):
    def __init__(self, row: int, column: int, heading: str) -> None:
        super().__init__(f"there is a column {heading!r} before this one")
        self.row = row
        self.column = column


def find_columns(sheet: Sheet, base: Category) -> Columns | None:
    """The first row with a category, an option and an amount is that of the headings. Raises
    DoubleHeading."""
    known = _headings(base)
    for number, row in enumerate(sheet.rows[:LOOK_IN_ROWS]):
        meanings = [_meaning(cell, known) for cell in row]
        amounts = [each for each in meanings if each is not None and each.startswith("=")]
        if "category" in meanings and "option 1" in meanings and (amounts or "price" in meanings):
            return _columns(number, row, meanings)
    return None


def _headings(base: Category) -> dict[str, str]:
    """From a heading to its meaning; that of a base option begins with "="."""
    known: dict[str, set[str]] = {
        "category": set(CATEGORY),
        "quantity": {*QUANTITY, *_MORE_QUANTITY},
        "price": set(_PRICE),
        "option 1": {*OPTION, "Option 1"},
    }
    known |= {f"option {place}": {f"Option {place}"} for place in range(2, MOST_OPTIONS + 1)}
    found = {plain(word): meaning for meaning, words in known.items() for word in words}
    names = {each.id: [each.label, *each.labels.values()] for each in base.options}
    for word, ids in by_word(names).items():
        if len(ids) == 1 and word not in found:
            found[word] = f"={next(iter(ids))}"
    return found


def _meaning(cell: Cell, known: Mapping[str, str]) -> str | None:
    if isinstance(cell, Decimal) or not cell:
        return None
    return known.get(plain(cell)) or known.get(plain(_NOTE.sub("", cell)))


def _columns(number: int, row: Sequence[Cell], meanings: Sequence[str | None]) -> Columns:
    places: dict[str, int] = {}
    for column, meaning in enumerate(meanings):
        if meaning is None:
            continue
        if meaning in places:
            raise DoubleHeading(number, column, str(row[column]))
        places[meaning] = column
    options: list[int] = []
    while f"option {len(options) + 1}" in places:
        options.append(places[f"option {len(options) + 1}"])
    return Columns(
        row=number,
        category=places["category"],
        options=options,
        quantity=places.get("quantity"),
        price=places.get("price"),
        amounts={meaning[1:]: at for meaning, at in places.items() if meaning.startswith("=")},
        others=[column for column, meaning in enumerate(meanings) if meaning is None],
    )
