"""A price list as a sheet to be changed and imported again."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from openpyxl import Workbook

from nesthaus.catalogue.cells import NOT_OFFERED, ON_REQUEST, Row
from nesthaus.catalogue.loader import LoadedList
from nesthaus.catalogue.price_rows import Line, Place, lines_of, rows_of
from nesthaus.catalogue.sheet_headings import CATEGORY, OPTION, QUANTITY
from nesthaus.domain.categories import Category

Written = str | int
_WORDS = {"on request": "auf Anfrage", "not offered": "nicht angeboten"}


def write_sheet(loaded: LoadedList, path: Path) -> None:
    """As XLSX where the name ends so, else as CSV as European spreadsheets open it."""
    rows = list(sheet_rows(loaded))
    if path.suffix.lower() != ".xlsx":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows(rows)
        return
    book = Workbook(write_only=True)
    sheet = book.create_sheet(loaded.price_list.version[:31].replace(":", "_"))
    for row in rows:
        sheet.append(row)
    book.save(path)


def sheet_rows(loaded: LoadedList) -> Iterator[list[Written]]:
    """In German where the list is; ids where a name is not clear."""
    is_german = loaded.price_list.language == "de"
    base = loaded.price_list.categories_by_id[loaded.price_list.base]
    lines = {line.id: line for line in lines_of(loaded)}
    options = max(len(line.categories) for line in lines.values())
    has_quantities = any(line.greatest_quantity is not None for line in lines.values())
    yield [
        CATEGORY[is_german],
        *(OPTION[is_german] if at == 0 else f"Option {at + 1}" for at in range(max(options, 1))),
        *([QUANTITY[is_german]] if has_quantities else []),
        *_clear_names(base),
    ]
    names = _clear_lines(list(lines.values()))
    for place, row in rows_of(loaded).items():
        line = lines[place.line]
        chosen = _options(place, line)
        yield [
            names[line.id],
            *chosen,
            *[""] * (max(options, 1) - len(chosen)),
            *(["" if place.quantity is None else place.quantity] if has_quantities else []),
            *(_amount(row, option.id, is_german=is_german) for option in base.options),
        ]


def _options(place: Place, line: Line) -> list[str]:
    return [
        dict(zip(category.option_labels, _clear_names(category), strict=True))[option]
        for category, option in zip(line.categories, place.options, strict=True)
    ]


def _clear_names(category: Category) -> list[str]:
    labels = [option.label for option in category.options]
    return [each.label if labels.count(each.label) == 1 else each.id for each in category.options]


def _clear_lines(lines: Sequence[Line]) -> dict[str, str]:
    labels = [line.label for line in lines]
    return {line.id: line.label if labels.count(line.label) == 1 else line.id for line in lines}


def _amount(row: Row, base_option: str, *, is_german: bool) -> Written:
    if base_option not in row:
        return _WORDS[NOT_OFFERED] if is_german else NOT_OFFERED
    amount = row[base_option]
    if amount is not None:
        return amount
    return _WORDS[ON_REQUEST] if is_german else ON_REQUEST
