"""From a sheet to the prices of a list: every row checked, every flaw told with row and column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nesthaus.catalogue.cells import NOT_OFFERED, Row
from nesthaus.catalogue.loader import LoadedList
from nesthaus.catalogue.price_rows import Line, Place, Rows, lines_of, rows_of
from nesthaus.catalogue.sheet_amounts import Amount, BadAmount, read_amount
from nesthaus.catalogue.sheet_files import Cell, Sheet, column_name
from nesthaus.catalogue.sheet_headings import Columns, DoubleHeading, find_columns
from nesthaus.catalogue.sheet_words import by_word, plain
from nesthaus.domain.categories import Category


class _RowFlaw(Exception):
    def __init__(self, column: int | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column


@dataclass(frozen=True, slots=True)
class SheetPrices:
    """`flaws` are sentences, in the order of the rows; where there is one, `rows` is not to be
    used. `unread` are headings of columns nobody reads."""

    rows: Rows
    flaws: Sequence[str]
    unread: Sequence[str]


class NoSheet(Exception):
    """There is none with headings, or more than one; says what to do."""


def chosen_sheet(
    sheets: Sequence[Sheet], loaded: LoadedList, worksheet: str | None
) -> tuple[Sheet, Columns]:
    """The one sheet with headings, or that of the name `worksheet`. Raises NoSheet."""
    base = loaded.price_list.categories_by_id[loaded.price_list.base]
    if worksheet is not None:
        sheets = [each for each in sheets if each.name == worksheet]
        if not sheets:
            raise NoSheet(f"there is no worksheet {worksheet!r}")
    headed: list[tuple[Sheet, Columns]] = []
    for sheet in sheets:
        try:
            columns = find_columns(sheet, base)
        except DoubleHeading as error:
            raise NoSheet(f"{_where(error.row, error.column)}: {error}") from None
        if columns is not None:
            headed.append((sheet, columns))
    if not headed:
        sizes = ", ".join(option.label for option in base.options)
        raise NoSheet(
            "no row has the headings Category (Kategorie), Option and, for amounts,"
            f" Price (Preis) or {sizes}"
        )
    if headed[0][0].name is None:
        # Of the ways to part a CSV file's cells the one that finds most.
        return max(headed, key=lambda each: each[1].number)
    if len(headed) > 1:
        names = ", ".join(str(sheet.name) for sheet, _ in headed)
        raise NoSheet(f"several worksheets have prices: name one of {names} with --worksheet")
    return headed[0]


def read_prices(sheet: Sheet, columns: Columns, loaded: LoadedList) -> SheetPrices:
    """Structure, names and limits are those of `loaded`; the sheet brings its prices."""
    reading = _Reading(columns, _Names(loaded))
    reading.read(sheet)
    missing = list(_missing(reading, loaded))
    order = {place: number for number, place in enumerate(rows_of(loaded))}
    last = len(order)
    places = sorted(reading.rows, key=lambda place: (order.get(place, last), place.quantity or 0))
    headings = sheet.rows[columns.row]
    return SheetPrices(
        rows={place: reading.rows[place] for place in places},
        flaws=[*reading.flaws, *missing],
        unread=[f"{column_name(at)} ({headings[at]})" for at in columns.others if headings[at]],
    )


def _missing(reading: "_Reading", loaded: LoadedList) -> Iterator[str]:
    """Nothing may be left out, but for quantities, which are not offered then."""
    lines = reading.names.lines
    base = reading.names.base
    if reading.columns.price is None:
        for option in base.options:
            if option.id not in reading.columns.amounts:
                at = _where(reading.columns.row, None)
                yield f"{at}: there is no column for {option.label} ({option.id})"
    found = {(place.line, place.options) for place in reading.rows} | reading.flawed
    wanted = {(place.line, place.options) for place in rows_of(loaded)}
    for line_id, options in sorted(wanted - found):
        line = lines[line_id]
        names = " / ".join(
            category.option_labels[option]
            for category, option in zip(line.categories, options, strict=True)
        )
        yield f"there is no row for {line.label}{f': {names}' if names else ''}"


def _where(row: int, column: int | None) -> str:
    return f"row {row + 1}" if column is None else f"row {row + 1}, column {column_name(column)}"


class _Names:
    """What rows may be called."""

    def __init__(self, loaded: LoadedList) -> None:
        self.lines: Mapping[str, Line] = {line.id: line for line in lines_of(loaded)}
        self.base: Category = loaded.price_list.categories_by_id[loaded.price_list.base]
        self._lines = by_word(
            {each.id: [each.label, *each.labels.values()] for each in self.lines.values()}
        )
        self._options = {
            category.id: by_word(
                {each.id: [each.label, *each.labels.values()] for each in category.options}
            )
            for line in self.lines.values()
            for category in line.categories
        }

    def line(self, word: str) -> Line:
        """Raises ValueError with a sentence."""
        return self.lines[_one(self._lines, word, "category")]

    def option(self, category: Category, word: str) -> str:
        return _one(self._options[category.id], word, f"option of {category.label}")


def _one(known: Mapping[str, set[str]], word: str, what: str) -> str:
    ids = known.get(plain(word), set())
    if len(ids) > 1:
        raise ValueError(f"{word[:100]!r} may be {' or '.join(sorted(ids))}: write the id")
    if not ids:
        raise ValueError(f"there is no {what} called {word[:100]!r}")
    return next(iter(ids))


@dataclass(slots=True)
class _Reading:
    """The state of reading down a sheet: what an empty cell repeats is in the row above it."""

    columns: Columns
    names: _Names
    rows: dict[Place, Row] = field(default_factory=dict[Place, Row])
    flaws: list[str] = field(default_factory=list[str])
    flawed: set[tuple[str, tuple[str, ...]]] = field(
        default_factory=set[tuple[str, tuple[str, ...]]]
    )
    _line: Line | None = None
    _options: tuple[str, ...] = ()
    _row_of: dict[Place, int] = field(default_factory=dict[Place, int])

    def read(self, sheet: Sheet) -> None:
        for number, row in enumerate(sheet.rows[self.columns.row + 1 :], self.columns.row + 1):
            try:
                self._read_row(number, row)
            except _RowFlaw as flaw:
                self.flaws.append(f"{_where(number, flaw.column)}: {flaw}")

    def _read_row(self, number: int, row: Sequence[Cell]) -> None:
        columns = self.columns
        amounts = {name: _at(row, at) for name, at in columns.amounts.items()}
        price = _at(row, columns.price)
        words = [_at(row, at) for at in columns.options]
        quantity = _at(row, columns.quantity)
        category = _at(row, columns.category)
        prices = [*amounts.values(), price]
        if not any([category, quantity, *words, *prices]):
            return
        if category:
            before, self._line = self._line, None
            self._line = self._found(columns.category, category)
            if self._line is not before:
                self._options = ()
            if not any([quantity, *words, *prices]):
                return  # a heading above rows of its own
        elif self._line is None:
            if self.flaws:
                return  # the category of this block has been told of
            raise _RowFlaw(columns.category, "there is no category, here or above")
        self._read_prices(number, row, self._line)

    def _found(self, column: int, word: Cell) -> Line:
        try:
            return self.names.line(str(word))
        except ValueError as error:
            raise _RowFlaw(column, str(error)) from None

    def _read_prices(self, number: int, row: Sequence[Cell], line: Line) -> None:
        options = self._chosen(row, line)
        self._options = options
        self.flawed.add((line.id, options))
        place = Place(line.id, options, self._quantity(row, line))
        if place in self._row_of:
            raise _RowFlaw(None, f"row {self._row_of[place] + 1} has the same prices already")
        self._row_of[place] = number
        self.rows[place] = self._amounts(number, row, line)

    def _chosen(self, row: Sequence[Cell], line: Line) -> tuple[str, ...]:
        columns = self.columns.options
        if len(line.categories) > len(columns):
            missing = len(columns) + 1
            raise _RowFlaw(None, f"{line.label} needs a column Option {missing}")
        chosen: list[str] = []
        for place, category in enumerate(line.categories):
            word = _at(row, columns[place])
            if word:
                try:
                    chosen.append(self.names.option(category, str(word)))
                except ValueError as error:
                    raise _RowFlaw(columns[place], str(error)) from None
            else:
                chosen.append(self._repeated(place, category, line))
        for column in columns[len(line.categories) :]:
            if _at(row, column):
                raise _RowFlaw(column, f"{line.label} has no such option")
        return tuple(chosen)

    def _repeated(self, place: int, category: Category, line: Line) -> str:
        """What stands above a cell that is empty, where that can be meant."""
        if category.only_option is not None:
            return category.only_option
        is_last = place + 1 == len(line.categories)
        if self._options and not (is_last and line.greatest_quantity is None):
            return self._options[place]
        column = self.columns.options[place]
        raise _RowFlaw(column, f"the option of {category.label} is missing")

    def _quantity(self, row: Sequence[Cell], line: Line) -> int | None:
        column = self.columns.quantity
        cell = _at(row, column)
        if line.greatest_quantity is None:
            if cell:
                raise _RowFlaw(column, f"{line.label} is not priced by quantity")
            return None
        if column is None:
            raise _RowFlaw(None, f"{line.label} needs a column Quantity (Menge)")
        is_number = isinstance(cell, str) and cell.isascii() and cell.isdigit() and len(cell) < 10
        if not is_number or int(cell) > line.greatest_quantity:
            reason = f"must be a quantity from 0 to {line.greatest_quantity}, not {cell!r}"
            raise _RowFlaw(column, reason)
        return int(cell)

    def _amounts(self, number: int, row: Sequence[Cell], line: Line) -> Row:
        """Every flaw among the amounts of a row is told, not the first alone."""
        price = _at(row, self.columns.price)
        found: dict[str, int | None] = {}
        for option in self.names.base.options:
            at = self.columns.amounts.get(option.id)
            cell = _at(row, at)
            try:
                amount = self._amount(cell, price, line)
            except BadAmount as error:
                column = self.columns.price if not cell and price else at
                if column is None:
                    continue  # told once, of the headings
                heading = option.label if column == at else "Price"
                self._note(f"{_where(number, column)} ({heading}): {error}")
                continue
            if amount != NOT_OFFERED:
                assert not isinstance(amount, str)
                found[option.id] = amount
        return found

    def _note(self, flaw: str) -> None:
        if flaw not in self.flaws:
            self.flaws.append(flaw)

    def _amount(self, cell: Cell, price: Cell, line: Line) -> Amount:
        if cell and price:
            raise BadAmount("has an amount beside the price for all")
        if cell or price:
            return read_amount(cell or price)
        if line.greatest_quantity is not None:
            return NOT_OFFERED
        raise BadAmount('is empty: write a price, "on request" (-1) or "not offered"')


def _at(row: Sequence[Cell], column: int | None) -> Cell:
    return row[column] if column is not None and column < len(row) else ""
